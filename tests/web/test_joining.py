"""The pages to join, to confirm an address and to get a new password."""

from __future__ import annotations

from pathlib import Path

import pytest

from fedi.config import Config
from fedi.social import members, passwords, registering
from fedi.store.store import Store
from tests.api.test_registration import letters, link_in
from tests.builders import make_domain
from tests.peer import World
from tests.support import keys as spare_keys
from tests.support.surfer import PASSWORD, Surfer
from tests.web.conftest import with_password

WISH = {"username": "cy", "email": "cy@mail.test", "password": PASSWORD, "agreement": "1"}


class Lab:
    """Our server in a mode, and somebody's browser."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = world.store
        self.surfer = Surfer(world.app)


@pytest.fixture
def lab(store: Store, tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch) -> object:
    """A maker of labs."""
    del quick
    monkeypatch.setattr(members.keys, "generate_rsa", spare_keys.rsa)

    async def make(mode: str) -> Lab:
        await make_domain(store)
        given = {"FEDI_DOMAIN": "a.test", "FEDI_REGISTRATION__MODE": mode}
        return Lab(World(store, Config.load(None, {**given, "FEDI_EMAIL__SPOOL": str(tmp_path / "mail")})))

    return make


async def test_somebody_joins_and_comes_in(lab: object) -> None:
    here: Lab = await lab("open")  # type: ignore[operator]
    surfer = here.surfer
    await surfer.get("/auth/sign_up")
    page = await surfer.send(WISH)
    assert page.status == 200
    assert "cy@mail.test" in page.html
    assert "Confirm your e-mail" in (await surfer.sign_in("cy")).html
    link = link_in((await letters(here))[-1])  # type: ignore[arg-type]
    page = await surfer.get(link)
    assert "@cy@a.test" in page.html
    assert (await surfer.sign_in("cy")).status == 422  # looking is not confirming
    await surfer.get(link)
    assert "is confirmed" in (await surfer.send({})).html
    assert (await surfer.sign_in("cy")).status == 303
    assert (await surfer.get(link)).status == 404


async def test_what_is_wrong_is_said_beside_it(lab: object) -> None:
    here: Lab = await lab("approval")  # type: ignore[operator]
    await here.surfer.get("/auth/sign_up")
    page = await here.surfer.send({"username": "a b", "email": "x", "password": "short"})
    assert page.status == 422
    for words in ("That cannot be right.", "That is too short.", "This is needed.", 'value="a b"'):
        assert words in page.html
    assert "short" not in page.html.replace("too short", "")


@pytest.mark.parametrize("mode", ["closed", "invite"])
async def test_nobody_joins_where_it_is_closed(lab: object, mode: str) -> None:
    here: Lab = await lab(mode)  # type: ignore[operator]
    for path in ("/auth/sign_up", "/invite/nothing"):
        page = await here.surfer.get(path)
        assert page.status == 403
        assert not page.forms
    await here.surfer.get("/auth/sign_in")
    assert here.surfer.page is not None
    token = here.surfer.page.forms[0].fields["form_token"]
    assert (await here.surfer.post("/auth/sign_up", {**WISH, "form_token": token})).status == 403
    async with here.store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM users") == 0


async def test_an_invitation(lab: object) -> None:
    here: Lab = await lab("invite")  # type: ignore[operator]
    address = await registering.invite(here.world.services, await make_domain(here.store), uses=1)
    path = address.removeprefix("https://a.test")
    await here.surfer.get(path)
    assert (await here.surfer.send(WISH)).status == 200
    assert (await here.surfer.get(path)).status == 403


async def test_programs_that_fill_in_everything_get_nothing(lab: object) -> None:
    here: Lab = await lab("open")  # type: ignore[operator]
    await here.surfer.get("/auth/sign_up")
    assert (await here.surfer.send({**WISH, "homepage": "https://spam.test"})).status == 200
    async with here.store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM users") == 0


async def test_a_forgotten_password(lab: object) -> None:
    here: Lab = await lab("closed")  # type: ignore[operator]
    ana = await with_password(here.store)
    surfer, phone = here.surfer, Surfer(here.world.app)
    await phone.sign_in("ana")
    async with here.store.write() as tx:
        token = await tx.members.add_token(ana.id, "read")
    pages = []
    for email in ("nobody@mail.test", "ANA@mail.test"):
        await surfer.get("/auth/password")
        pages.append((await surfer.send({"email": email})).html)
    assert pages[0] == pages[1]
    (letter,) = await letters(here)  # type: ignore[arg-type]
    assert letter["To"] == "ana@mail.test"
    link = link_in(letter)
    await surfer.get(link)
    assert (await surfer.send({"password": "short"})).status == 422
    await surfer.get(link)
    assert "is good from now on" in (await surfer.send({"password": "another horse"})).html
    assert (await surfer.get(link)).status == 404
    assert (await phone.get("/settings/security")).status == 303
    async with here.store.read() as tx:
        assert await tx.members.by_token(token) is None
        user = await tx.members.by_id(ana.id)
    assert user is not None
    assert await passwords.matches(user.password_hash, "another horse")
    assert [one["Subject"] for one in await letters(here)][-1] == "Your password for fedi was changed"  # type: ignore[arg-type]


async def test_a_link_for_a_password_ends(lab: object) -> None:
    here: Lab = await lab("closed")  # type: ignore[operator]
    await with_password(here.store)
    await here.surfer.get("/auth/password")
    await here.surfer.send({"email": "ana@mail.test"})
    link = link_in((await letters(here))[-1])  # type: ignore[arg-type]
    async with here.store.write() as tx:
        await tx.db.run("UPDATE letter_tokens SET expires_at = :now", {"now": tx.now})
    assert (await here.surfer.get(link)).status == 404
    await here.surfer.get("/auth/password")
    assert here.surfer.page is not None
    token = here.surfer.page.forms[0].fields["form_token"]
    form = {"form_token": token, "password": "another horse"}
    assert (await here.surfer.post(link, form)).status == 404
    assert (await here.surfer.post(link.replace("password", "confirm"), form)).status == 404
