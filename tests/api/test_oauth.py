"""OAuth for programs: apps, codes for tokens, tokens of apps, revocation, and who is told what when it fails."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from fedi.model.people import Account
from fedi.social import authorizing
from fedi.social.authorizing import Wish
from tests.api.conftest import Api, Client

CALLBACK = "https://app.test/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


async def make_app(api: Api, scopes: str = "read write follow push", **values: Any) -> dict[str, Any]:
    """An app, as POST /api/v1/apps answers it."""
    body = {"client_name": "Reader", "redirect_uris": CALLBACK, "scopes": scopes, **values}
    made: dict[str, Any] = await api.anybody.post("/api/v1/apps", json=body)
    return made


async def make_code(api: Api, app: dict[str, Any], person: Account, **wish: str) -> str:
    """The code that the app gets when the person agrees."""
    wanted = {"redirect_uri": CALLBACK, "response_type": "code", "scope": "read", **wish}
    request = await authorizing.examine(api.world.services, Wish(client_id=app["client_id"], **wanted))
    async with api.store.read() as tx:
        user = await tx.members.by_id(person.id)
    assert user is not None
    return await authorizing.grant(api.world.services, request, user)


def changing(app: dict[str, Any], code: str, **values: str) -> dict[str, str]:
    """The parameters with which a code is changed for a token."""
    return {
        "grant_type": "authorization_code",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "code": code,
        "redirect_uri": CALLBACK,
        **values,
    }


async def refused(client: Client, path: str, status: int, error: str, **form: str) -> Any:
    reply = await client.ask("POST", path, form=form)
    assert (reply.status, reply.json["error"]) == (status, error), reply.data
    assert reply.json["error_description"]
    assert reply.headers["Cache-Control"] == "no-store"
    return reply


@pytest.mark.operation("POST /api/v1/apps")
@pytest.mark.parametrize(
    "uris", [f"{CALLBACK}\nmyapp://done", [CALLBACK, "myapp://done"], f"{CALLBACK} myapp://done"]
)
async def test_an_app_is_registered(api: Api, uris: Any) -> None:
    made = await make_app(api, "read:accounts profile", redirect_uris=uris, website="https://app.test")
    assert made["redirect_uris"] == [CALLBACK, "myapp://done"]
    assert made["redirect_uri"] == f"{CALLBACK}\nmyapp://done"
    assert (made["name"], made["website"]) == ("Reader", "https://app.test")
    assert (made["scopes"], made["client_secret_expires_at"]) == (["read:accounts", "profile"], 0)
    assert made["id"].isdigit()
    async with api.store.read() as tx:
        kept = await tx.apps.by_client_id(made["client_id"])
    assert kept is not None
    assert made["client_secret"].encode() not in kept.secret_hash


async def test_an_app_asks_for_read_when_it_does_not_say(api: Api) -> None:
    made = await api.anybody.post(
        "/api/v1/apps", form={"client_name": "x", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}
    )
    assert (made["scopes"], made["website"]) == (["read"], None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_name": ""},
        {"client_name": "x" * 61},
        {"redirect_uris": ""},
        {"redirect_uris": "callback"},
        {"redirect_uris": "//app.test/callback"},
        {"redirect_uris": "https:///callback"},
        {"redirect_uris": "javascript:alert(1)"},
        {"redirect_uris": "JavaScript:alert(1)"},
        {"redirect_uris": "data:text/html,x"},
        {"redirect_uris": "https://app.test/#fragment"},
        {"redirect_uris": ["https://app.test/" + "x" * 2000]},
        {"redirect_uris": [f"https://app.test/{number}" for number in range(51)]},
        {"scopes": "read everything"},
        {"website": "javascript:alert(1)"},
        {"website": "app.test"},
    ],
)
async def test_what_cannot_be_an_app(api: Api, wrong: dict[str, Any]) -> None:
    body = {"client_name": "Reader", "redirect_uris": CALLBACK, "scopes": "read", **wrong}
    reply = await api.anybody.ask("POST", "/api/v1/apps", json=body)
    assert reply.status == 422
    assert reply.json["error"].startswith("Validation failed: ")
    async with api.store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM apps") == 0


@pytest.mark.operation("POST /oauth/token")
async def test_a_code_is_changed_for_a_token(api: Api) -> None:
    ana, _ = await api.member("ana")
    app = await make_app(api)
    code = await make_code(api, app, ana, scope="read write:statuses")
    token = await api.anybody.post("/oauth/token", json=changing(app, code))
    assert (token["token_type"], token["scope"]) == ("Bearer", "read write:statuses")
    assert abs(token["created_at"] * 1000 - api.store.clock()) < 60_000
    client = Client(api.world, token["access_token"])
    assert await client.get("/api/v1/timelines/home") == []
    assert (await client.ask("GET", "/api/v1/notifications")).status == 200
    assert (await client.ask("POST", "/api/v1/notifications/clear")).status == 403


async def test_an_app_may_prove_itself_in_the_header(api: Api) -> None:
    ana, _ = await api.member("ana")
    app = await make_app(api)
    form = changing(app, await make_code(api, app, ana))
    proof = base64.b64encode(f"{form.pop('client_id')}:{form.pop('client_secret')}".encode()).decode()
    reply = await api.anybody.ask(
        "POST", "/oauth/token", form=form, headers={"Authorization": f"Basic {proof}"}
    )
    assert reply.status == 200
    assert (reply.headers["Cache-Control"], reply.headers["Pragma"]) == ("no-store", "no-cache")
    for wrong in ("Basic !!", "Basic " + base64.b64encode(b"nothing").decode(), "Basic"):
        again = await api.anybody.ask("POST", "/oauth/token", form=form, headers={"Authorization": wrong})
        assert (again.status, again.json["error"]) == (401, "invalid_client")
        assert again.headers["WWW-Authenticate"].startswith("Basic ")


async def test_pkce(api: Api) -> None:
    ana, _ = await api.member("ana")
    app = await make_app(api)
    code = await make_code(api, app, ana, code_challenge=CHALLENGE, code_challenge_method="S256")
    for verifier in ("", "w" * 43, "v" * 42, "v" * 129, CHALLENGE):
        form = changing(app, code, code_verifier=verifier)
        await refused(api.anybody, "/oauth/token", 400, "invalid_grant", **form)
    await api.anybody.post("/oauth/token", form=changing(app, code, code_verifier=VERIFIER))


async def test_a_verifier_without_a_challenge_is_refused(api: Api) -> None:
    ana, _ = await api.member("ana")
    app = await make_app(api)
    form = changing(app, await make_code(api, app, ana), code_verifier=VERIFIER)
    await refused(api.anybody, "/oauth/token", 400, "invalid_grant", **form)


async def test_a_public_app_proves_itself_by_pkce_alone(api: Api) -> None:
    ana, _ = await api.member("ana")
    app = await make_app(api, token_endpoint_auth_method="none")
    with pytest.raises(authorizing.OAuthRefused):
        await make_code(api, app, ana)
    code = await make_code(api, app, ana, code_challenge=CHALLENGE, code_challenge_method="S256")
    form = changing(app, code, code_verifier=VERIFIER)
    await refused(
        api.anybody, "/oauth/token", 401, "invalid_client", **{**form, "client_secret": "not this one"}
    )
    del form["client_secret"]
    await api.anybody.post("/oauth/token", form=form)
    own = {"grant_type": "client_credentials", "client_id": app["client_id"]}
    await refused(api.anybody, "/oauth/token", 401, "invalid_client", **own)


async def test_a_code_that_comes_twice_takes_its_token_with_it(api: Api) -> None:
    ana, _ = await api.member("ana")
    app = await make_app(api)
    form = changing(app, await make_code(api, app, ana))
    token = await api.anybody.post("/oauth/token", form=form)
    client = Client(api.world, token["access_token"])
    await client.get("/api/v1/timelines/home")
    await refused(api.anybody, "/oauth/token", 400, "invalid_grant", **form)
    answer = await client.get("/api/v1/timelines/home", status=401)
    assert answer["error"] == "The access token was revoked"


async def test_codes_that_are_not_good(api: Api) -> None:
    ana, _ = await api.member("ana")
    app, other = await make_app(api), await make_app(api)
    code = await make_code(api, app, ana)
    for wrong in (
        changing(app, "nothing"),
        changing(app, code, redirect_uri="https://app.test/callback/"),
        changing(other, code),
    ):
        await refused(api.anybody, "/oauth/token", 400, "invalid_grant", **wrong)
    for missing in ("code", "redirect_uri", "grant_type"):
        form = {name: value for name, value in changing(app, code).items() if name != missing}
        await refused(api.anybody, "/oauth/token", 400, "invalid_request", **form)
    for wrong in ({"client_secret": "x"}, {"client_secret": ""}, {"client_id": "x"}, {"client_id": ""}):
        form = {**changing(app, code), **wrong}
        await refused(api.anybody, "/oauth/token", 401, "invalid_client", **form)
    for kind in ("password", "refresh_token", "implicit"):
        form = changing(app, code, grant_type=kind)
        await refused(api.anybody, "/oauth/token", 400, "unsupported_grant_type", **form)
    async with api.store.write() as tx:
        await tx.db.run("UPDATE authorization_codes SET expires_at = :now", {"now": tx.now})
    await refused(api.anybody, "/oauth/token", 400, "invalid_grant", **changing(app, code))


async def test_codes_and_tokens_are_not_kept(api: Api) -> None:
    ana, _ = await api.member("ana")
    app = await make_app(api)
    code = await make_code(api, app, ana)
    token = (await api.anybody.post("/oauth/token", form=changing(app, code)))["access_token"]
    async with api.store.read() as tx:
        codes = await tx.db.rows("SELECT * FROM authorization_codes")
        tokens = await tx.db.rows("SELECT * FROM tokens")
    for secret, rows in ((code, codes), (token, tokens)):
        assert rows
        assert secret not in "".join(str(value) for row in rows for value in row)


@pytest.mark.parametrize(
    ("registered", "asked", "fits"),
    [
        (CALLBACK, CALLBACK, True),
        (CALLBACK, f"{CALLBACK}?x=1", False),
        (CALLBACK, "https://app.test/callback/../evil", False),
        (CALLBACK, "https://app.test.evil.test/callback", False),
        (CALLBACK, "https://APP.test/callback", False),
        ("http://127.0.0.1/done", "http://127.0.0.1:53211/done", True),
        ("http://[::1]:1/done", "http://[::1]:2/done", True),
        ("http://127.0.0.1/done", "http://127.0.0.1:53211/other", False),
        ("http://127.0.0.1/done", "http://127.0.0.2:53211/done", False),
        ("http://localhost/done", "http://localhost:53211/done", False),
        ("http://127.0.0.1/done", "http://x@127.0.0.1:53211/done", False),
        ("myapp://done", "myapp://done2", False),
    ],
)
async def test_the_redirect_uri_is_the_registered_one(
    api: Api, registered: str, asked: str, fits: bool
) -> None:
    ana, _ = await api.member("ana")
    app = await make_app(api, redirect_uris=registered)
    if fits:
        await make_code(api, app, ana, redirect_uri=asked)
    else:
        with pytest.raises(authorizing.OAuthRefused, match="redirect URI"):
            await make_code(api, app, ana, redirect_uri=asked)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "invalid_request"),
        ({"response_mode": "form_post"}, "unsupported_response_mode"),
        ({"scope": "read admin:read"}, "invalid_scope"),
        ({"scope": "write:statuses"}, "invalid_scope"),
        ({"scope": "nonsense"}, "invalid_scope"),
        ({"state": "x" * 4001}, "invalid_request"),
        ({"code_challenge": CHALLENGE}, "invalid_code_challenge_method"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_code_challenge_method"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
    ],
)
async def test_requests_that_no_person_is_shown(api: Api, wrong: dict[str, str], code: str) -> None:
    ana, _ = await api.member("ana")
    app = await make_app(api, "read")
    with pytest.raises(authorizing.OAuthRefused) as found:
        await make_code(api, app, ana, **wrong)
    assert found.value.code == code


async def test_a_part_of_a_scope_may_be_asked_for(api: Api) -> None:
    ana, _ = await api.member("ana")
    app = await make_app(api, "read")
    code = await make_code(api, app, ana, scope="read:accounts read:lists read:accounts")
    token = await api.anybody.post("/oauth/token", form=changing(app, code))
    assert token["scope"] == "read:accounts read:lists"


@pytest.mark.operation("POST /oauth/token", "GET /api/v1/apps/verify_credentials")
async def test_an_app_has_a_token_of_its_own(api: Api) -> None:
    app = await make_app(api, "read write")
    own = {
        "grant_type": "client_credentials",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
    }
    token = await api.anybody.post("/oauth/token", form={**own, "scope": "read write:accounts"})
    assert token["scope"] == "read write:accounts"
    client = Client(api.world, token["access_token"])
    found = await client.get("/api/v1/apps/verify_credentials")
    assert {name: app[name] for name in found} == found
    assert "client_secret" not in found
    assert await client.get("/api/v1/timelines/public") == []
    answer = await client.get("/api/v1/timelines/home", status=422)
    assert answer == {"error": "This method requires an authenticated user"}
    assert (await client.ask("POST", "/api/v1/statuses", json={"status": "x"})).status == 403
    assert (await api.anybody.post("/oauth/token", form=own))["scope"] == "read"
    await refused(api.anybody, "/oauth/token", 400, "invalid_scope", **own, scope="admin:read")
    await refused(api.anybody, "/oauth/token", 401, "invalid_client", **{**own, "client_secret": "x"})


@pytest.mark.operation("GET /api/v1/apps/verify_credentials")
async def test_the_app_of_a_person_s_token(api: Api) -> None:
    ana, hers = await api.member("ana")
    app = await make_app(api)
    token = await api.anybody.post("/oauth/token", form=changing(app, await make_code(api, app, ana)))
    found = await Client(api.world, token["access_token"]).get("/api/v1/apps/verify_credentials")
    assert found["id"] == app["id"]
    await api.anybody.get("/api/v1/apps/verify_credentials", status=401)
    await hers.get("/api/v1/apps/verify_credentials", status=401)  # made on the command line, by no app


@pytest.mark.operation("POST /oauth/revoke")
async def test_tokens_are_given_back(api: Api) -> None:
    ana, _ = await api.member("ana")
    app, other = await make_app(api), await make_app(api)
    proof = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    token = await api.anybody.post("/oauth/token", form=changing(app, await make_code(api, app, ana)))
    own = await api.anybody.post("/oauth/token", form={"grant_type": "client_credentials", **proof})
    foreign = {"client_id": other["client_id"], "client_secret": other["client_secret"]}
    for given in (token, own):
        secret = given["access_token"]
        client = Client(api.world, secret)
        for wrong in (foreign, {**proof, "client_secret": "x"}):
            await refused(api.anybody, "/oauth/revoke", 403, "unauthorized_client", **wrong, token=secret)
        assert (await client.ask("GET", "/api/v1/apps/verify_credentials")).status == 200
        for _ in range(2):
            assert await api.anybody.post("/oauth/revoke", form={**proof, "token": secret}) == {}
        await client.get("/api/v1/apps/verify_credentials", status=401)
    assert await api.anybody.post("/oauth/revoke", form={**proof, "token": "unknown"}) == {}


@pytest.mark.operation("GET /oauth/userinfo")
async def test_userinfo(api: Api) -> None:
    ana, hers = await api.member("ana", "profile")
    found = await hers.get("/oauth/userinfo")
    assert found == await hers.post("/oauth/userinfo")
    assert found == {
        "iss": "https://a.test/",
        "sub": ana.uri,
        "name": "Ana",
        "preferred_username": "ana",
        "profile": "https://a.test/@ana",
        "picture": "https://a.test/static/missing-avatar.svg",
    }
    await (await api.client(ana, "read")).get("/oauth/userinfo", status=403)
    await api.anybody.get("/oauth/userinfo", status=401)


@pytest.mark.operation("GET /.well-known/oauth-authorization-server")
async def test_what_clients_are_told(api: Api) -> None:
    found = await api.anybody.get("/.well-known/oauth-authorization-server")
    assert found["issuer"] == "https://a.test/"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["grant_types_supported"] == ["authorization_code", "client_credentials"]
    assert {"profile", "read", "write:statuses", "admin:read:ip_blocks"} <= set(found["scopes_supported"])
    rules = {rule.rule for rule in api.world.app.url_map.iter_rules()}
    for name, value in found.items():
        if name.endswith("_endpoint"):
            assert value.removeprefix("https://a.test") in rules, name


async def test_a_token_may_come_in_the_address_or_in_a_form(api: Api) -> None:
    _, hers = await api.member("ana")
    token = str(hers.token)
    for name in ("access_token", "bearer_token"):
        await api.anybody.get(f"/api/v1/timelines/home?{name}={token}")
        made = await api.anybody.post("/api/v1/statuses", form={name: token, "status": "hello"})
        assert made["account"]["username"] == "ana"
    await api.anybody.get("/api/v1/timelines/home?access_token=wrong", status=401)
    await api.anybody.get("/api/v1/timelines/public?access_token=wrong", status=401)


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("confirmed_at", None, "Your login is missing a confirmed e-mail address"),
        ("approved", False, "Your login is currently pending approval"),
        ("disabled_at", 1, "Your login is currently disabled"),
    ],
)
async def test_who_is_not_let_in_yet_is_told_why(api: Api, column: str, value: Any, sentence: str) -> None:
    ana, hers = await api.member("ana")
    async with api.store.write() as tx:
        await tx.members.update(ana.id, **{column: value})
    assert await hers.get("/api/v1/timelines/home", status=403) == {"error": sentence}
    public = await hers.ask("GET", "/api/v1/timelines/public")
    assert public.status == (403 if column == "disabled_at" else 200)


@pytest.mark.operation("GET /oauth/authorize")
async def test_the_page_for_people(api: Api) -> None:
    ana, _ = await api.member("ana")
    app = await make_app(api)
    query = {
        "client_id": app["client_id"],
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "read",
    }
    away = await api.anybody.ask("GET", "/oauth/authorize", query_string=query)
    assert away.status == 303
    assert away.headers["Location"].startswith("/auth/sign_in?return_to=%2Foauth%2Fauthorize%3F")
    async with api.store.write() as tx:
        cookie = await tx.sessions.add(ana.id, "", "", pending=False)
    headers = {"Cookie": f"__Host-fedi={cookie}"}
    page = await api.anybody.ask("GET", "/oauth/authorize", query_string=query, headers=headers)
    assert page.status == 200
    assert b"Reader" in page.data
    wrong = await api.anybody.ask(
        "GET", "/oauth/authorize", query_string={**query, "scope": "x"}, headers=headers
    )
    assert wrong.status == 400
    assert wrong.headers["Content-Type"].startswith("text/html")
