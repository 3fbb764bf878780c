"""Who gets in: tokens, scopes, limits, and what browsers are told."""

from __future__ import annotations

import pytest

from fedi.config.values import Rate
from fedi.social.throttling import Windows
from tests.api.conftest import Api, Client

HOME = "/api/v1/timelines/home"


async def test_tokens(api: Api) -> None:
    _ana, hers = await api.member("ana")
    assert await hers.get(HOME) == []
    refused = await api.anybody.ask("GET", HOME)
    assert (refused.status, refused.json["error"]) == (401, "The access token is invalid")
    assert refused.headers["WWW-Authenticate"].startswith("Bearer ")
    for wrong in ("nothing", "x" * 600, ""):
        client = Client(api.world)
        for path in (HOME, "/api/v1/timelines/public"):
            await client.get(path, status=401, headers={"Authorization": f"Bearer {wrong}"})
    await Client(api.world).get(HOME, status=401, headers={"Authorization": "Basic YTpi"})


async def test_a_revoked_token_is_none(api: Api) -> None:
    _ana, hers = await api.member("ana")
    async with api.store.write() as tx:
        session = await tx.members.by_token(str(hers.token))
        assert session is not None
        await tx.members.revoke(session.token_id)
    await hers.get(HOME, status=401)


@pytest.mark.parametrize("how", ["disabled", "suspended"])
async def test_who_may_not_act_is_told_so(api: Api, how: str) -> None:
    ana, hers = await api.member("ana")
    async with api.store.write() as tx:
        if how == "disabled":
            await tx.db.run("UPDATE users SET disabled_at = 1")
        else:
            await tx.people.update(ana.id, suspended_at=1)
    await hers.get(HOME, status=403)


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        ("read:statuses", "GET", HOME, 200),
        ("read:accounts", "GET", HOME, 403),
        ("write", "GET", HOME, 403),
        ("read:accounts", "GET", "/api/v1/timelines/public", 403),
        ("read", "POST", "/api/v1/statuses", 403),
        ("write:favourites", "POST", "/api/v1/statuses", 403),
        ("follow", "GET", "/api/v1/blocks", 200),
        ("read:notifications", "POST", "/api/v1/notifications/clear", 403),
        ("write:notifications", "POST", "/api/v1/notifications/clear", 200),
    ],
)
async def test_scopes(api: Api, scopes: str, method: str, path: str, status: int) -> None:
    _, hers = await api.member("ana", scopes)
    assert (await hers.ask(method, path)).status == status


async def test_every_operation_guards_itself(api: Api) -> None:
    open_to_all = {"GET"}
    for rule in api.world.app.url_map.iter_rules():
        if not rule.rule.startswith("/api/"):
            continue
        if rule.rule == "/api/v1/apps":
            continue  # where everything begins
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"} - open_to_all:
            path = (
                rule.rule.replace("<status_id>", "1").replace("<account_id>", "1").replace("<notice_id>", "1")
            )
            reply = await api.anybody.ask(method, path)
            assert reply.status == 401, rule


async def test_unknown_addresses_answer_in_the_api_s_shape(api: Api) -> None:
    for path in ("/api/v1/nothing", "/api/v9/statuses", "/api/v1/statuses/x", f"/api/v1/accounts/{2**70}"):
        reply = await api.anybody.ask("GET", path)
        assert (reply.status, reply.json) == (404, {"error": "Record not found"})


async def test_browsers_may_ask_from_anywhere(api: Api) -> None:
    asked = await api.anybody.ask("OPTIONS", "/api/v1/statuses", headers={"Origin": "https://app.test"})
    assert asked.status == 200
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    for path in ("/api/v1/timelines/public", "/api/v1/nothing"):
        reply = await api.anybody.ask("GET", path)
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        assert "Link" in reply.headers["Access-Control-Expose-Headers"]


async def test_limits_are_told(api: Api) -> None:
    _, hers = await api.member("ana")
    first, second = await hers.ask("GET", HOME), await hers.ask("GET", HOME)
    assert first.headers["X-RateLimit-Limit"] == "1500"
    assert int(first.headers["X-RateLimit-Remaining"]) - int(second.headers["X-RateLimit-Remaining"]) in (
        1,
        -1498,
    )
    assert first.headers["Cache-Control"] == "private, no-store"


async def test_who_asks_too_often_waits(api: Api) -> None:
    async def ask(address: str) -> int:
        reply = await api.anybody.ask(
            "GET",
            "/api/v1/custom_emojis",
            headers={"X-Forwarded-For": address},
            scope_base={"client": ("127.0.0.1", 1)},
        )
        return reply.status

    statuses = [await ask("1.2.3.4") for _ in range(601)]
    assert statuses.count(429) >= 1 or statuses == [200] * 601  # the window may turn over once in between
    assert await ask("1.2.3.5") == 200


def test_windows() -> None:
    windows, rate = Windows(), Rate(2, 60)
    told = [windows.take("a", rate, 1000).remaining for _ in range(4)]
    assert told == [1, 0, -1, -1]
    assert windows.take("b", rate, 1000).remaining == 1
    assert windows.take("a", rate, 61_000) == windows.take("c", rate, 61_000)
    assert windows.take("a", rate, 61_000).reset == 120_000
