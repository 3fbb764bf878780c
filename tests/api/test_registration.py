"""Joining by an app: the modes, what is wrong with which field, letters, and what a token is good for until then."""

from __future__ import annotations

import re
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest

from fedi.config import Config
from fedi.social import members, passwords, registering, site
from fedi.store.store import Store
from tests.api.conftest import Api, Client
from tests.api.test_oauth import make_app
from tests.builders import make_domain
from tests.peer import World
from tests.support import keys as spare_keys

WISH = {
    "username": "cy",
    "email": "Cy@mail.test",
    "password": "correct horse",
    "agreement": True,
    "locale": "fr",
    "reason": "I bind books.",
}
Open = Callable[..., Any]


@pytest.fixture
def opened(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Our server, with registration in a mode."""
    monkeypatch.setattr(members.keys, "generate_rsa", spare_keys.rsa)
    hasher = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)

    async def make(mode: str, **settings: str) -> Api:
        await make_domain(store)
        given = {"FEDI_DOMAIN": "a.test", "FEDI_REGISTRATION__MODE": mode, **settings}
        return Api(World(store, Config.load(None, {**given, "FEDI_EMAIL__SPOOL": str(tmp_path / "mail")})))

    return make


async def app_client(api: Api, scopes: str = "read write", app: dict[str, Any] | None = None) -> Client:
    """An app with a token of its own."""
    app = app or await make_app(api, scopes)
    proof = {name: app[name] for name in ("client_id", "client_secret")}
    form = {"grant_type": "client_credentials", "scope": scopes, **proof}
    return Client(api.world, (await api.anybody.post("/oauth/token", form=form))["access_token"])


async def letters(api: Api) -> list[EmailMessage]:
    """What was written to people until now, the latest last."""
    await api.world.settle()
    folder = api.world.services.config.email.spool
    paths = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [cast(EmailMessage, message_from_bytes(path.read_bytes(), policy=default)) for path in paths]


def link_in(letter: EmailMessage) -> str:
    """The path of the link in a letter."""
    found = re.search(r"https://a\.test(/\S+)", letter.get_content())
    assert found is not None
    return found[1]


@pytest.mark.operation("POST /api/v1/accounts", "POST /api/v1/emails/confirmations")
async def test_somebody_joins(opened: Open) -> None:
    api = await opened("open")
    client = await app_client(api)
    token = await client.post("/api/v1/accounts", json=WISH)
    assert (token["token_type"], token["scope"]) == ("Bearer", "read write")
    cy = Client(api.world, token["access_token"])
    waiting = await cy.get("/api/v1/timelines/home", status=403)
    assert waiting == {"error": "Your login is missing a confirmed e-mail address"}
    assert await cy.get("/api/v1/emails/check_confirmation") is False
    assert await cy.post("/api/v1/emails/confirmations", json={"email": "new@mail.test"}) == {}
    letter = (await letters(api))[-1]
    assert (letter["To"], letter["Auto-Submitted"]) == ("new@mail.test", "auto-generated")
    assert "Confirmez" in letter["Subject"]
    async with api.store.read() as tx:
        user = await tx.members.by_email("new@mail.test")
    assert user is not None
    await registering.confirm(api.world.services, link_in(letter).rpartition("/")[2])
    assert await cy.get("/api/v1/timelines/home") == []
    assert await cy.get("/api/v1/emails/check_confirmation") is True
    await cy.post("/api/v1/emails/confirmations", status=403)
    assert user.reason == "I bind books."
    assert user.locale == "fr"


async def test_closed_is_closed(opened: Open) -> None:
    api = await opened("closed")
    client = await app_client(api)
    answer = await client.post("/api/v1/accounts", json=WISH, status=403)
    assert answer == {"error": "This action is not allowed"}
    async with api.store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM users") == 0


@pytest.mark.parametrize("mode", ["approval", "waitlist"])
async def test_somebody_waits(opened: Open, mode: str) -> None:
    api = await opened(mode)
    owner, hers = await api.member("ana", role="owner")
    client = await app_client(api)
    token = await client.post("/api/v1/accounts", json=WISH)
    letter = (await letters(api))[-1]
    user = await registering.confirm(api.world.services, link_in(letter).rpartition("/")[2])
    cy = Client(api.world, token["access_token"])
    waiting = await cy.get("/api/v1/timelines/home", status=403)
    assert waiting == {"error": "Your login is currently pending approval"}
    notices = await hers.get("/api/v1/notifications")
    assert [notice["type"] for notice in notices] == ["admin.sign_up"]
    async with api.store.write() as tx:
        await tx.members.update(user.id, approved=True)
    assert await cy.get("/api/v1/timelines/home") == []
    assert owner.id != user.id


async def test_an_invitation_lets_in(opened: Open) -> None:
    api = await opened("invite")
    client = await app_client(api)
    await client.post("/api/v1/accounts", json=WISH, status=403)
    address = await registering.invite(api.world.services, await make_domain(api.store), uses=1, days=2)
    code = address.removeprefix("https://a.test/invite/")
    await client.post("/api/v1/accounts", json={**WISH, "invite_code": "wrong"}, status=403)
    await client.post("/api/v1/accounts", json={**WISH, "invite_code": code})
    other = {**WISH, "username": "di", "email": "di@mail.test", "invite_code": code}
    await client.post("/api/v1/accounts", json=other, status=403)  # it was good for one
    later = (await registering.invite(api.world.services, await make_domain(api.store), days=1)).rpartition(
        "/"
    )[2]
    async with api.store.write() as tx:
        await tx.db.run(
            "UPDATE invites SET expires_at = :now WHERE code = :code", {"now": tx.now, "code": later}
        )
    await client.post("/api/v1/accounts", json={**other, "invite_code": later}, status=403)
    async with api.store.read() as tx:
        user = await tx.members.by_email("cy@mail.test")
    assert user is not None
    assert user.approved
    assert user.invite_id is not None


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"username": ""}, "username", "ERR_BLANK"),
        ({"username": "c y"}, "username", "ERR_INVALID"),
        ({"username": "x" * 31}, "username", "ERR_TOO_LONG"),
        ({"username": "Admin"}, "username", "ERR_RESERVED"),
        ({"username": "ANA"}, "username", "ERR_TAKEN"),
        ({"email": ""}, "email", "ERR_BLANK"),
        ({"email": "nothing"}, "email", "ERR_INVALID"),
        ({"email": "a@b\r\nBcc: x@y.test"}, "email", "ERR_INVALID"),
        ({"email": "ana@mail.test"}, "email", "ERR_TAKEN"),
        ({"password": ""}, "password", "ERR_BLANK"),
        ({"password": "short"}, "password", "ERR_TOO_SHORT"),
        ({"password": "x" * 257}, "password", "ERR_TOO_LONG"),
        ({"agreement": False}, "agreement", "ERR_ACCEPTED"),
        ({"reason": ""}, "reason", "ERR_BLANK"),
        ({"reason": "x" * 2001}, "reason", "ERR_TOO_LONG"),
    ],
)
async def test_what_is_wrong_is_told_by_field(
    opened: Open, wrong: dict[str, Any], field: str, code: str
) -> None:
    api = await opened("approval")
    await api.member("ana")
    client = await app_client(api)
    reply = await client.ask("POST", "/api/v1/accounts", json={**WISH, **wrong})
    assert reply.status == 422
    assert reply.json["error"].startswith("Validation failed: ")
    assert [one["error"] for one in reply.json["details"][field]] == [code]
    assert list(reply.json["details"]) == [field]
    async with api.store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM users") == 1


async def test_who_is_too_young(opened: Open) -> None:
    api = await opened("open")
    domain = await make_domain(api.store)
    await site.put(api.world.services, site.Sites(), domain.id, "minimum_age", 16)
    client = await app_client(api)
    for text, code in (("", "ERR_BLANK"), ("2020-01-01", "ERR_BELOW_LIMIT"), ("yesterday", "ERR_INVALID"),
                       ("1600-01-01", "ERR_INVALID")):  # fmt: skip
        reply = await client.ask("POST", "/api/v1/accounts", json={**WISH, "date_of_birth": text})
        assert reply.json["details"]["date_of_birth"][0]["error"] == code
    await client.post("/api/v1/accounts", json={**WISH, "date_of_birth": "1980-05-01"})


async def test_only_an_app_by_itself_may_register_people(opened: Open) -> None:
    api = await opened("open")
    _, hers = await api.member("ana")
    await hers.post("/api/v1/accounts", json=WISH, status=403)
    await api.anybody.post("/api/v1/accounts", json=WISH, status=401)
    reader = await app_client(api, "read")
    await reader.post("/api/v1/accounts", json=WISH, status=403)
    await hers.post("/api/v1/emails/confirmations", status=403)  # who did not join by an app


async def test_many_from_one_place_have_to_wait(opened: Open) -> None:
    api = await opened("open", FEDI_LIMITS__RATES__SIGNUP="2 per day")
    client = await app_client(api)
    statuses = []
    for number in range(4):
        wish = {**WISH, "username": f"cy{number}", "email": f"cy{number}@mail.test"}
        statuses.append((await client.ask("POST", "/api/v1/accounts", json=wish)).status)
    assert statuses.count(429) >= 1
    assert statuses[:2] == [200, 200]


async def test_a_link_is_good_once_and_for_its_address(opened: Open) -> None:
    api = await opened("open")
    client = await app_client(api)
    await client.post("/api/v1/accounts", json=WISH)
    token = link_in((await letters(api))[-1]).rpartition("/")[2]
    async with api.store.read() as tx:
        kept = await tx.db.rows("SELECT payload FROM jobs")
    assert token not in str([tuple(row) for row in kept])
    async with api.store.write() as tx:
        await tx.db.run("UPDATE users SET email = 'other@mail.test'")
    with pytest.raises(registering.NotFound):
        await registering.confirm(api.world.services, token)
    async with api.store.read() as tx:
        user = await tx.members.by_email("other@mail.test")
    assert user is not None
    assert user.confirmed_at is None


@pytest.mark.parametrize("on", [True, False])
async def test_the_password_grant_is_a_setting(opened: Open, on: bool) -> None:
    api = await opened("open", FEDI_OAUTH__PASSWORD_GRANT=str(on).lower())
    domain = await make_domain(api.store)
    await members.create(api.world.services, domain, "cy", "cy@mail.test", "correct horse")
    app = await make_app(api)
    form = {
        "grant_type": "password",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "username": "cy@mail.test",
        "password": "correct horse",
        "scope": "read",
    }
    reply = await api.anybody.ask("POST", "/oauth/token", form=form)
    assert reply.status == (200 if on else 400)
    wrong = await api.anybody.ask("POST", "/oauth/token", form={**form, "password": "wrong horse"})
    assert wrong.json["error"] == ("invalid_grant" if on else "unsupported_grant_type")
    told = await api.anybody.get("/.well-known/oauth-authorization-server")
    assert ("password" in told["grant_types_supported"]) is on
