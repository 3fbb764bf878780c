"""Bookmarks and favourites, page by page; conversations that somebody muted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api, Client
from tests.builders import make_post, make_stranger

STATUSES = "/api/v1/statuses"


async def write(client: Client, text: str = "hello", **values: Any) -> dict[str, Any]:
    found: dict[str, Any] = await client.post(STATUSES, json={"status": text, **values})
    return found


@pytest.mark.operation(
    "POST /api/v1/statuses/{id}/bookmark", "POST /api/v1/statuses/{id}/unbookmark", "GET /api/v1/bookmarks"
)
async def test_bookmarks_are_kept_in_the_order_they_were_made(api: Api) -> None:
    _, hers = await api.member("ana")
    _, his = await api.member("bo")
    made = [await write(hers, str(number)) for number in range(3)]
    boost = await hers.post(f"{STATUSES}/{made[0]['id']}/reblog")
    for one in (made[1]["id"], made[2]["id"], boost["id"], boost["id"]):
        assert (await his.post(f"{STATUSES}/{one}/bookmark"))["bookmarked"] is True
    found = await his.get("/api/v1/bookmarks")
    assert [one["id"] for one in found] == [made[0]["id"], made[2]["id"], made[1]["id"]]
    assert all(one["bookmarked"] for one in found)
    reply = await his.ask("GET", "/api/v1/bookmarks?limit=1")
    older = reply.headers["Link"].partition("<https://a.test")[2].partition(">")[0]
    rest = await his.ask("GET", older)
    assert [one["id"] for one in rest.json] == [made[2]["id"]]
    newer = rest.headers["Link"].rpartition("<https://a.test")[2].partition(">")[0]
    assert [one["id"] for one in await his.get(newer)] == [made[0]["id"]]
    assert (await hers.get(f"{STATUSES}/{made[0]['id']}"))["bookmarked"] is False
    assert (await his.post(f"{STATUSES}/{made[2]['id']}/unbookmark"))["bookmarked"] is False
    assert len(await his.get("/api/v1/bookmarks")) == 2
    assert await hers.get("/api/v1/bookmarks") == []


async def test_what_one_may_no_longer_see_leaves_the_bookmarks(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    made = await write(hers)
    await his.post(f"{STATUSES}/{made['id']}/bookmark")
    async with api.store.write() as tx:
        await tx.blocks.add(ana.id, bo.id, "https://a.test/blocks/1")
    assert await his.get("/api/v1/bookmarks") == []
    hidden = await write(hers, visibility="direct")
    for verb in ("bookmark", "unbookmark", "mute", "unmute"):
        await his.post(f"{STATUSES}/{hidden['id']}/{verb}", status=404)
        await his.post(f"{STATUSES}/1/{verb}", status=404)
        await api.anybody.post(f"{STATUSES}/{hidden['id']}/{verb}", status=401)


async def test_scopes_are_asked_for(api: Api) -> None:
    ana, hers = await api.member("ana")
    made = await write(hers)
    reader = await api.client(ana, "read")
    await reader.post(f"{STATUSES}/{made['id']}/bookmark", status=403)
    await reader.post(f"{STATUSES}/{made['id']}/mute", status=403)
    writer = await api.client(ana, "write")
    await writer.get("/api/v1/bookmarks", status=403)


@pytest.mark.operation("GET /api/v1/favourites")
async def test_favourites_page_both_ways(api: Api) -> None:
    _, hers = await api.member("ana")
    made = [await write(hers, str(number)) for number in range(3)]
    for one in made:
        await hers.post(f"{STATUSES}/{one['id']}/favourite")
    first = await hers.ask("GET", "/api/v1/favourites?limit=2")
    assert [one["id"] for one in first.json] == [made[2]["id"], made[1]["id"]]
    older = first.headers["Link"].partition("<https://a.test")[2].partition(">")[0]
    second = await hers.ask("GET", older)
    assert [one["id"] for one in second.json] == [made[0]["id"]]
    newer = second.headers["Link"].rpartition("<https://a.test")[2].partition(">")[0]
    assert [one["id"] for one in await hers.get(newer)] == [made[2]["id"], made[1]["id"]]


@pytest.mark.operation("GET /api/v1/statuses/{id}/favourited_by", "GET /api/v1/statuses/{id}/reblogged_by")
async def test_who_did_what_pages_both_ways(api: Api) -> None:
    _, hers = await api.member("ana")
    made = await write(hers)
    names = ["bo", "cy", "di"]
    for name in names:
        _, theirs = await api.member(name)
        await theirs.post(f"{STATUSES}/{made['id']}/favourite")
        await theirs.post(f"{STATUSES}/{made['id']}/reblog")
    for which in ("favourited_by", "reblogged_by"):
        path = f"{STATUSES}/{made['id']}/{which}"
        first = await api.anybody.ask("GET", f"{path}?limit=2")
        assert [one["username"] for one in first.json] == ["di", "cy"]
        older = first.headers["Link"].partition("<https://a.test")[2].partition(">")[0]
        second = await api.anybody.ask("GET", older)
        assert [one["username"] for one in second.json] == ["bo"]
        newer = second.headers["Link"].rpartition("<https://a.test")[2].partition(">")[0]
        assert [one["username"] for one in await api.anybody.get(newer)] == ["di", "cy"]


@pytest.mark.operation("POST /api/v1/statuses/{id}/mute", "POST /api/v1/statuses/{id}/unmute")
async def test_a_muted_conversation_makes_no_notices(api: Api) -> None:
    _, hers = await api.member("ana")
    _, his = await api.member("bo")
    root = await write(hers, "root")
    assert (await hers.post(f"{STATUSES}/{root['id']}/mute"))["muted"] is True
    await write(his, "@ana hello", in_reply_to_id=root["id"])
    await his.post(f"{STATUSES}/{root['id']}/favourite")
    assert await hers.get("/api/v1/notifications") == []
    assert (await hers.get("/api/v1/timelines/home"))[0]["muted"] is True
    assert (await hers.post(f"{STATUSES}/{root['id']}/unmute"))["muted"] is False
    await write(his, "@ana again", in_reply_to_id=root["id"])
    assert [one["type"] for one in await hers.get("/api/v1/notifications")] == ["mention"]


async def test_what_has_no_conversation_cannot_be_muted(api: Api) -> None:
    _, hers = await api.member("ana")
    far = await make_stranger(api.store)
    post = await make_post(api.store, far)
    await hers.post(f"{STATUSES}/{post.id}/mute", status=403)
