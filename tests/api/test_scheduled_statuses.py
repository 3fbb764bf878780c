"""Posts for later: kept, moved, given up, and published once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fedi.social import posting, scheduling
from fedi.worker import JOBS
from tests.api.conftest import Api, Client
from tests.builders import make_post, make_stranger

STATUSES = "/api/v1/statuses"
LATER = "/api/v1/scheduled_statuses"


def after(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


async def later(client: Client, text: str = "later", **values: Any) -> dict[str, Any]:
    given = {"status": text, "scheduled_at": after(hours=1), **values}
    found: dict[str, Any] = await client.post(STATUSES, json=given)
    return found


async def come(api: Api, made: dict[str, Any]) -> None:
    """Let its time come."""
    async with api.store.write() as tx:
        await tx.scheduled.move(int(made["id"]), tx.now - 1)
    await JOBS["publish_scheduled"](api.world.services, {"id": int(made["id"]), "job_id": 0})


@pytest.mark.operation(
    "POST /api/v1/statuses",
    "GET /api/v1/scheduled_statuses",
    "GET /api/v1/scheduled_statuses/{id}",
    "PUT /api/v1/scheduled_statuses/{id}",
    "DELETE /api/v1/scheduled_statuses/{id}",
)
async def test_a_post_for_later_is_kept_moved_and_given_up(api: Api) -> None:
    _, hers = await api.member("ana")
    _, his = await api.member("bo")
    poll = {"options": ["a", "b"], "expires_in": 600}
    made = await later(hers, poll=poll, spoiler_text="cw", language="en", visibility="unlisted")
    assert made["params"]["text"] == "later"
    assert made["params"]["poll"]["options"] == ["a", "b"]
    assert await hers.get("/api/v1/timelines/home") == []
    assert [one["id"] for one in await hers.get(LATER)] == [made["id"]]
    path = f"{LATER}/{made['id']}"
    assert (await hers.get(path))["params"] == made["params"]
    moved = await hers.ask("PUT", path, json={"scheduled_at": after(hours=3)})
    assert moved.json["scheduled_at"] > made["scheduled_at"]
    assert (await hers.ask("PUT", path, json={"scheduled_at": after(minutes=1)})).status == 422
    assert (await hers.ask("PUT", path, json={})).status == 422
    assert (await hers.ask("PUT", path, json={"scheduled_at": "soon"})).status == 422
    for method in ("GET", "PUT", "DELETE"):
        reply = await his.ask(method, path, json={"scheduled_at": after(hours=3)})
        assert reply.status == 404
    assert await his.get(LATER) == []
    assert (await hers.ask("DELETE", path)).json == {}
    await hers.get(path, status=404)
    assert (await hers.ask("DELETE", path)).status == 404


async def test_it_is_published_once_with_all_that_was_asked(api: Api) -> None:
    _, hers = await api.member("ana")
    poll = {"options": ["a", "b"], "expires_in": 600, "multiple": True}
    made = await later(hers, "now #cats", poll=poll, spoiler_text="cw", visibility="unlisted")
    job = {"id": int(made["id"]), "job_id": 0}
    await JOBS["publish_scheduled"](api.world.services, job)  # too early: another job waits
    assert await hers.get("/api/v1/timelines/home") == []
    await come(api, made)
    await come(api, made)
    found = await hers.get("/api/v1/timelines/home")
    assert len(found) == 1
    assert (found[0]["spoiler_text"], found[0]["visibility"]) == ("cw", "unlisted")
    assert (found[0]["poll"]["multiple"], found[0]["tags"][0]["name"]) == (True, "cats")
    assert await hers.get(LATER) == []


async def test_a_stop_in_between_publishes_neither_twice_nor_not_at_all(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, hers = await api.member("ana")
    made = await later(hers)
    create = posting.create

    async def killed(*args: Any, **kwargs: Any) -> None:
        await create(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(posting, "create", killed)
        with pytest.raises(KeyboardInterrupt):
            await come(api, made)
    assert await hers.get("/api/v1/timelines/home") == []
    await come(api, made)
    assert len(await hers.get("/api/v1/timelines/home")) == 1


async def test_the_worker_finds_it(api: Api) -> None:
    _, hers = await api.member("ana")
    await later(hers)
    async with api.store.write() as tx:
        await tx.db.run("UPDATE scheduled_posts SET scheduled_at = :now", {"now": tx.now})
        await tx.db.run("UPDATE jobs SET run_at = :now WHERE kind = 'publish_scheduled'", {"now": tx.now})
    await api.world.settle()
    assert len(await hers.get("/api/v1/timelines/home")) == 1


async def test_what_is_not_kept_for_later(api: Api) -> None:
    _, hers = await api.member("ana")
    found = await hers.post(STATUSES, 422, json={"status": "x", "scheduled_at": after(minutes=4)})
    assert "must be in the future" in found["error"]
    await hers.post(STATUSES, 422, json={"status": "", "scheduled_at": after(hours=1)})
    await hers.post(
        STATUSES, 404, json={"status": "x", "in_reply_to_id": "9", "scheduled_at": after(hours=1)}
    )
    await hers.post(STATUSES, 422, json={"status": "x", "scheduled_at": "tomorrow"})
    # As in Mastodon, what lies in the past is now.
    assert (await hers.post(STATUSES, json={"status": "x", "scheduled_at": after(hours=-1)}))["content"]
    assert await hers.get(LATER) == []


async def test_an_idempotency_key_keeps_one(api: Api) -> None:
    _, hers = await api.member("ana")
    key = {"Idempotency-Key": "k"}
    given = {"status": "once", "scheduled_at": after(hours=1)}
    first = await hers.post(STATUSES, json=given, headers=key)
    assert (await hers.post(STATUSES, json=given, headers=key))["id"] == first["id"]


async def test_so_many_for_one_day(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduling, "DAY_LIMIT", 2)
    _, hers = await api.member("ana")
    at = after(days=2)
    made = [await later(hers, scheduled_at=at) for _ in range(2)]
    found = await hers.post(STATUSES, 422, json={"status": "x", "scheduled_at": at})
    assert "exceeded the limit" in found["error"]
    await later(hers, scheduled_at=after(days=5))
    first = await hers.ask("GET", f"{LATER}?limit=1&max_id={made[1]['id']}")
    assert [one["id"] for one in first.json] == [made[0]["id"]]
    assert "min_id=" in first.headers["Link"]


async def test_what_it_answers_may_be_gone(api: Api) -> None:
    _, hers = await api.member("ana")
    parent = await make_post(api.store, await make_stranger(api.store))
    made = await later(hers, in_reply_to_id=str(parent.id))
    assert made["params"]["in_reply_to_id"] == parent.id
    async with api.store.write() as tx:
        await tx.posts.delete(parent)
    with pytest.raises(Exception, match="trying to reply to"):
        await come(api, made)
    assert [one["id"] for one in await hers.get(LATER)] == [made["id"]]
