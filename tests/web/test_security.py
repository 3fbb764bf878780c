"""Settings of security: sessions, apps, passwords, codes by an app, recovery codes."""

from __future__ import annotations

import re

import pyotp
import pytest

from fedi.social import authorizing
from fedi.social.authorizing import Wish
from tests.peer import World
from tests.support.surfer import PASSWORD, Surfer
from tests.web.conftest import with_password
from tests.web.test_authorizing import CALLBACK, make_client

PAGE = "/settings/security"


def form_to(surfer: Surfer, action: str) -> int:
    assert surfer.page is not None
    return next(place for place, form in enumerate(surfer.page.forms) if form.action == action)


async def send(surfer: Surfer, action: str, **values: str) -> str:
    """Fill in a form of the page of security; what came of it."""
    await surfer.get(PAGE)
    page = await surfer.send({"password": PASSWORD, **values}, form_to(surfer, action))
    return page.html


async def set_up_codes(world: World, surfer: Surfer) -> tuple[pyotp.TOTP, list[str]]:
    """Codes by an app, and the recovery codes that come with them."""
    html = await send(surfer, f"{PAGE}/totp")
    secret = re.search(r'<p class="secret"><code>([A-Z2-7 ]+)</code>', html)
    assert secret is not None
    assert "<svg" in html
    clock = pyotp.TOTP(secret[1].replace(" ", ""))
    page = await surfer.send({"code": clock.generate_otp(step(world) - 1)})
    return clock, re.findall(r"<li><code>([a-z0-9-]{19})</code>", page.html)


def step(world: World) -> int:
    return world.store.clock() // 30_000


@pytest.mark.parametrize("path", ["/settings/security", "/settings/sessions", "/settings/apps"])
async def test_the_pages_are_for_members(world: World, surfer: Surfer, path: str) -> None:
    page = await surfer.get(path)
    assert (page.status, page.location) == (303, f"/auth/sign_in?return_to={path.replace('/', '%2F')}")
    await with_password(world.store)
    await surfer.sign_in("ana")
    page = await surfer.get(path)
    assert page.status == 200
    assert "Cross-Origin-Opener-Policy" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"


async def test_sessions_are_listed_and_ended(world: World, surfer: Surfer) -> None:
    await with_password(world.store)
    await with_password(world.store, "bo")
    phone, stranger = Surfer(world.app), Surfer(world.app)
    await surfer.sign_in("ana")
    agent = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36"
    await phone.get("/auth/sign_in", User_Agent=agent)
    await phone.send({"login": "ana", "password": PASSWORD}, User_Agent=agent)
    await stranger.sign_in("bo")
    page = await surfer.get("/settings/sessions")
    assert "Chrome on Android" in page.html
    other = re.search(r'name="session" value="(\d+)"', page.html)
    assert other is not None
    await stranger.get("/settings/sessions")
    await stranger.send({"session": other[1]})
    assert (await phone.get(PAGE)).status == 200
    await surfer.get("/settings/sessions")
    await surfer.send({"session": other[1]})
    assert (await phone.get(PAGE)).status == 303
    await phone.sign_in("ana")
    await surfer.get("/settings/sessions")
    await surfer.send({"session": "others"})
    assert (await phone.get(PAGE)).status == 303
    assert (await surfer.get(PAGE)).status == 200
    assert (await surfer.post("/settings/sessions", {"session": "others"})).status == 403
    await surfer.get("/settings/sessions")
    assert surfer.page is not None
    token = surfer.page.forms[0].fields["form_token"]
    assert (await surfer.post("/settings/sessions", {"form_token": token, "session": "x"})).status == 404


async def test_apps_are_listed_and_taken_out(world: World, surfer: Surfer) -> None:
    ana = await with_password(world.store)
    bo = await with_password(world.store, "bo")
    client = await make_client(world, website="https://app.test")
    tokens = {}
    for person in (ana, bo):
        wish = Wish(client.id, CALLBACK, "code", scope="read:lists push")
        request = await authorizing.examine(world.services, wish)
        async with world.store.read() as tx:
            user = await tx.members.by_id(person.id)
        assert user is not None
        tokens[person.id] = (await client.exchange(await authorizing.grant(world.services, request, user)))[
            "access_token"
        ]
    await surfer.sign_in("ana")
    page = await surfer.get("/settings/apps")
    for words in ("Reader", "https://app.test", "see: lists", "send your notices"):
        assert words in page.html
    taken = re.search(r'name="app" value="(\d+)"', page.html)
    assert taken is not None
    await surfer.send({"app": taken[1]})
    assert "No app yet." in (await surfer.follow()).html
    async with world.store.read() as tx:
        assert await tx.members.by_token(tokens[ana.id]) is None
        assert await tx.members.by_token(tokens[bo.id]) is not None


