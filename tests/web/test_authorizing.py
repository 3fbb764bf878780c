"""The page where a person lets an app in, from the app's first request to its token."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from fedi.social import apps
from fedi.social.apps import OUT_OF_BAND
from tests.peer import World
from tests.support.surfer import PASSWORD, Surfer
from tests.web.conftest import with_password

CALLBACK = "https://app.test/callback"


class Client:
    """An app with its secret."""

    def __init__(self, world: World, client_id: str, secret: str) -> None:
        self.world = world
        self.id = client_id
        self.secret = secret

    def address(self, **values: str) -> str:
        wish = {
            "client_id": self.id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "read write:statuses",
            "state": "a b&c=é",
            **values,
        }
        return f"/oauth/authorize?{urlencode(wish)}"

    async def exchange(self, code: str, redirect_uri: str = CALLBACK) -> Any:
        form = {
            "grant_type": "authorization_code",
            "client_id": self.id,
            "client_secret": self.secret,
            "code": code,
            "redirect_uri": redirect_uri,
        }
        response = await self.world.client.post("/oauth/token", form=form, headers={"Host": "a.test"})
        return await response.get_json()


async def make_client(
    world: World, *uris: str, scopes: str = "read write follow push", **values: Any
) -> Client:
    app, secret = await apps.register(
        world.services, values.pop("name", "Reader"), uris or (CALLBACK,), scopes, **values
    )
    return Client(world, app.client_id, secret)


def query(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


async def test_from_the_first_request_to_the_token(world: World, surfer: Surfer) -> None:
    ana = await with_password(world.store)
    client = await make_client(world, website="https://app.test")
    page = await surfer.get(client.address())
    assert page.status == 303
    page = await surfer.follow()
    assert "To go on to Reader" in page.html
    await surfer.send({"login": "ana@mail.test", "password": PASSWORD})
    page = await surfer.follow()
    assert page.status == 200
    for words in (
        "Let Reader use your account?",
        "https://app.test",
        "@ana@a.test",
        "app.test then",
        "change: truths",
    ):
        assert words in page.html
    page = await surfer.send({"decision": "allow"})
    assert page.status == 303
    assert page.location.startswith(f"{CALLBACK}?")
    told = query(page.location)
    assert told["state"] == "a b&c=é"
    token = await client.exchange(told["code"])
    assert token["scope"] == "read write:statuses"
    async with world.store.read() as tx:
        session = await tx.members.by_token(token["access_token"])
    assert session is not None
    assert session.user.id == ana.id


async def test_the_person_says_no(world: World, surfer: Surfer) -> None:
    await with_password(world.store)
    client = await make_client(world)
    await surfer.sign_in("ana")
    await surfer.get(client.address())
    told = query((await surfer.send({"decision": "deny"})).location)
    assert (told["error"], told["state"]) == ("access_denied", "a b&c=é")
    assert "code" not in told
    async with world.store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM authorization_codes") == 0


async def test_a_code_by_hand(world: World, surfer: Surfer) -> None:
    await with_password(world.store)
    client = await make_client(world, OUT_OF_BAND)
    await surfer.sign_in("ana")
    await surfer.get(client.address(redirect_uri=OUT_OF_BAND))
    page = await surfer.send({"decision": "allow"})
    code = query(page.location)["code"]
    page = await surfer.follow()
    assert f">{code}</code>" in page.html
    assert "access_token" in await client.exchange(code, OUT_OF_BAND)
    await surfer.get(client.address(redirect_uri=OUT_OF_BAND))
    page = await surfer.send({"decision": "deny"})
    assert (page.status, page.location) == (200, "")
    for wrong in ("", "<script>", "x" * 101, "a%0Ab"):
        assert (await surfer.get(f"/oauth/authorize/native?code={wrong}")).status == 400


@pytest.mark.parametrize(
    ("uri", "begins"),
    [
        ("myapp://done", "myapp://done?code="),
        ("com.app.test:/done", "com.app.test:/done?code="),
        ("https://app.test/?from=fedi", "https://app.test/?from=fedi&code="),
        ("https://app.test", "https://app.test?code="),
    ],
)
async def test_the_way_back(world: World, surfer: Surfer, uri: str, begins: str) -> None:
    await with_password(world.store)
    client = await make_client(world, uri)
    await surfer.sign_in("ana")
    page = await surfer.get(client.address(redirect_uri=uri))
    assert "form-action" not in page.headers["Content-Security-Policy"]  # it would stop the way back
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert (await surfer.send({"decision": "allow"})).location.startswith(begins)
    await surfer.get(client.address(redirect_uri=uri, response_mode="fragment"))
    assert (await surfer.send({"decision": "allow"})).location.startswith(f"{uri}#code=")


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": ""}, 400, "invalid_request"),
        ({"redirect_uri": "https://evil.test/"}, 400, "invalid_redirect_uri"),
        ({"redirect_uri": f"{CALLBACK}/../evil"}, 400, "invalid_redirect_uri"),
        ({"redirect_uri": "javascript:alert(1)"}, 400, "invalid_redirect_uri"),
        ({"response_type": "token"}, 400, "unsupported_response_type"),
        ({"scope": "admin:write"}, 400, "invalid_scope"),
        (
            {"code_challenge": "x" * 43, "code_challenge_method": "plain"},
            400,
            "invalid_code_challenge_method",
        ),
    ],
)
@pytest.mark.parametrize("signed_in", [True, False])
async def test_wrong_requests_lead_nowhere(
    world: World, surfer: Surfer, wrong: dict[str, str], status: int, error: str, signed_in: bool
) -> None:
    await with_password(world.store)
    client = await make_client(world)
    if signed_in:
        await surfer.sign_in("ana")
    page = await surfer.get(client.address(**wrong))
    assert (page.status, page.location) == (status, "")
    assert error in page.html
    assert 'href="https://evil' not in page.html
    assert page.headers["Content-Type"].startswith("text/html")
    if signed_in:  # nor by sending the form that was not shown
        good = await surfer.get(client.address())
        page = await surfer.send({**wrong, "decision": "allow"})
        assert (page.status, page.location) == (status, "")
        assert good.status == 200


async def test_nobody_else_can_agree_for_a_person(world: World, surfer: Surfer) -> None:
    await with_password(world.store)
    client = await make_client(world)
    await surfer.sign_in("ana")
    fields = {**query(client.address()), "decision": "allow"}
    for forged in ({}, {"form_token": "x"}):
        page = await surfer.post("/oauth/authorize", {**fields, **forged})
        assert (page.status, page.location) == (403, "")
    stranger = Surfer(world.app)
    await stranger.get("/auth/sign_in")
    assert stranger.page is not None
    page = await stranger.post("/oauth/authorize", {**fields, **stranger.page.forms[0].fields})
    assert page.location.startswith("/auth/sign_in")


async def test_a_person_with_several_accounts(world: World, surfer: Surfer) -> None:
    await with_password(world.store)
    bo = await with_password(world.store, "bo")
    client = await make_client(world)
    await surfer.sign_in("ana")
    await surfer.get(client.address(force_login="true"))
    page = await surfer.follow()
    assert "/auth/sign_in" in surfer.at
    assert page.status == 200
    await surfer.send({"login": "bo", "password": PASSWORD})
    page = await surfer.follow()
    assert "@bo@a.test" in page.html
    code = query((await surfer.send({"decision": "allow"})).location)["code"]
    token = await client.exchange(code)
    async with world.store.read() as tx:
        session = await tx.members.by_token(token["access_token"])
    assert session is not None
    assert session.user.id == bo.id


async def test_the_page_speaks_the_language_asked_for(world: World, surfer: Surfer) -> None:
    await with_password(world.store)
    client = await make_client(world)
    await surfer.sign_in("ana")
    page = await surfer.get(client.address(lang="fr"))
    assert 'lang="fr"' in page.html
    assert "Autoriser" in page.html
    english = page.html.split('hreflang="en"')[0].rpartition('href="')[2].split('"')[0].replace("&amp;", "&")
    assert parse_qs(english.removeprefix("?"))["client_id"] == [client.id]


async def test_what_an_app_calls_itself_stays_text(world: World, surfer: Surfer) -> None:
    await with_password(world.store)
    evil = "<script>alert(1)</script>{{7*7}}"
    client = await make_client(world, name=evil, website='https://x.test/"><img src=x>')
    page = await surfer.get(client.address(state='"><script>alert(2)</script>'))
    page = await surfer.follow()
    await surfer.send({"login": "ana", "password": PASSWORD})
    page = await surfer.follow()
    assert page.html.count("<script") == 0
    assert "<img src=x" not in page.html
    assert "{{7*7}}" in page.html


async def test_the_page_is_for_no_script_of_another_site(world: World, surfer: Surfer) -> None:
    client = await make_client(world)
    page = await surfer.get(client.address(), Origin="https://evil.test")
    assert "Access-Control-Allow-Origin" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"
