"""Signing in: who gets in, what the cookie is, and what other pages cannot do."""

from __future__ import annotations

import pytest

from fedi.model.people import User
from fedi.store.store import Store
from tests.peer import World
from tests.support.surfer import PASSWORD, Surfer
from tests.web.conftest import with_password

COOKIE = "__Host-fedi"


async def user_of(store: Store, account_id: int) -> User:
    async with store.read() as tx:
        found = await tx.members.by_id(account_id)
    assert found is not None
    return found


@pytest.mark.parametrize("login", ["ana@mail.test", " ANA@mail.test ", "ana", "@Ana"])
async def test_a_person_signs_in(world: World, surfer: Surfer, login: str) -> None:
    await with_password(world.store)
    page = await surfer.get("/auth/sign_in?return_to=/about")
    before = surfer.cookies[COOKIE]
    assert page.headers["Cache-Control"] == "no-store"
    page = await surfer.send({"login": login, "password": PASSWORD})
    assert (page.status, page.location) == (303, "/about")
    cookie = page.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=5184000"):
        assert part in cookie
    assert "Domain" not in cookie
    assert surfer.cookies[COOKIE] != before
    again = await surfer.get("/auth/sign_in?return_to=/about")
    assert (again.status, again.location) == (303, "/about")


async def test_the_cookie_is_not_kept(world: World, surfer: Surfer) -> None:
    await with_password(world.store)
    await surfer.sign_in("ana")
    async with world.store.read() as tx:
        kept = await tx.db.value("SELECT hash FROM sessions")
    assert surfer.cookies[COOKIE].encode() not in bytes(kept)


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("ana", "wrong horse"),
        ("ana", ""),
        ("bo", PASSWORD),
        ("ana@other.test", PASSWORD),
        ("", ""),
        ("a.test", "x"),
    ],
)
async def test_who_does_not_get_in(world: World, surfer: Surfer, login: str, password: str) -> None:
    await with_password(world.store)
    page = await surfer.sign_in(login, password)
    assert page.status == 422
    assert "The e-mail address or the password is wrong." in page.html
    async with world.store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM sessions") == 0


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("confirmed_at", None, "Confirm your e-mail address first"),
        ("approved", False, "still waiting"),
        ("disabled_at", 1, "disabled"),
    ],
)
async def test_who_may_not_come_in_is_told_why(
    world: World, surfer: Surfer, column: str, value: object, words: str
) -> None:
    ana = await with_password(world.store)
    async with world.store.write() as tx:
        await tx.members.update(ana.id, **{column: value})
    page = await surfer.sign_in("ana")
    assert page.status == 422
    assert words in page.html
    page = await surfer.sign_in("ana", "wrong horse")
    assert words not in page.html  # only the right person learns it


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.test/",
        "//evil.test/",
        "/\\evil.test",
        "\\\\evil.test",
        "/\t/evil.test",
        "javascript:alert(1)",
        " /about",
        "/about\r\nLocation: https://evil.test",
        "about",
        "/" + "x" * 9000,
    ],
)
async def test_nobody_is_led_elsewhere(world: World, surfer: Surfer, address: str) -> None:
    await with_password(world.store)
    response = await surfer.client.get(
        "/auth/sign_in", query_string={"return_to": address}, headers={"Host": "a.test"}
    )
    assert "evil" not in response.headers.get("Location", "")
    await surfer.sign_in("ana")
    surfer.page = None
    headers = {"Host": "a.test", "Cookie": f"{COOKIE}={surfer.cookies[COOKIE]}"}
    response = await surfer.client.get("/auth/sign_in", query_string={"return_to": address}, headers=headers)
    assert response.headers["Location"] == "/settings/security"


async def test_forms_come_from_our_own_pages_only(world: World, surfer: Surfer) -> None:
    await with_password(world.store)
    right = {"login": "ana", "password": PASSWORD}
    assert (await Surfer(world.app).post("/auth/sign_in", right)).status == 403
    page = await surfer.get("/auth/sign_in")
    assert (await surfer.post("/auth/sign_in", right)).status == 403
    assert (await surfer.post("/auth/sign_in", {**right, "form_token": "x" * 64})).status == 403
    assert (await surfer.post("/auth/sign_in", {**right, "form_token": "é"})).status == 403
    token = page.forms[0].fields["form_token"]
    stranger = Surfer(world.app)
    await stranger.get("/auth/sign_in")
    assert (await stranger.post("/auth/sign_in", {**right, "form_token": token})).status == 403
    full = {**right, "form_token": token}
    assert (await surfer.post("/auth/sign_in", full, Sec_Fetch_Site="cross-site")).status == 403
    assert (await surfer.post("/auth/sign_in", full, Sec_Fetch_Site="same-origin")).status == 303


async def test_signing_out_ends_the_session(world: World, surfer: Surfer) -> None:
    await with_password(world.store)
    await surfer.sign_in("ana")
    cookie = surfer.cookies[COOKIE]
    await surfer.get("/settings/security")
    assert surfer.page is not None
    token = surfer.page.forms[0].fields["form_token"]
    assert (await surfer.post("/auth/sign_out", {})).status == 403
    page = await surfer.post("/auth/sign_out", {"form_token": token})
    assert (page.status, page.location) == (303, "/")
    assert COOKIE not in surfer.cookies
    surfer.cookies[COOKIE] = cookie  # somebody who had copied it
    assert (await surfer.get("/settings/security")).status == 303


async def test_signing_in_again_ends_the_session_before(world: World, surfer: Surfer) -> None:
    await with_password(world.store)
    await with_password(world.store, "bo")
    await surfer.sign_in("ana")
    await surfer.sign_in("bo")
    async with world.store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM sessions") == 1


@pytest.mark.parametrize("how", ["disabled", "suspended", "expired"])
async def test_sessions_end(world: World, surfer: Surfer, how: str) -> None:
    ana = await with_password(world.store)
    await surfer.sign_in("ana")
    assert (await surfer.get("/settings/security")).status == 200
    async with world.store.write() as tx:
        if how == "disabled":
            await tx.members.update(ana.id, disabled_at=1)
        elif how == "suspended":
            await tx.people.update(ana.id, suspended_at=1)
        else:
            await tx.db.run("UPDATE sessions SET expires_at = :now", {"now": tx.now})
    page = await surfer.get("/settings/security")
    assert (page.status, page.location) == (303, "/auth/sign_in?return_to=%2Fsettings%2Fsecurity")


async def test_guessing_is_slowed_down(world: World, surfer: Surfer) -> None:
    await with_password(world.store)
    await surfer.get("/auth/sign_in")
    statuses = []
    for _ in range(27):
        surfer.page = surfer.page
        statuses.append((await surfer.send({"login": "ana", "password": "wrong horse"})).status)
        if statuses[-1] == 429:
            break
    assert statuses[-1] == 429
    assert (await surfer.get("/auth/sign_in")).status == 200


async def test_a_session_that_is_used_stays(world: World, surfer: Surfer) -> None:
    await with_password(world.store)
    await surfer.sign_in("ana")
    async with world.store.write() as tx:
        await tx.db.run(
            "UPDATE sessions SET seen_at = :old, expires_at = :soon", {"old": 1, "soon": tx.now + 60_000}
        )
    await surfer.get("/settings/security")
    async with world.store.read() as tx:
        assert await tx.db.value("SELECT expires_at FROM sessions") > tx.now + 86_400_000