async def test_a_new_password(world: World, surfer: Surfer) -> None:
    await with_password(world.store)
    phone = Surfer(world.app)
    await surfer.sign_in("ana")
    await phone.sign_in("ana")
    assert "was not your password" in await send(
        surfer, f"{PAGE}/password", password="wrong horse", new_password="another horse"
    )
    assert "8 to 256" in await send(surfer, f"{PAGE}/password", new_password="short")
    assert (await phone.get(PAGE)).status == 200
    assert "is changed" in await send(surfer, f"{PAGE}/password", new_password="another horse")
    assert (await phone.get(PAGE)).status == 303
    assert (await surfer.get(PAGE)).status == 200
    assert (await phone.sign_in("ana")).status == 422
    assert (await phone.sign_in("ana", "another horse")).status == 303


async def test_codes_by_an_app(world: World, surfer: Surfer) -> None:
    await with_password(world.store)
    await surfer.sign_in("ana")
    assert "was not your password" in await send(surfer, f"{PAGE}/totp", password="wrong")
    html = await send(surfer, f"{PAGE}/totp")
    page = await surfer.send({"code": "000000"})
    assert page.status == 422
    assert re.search(r"<code>([A-Z2-7 ]+)</code>", page.html)[1] in html  # type: ignore[index]
    clock, codes = await set_up_codes(world, surfer)
    assert len(set(codes)) == 10
    phone = Surfer(world.app)
    page = await phone.sign_in("ana")
    assert page.location == "/auth/second_factor?return_to=%2Fsettings%2Fsecurity"
    assert "Max-Age" not in page.headers["Set-Cookie"]
    assert (await phone.get(PAGE)).location.startswith("/auth/second_factor")  # not in yet
    for wrong in (
        "000000",
        "",
        codes[0][:-1],
        clock.generate_otp(step(world) - 1),
        clock.generate_otp(step(world) + 9),
    ):
        await phone.get("/auth/second_factor?return_to=/about")
        assert (await phone.send({"code": wrong})).status == 422
    before = dict(phone.cookies)
    await phone.get("/auth/second_factor?return_to=/about")
    page = await phone.send(
        {"code": f" {clock.generate_otp(step(world))[:3]} {clock.generate_otp(step(world))[3:]}"}
    )
    assert (page.status, page.location) == (303, "/about")
    assert phone.cookies != before
    assert (await phone.get(PAGE)).status == 200


async def test_recovery_codes_are_good_once(world: World, surfer: Surfer) -> None:
    ana = await with_password(world.store)
    await surfer.sign_in("ana")
    _, codes = await set_up_codes(world, surfer)
    for code, status in ((codes[0].upper(), 303), (codes[0], 422), (codes[1].replace("-", " "), 303)):
        phone = Surfer(world.app)
        await phone.sign_in("ana")
        await phone.follow()
        assert (await phone.send({"code": code})).status == status
    async with world.store.read() as tx:
        kept = await tx.db.rows("SELECT hash FROM recovery_codes")
        assert (await tx.factors.of(ana.id)).recovery_codes == 8
    assert codes[2].replace("-", "") not in str([bytes(row["hash"]) for row in kept])
    html = await send(surfer, f"{PAGE}/codes")
    assert codes[2] not in html
    assert len(re.findall(r"<li><code>", html)) == 10


async def test_codes_are_given_up_with_the_password_only(world: World, surfer: Surfer) -> None:
    ana = await with_password(world.store)
    await surfer.sign_in("ana")
    await set_up_codes(world, surfer)
    await send(surfer, f"{PAGE}/totp/drop", password="wrong")
    assert (await Surfer(world.app).sign_in("ana")).location.startswith("/auth/second_factor")
    await send(surfer, f"{PAGE}/totp/drop")
    assert (await Surfer(world.app).sign_in("ana")).location == PAGE
    async with world.store.read() as tx:
        assert (await tx.factors.of(ana.id)).recovery_codes == 0


async def test_the_second_factor_has_a_time(world: World, surfer: Surfer) -> None:
    await with_password(world.store)
    await surfer.sign_in("ana")
    clock, _ = await set_up_codes(world, surfer)
    phone = Surfer(world.app)
    await phone.sign_in("ana")
    await phone.follow()
    async with world.store.write() as tx:
        await tx.db.run("UPDATE sessions SET expires_at = :now WHERE pending", {"now": tx.now})
    page = await phone.send({"code": clock.generate_otp(step(world))})
    assert page.location.startswith("/auth/sign_in")
