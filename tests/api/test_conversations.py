"""Conversations: direct statuses by whom they are with, written here and elsewhere; and the list of them all."""

from __future__ import annotations

from typing import Any

import pytest

from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.store.store import Store
from tests.api.conftest import Api, Client
from tests.builders import build_post, make_stranger

PATH = "/api/v1/conversations"


async def write(client: Client, text: str, **values: Any) -> dict[str, Any]:
    sent = {"status": text, "visibility": "direct", **values}
    made: dict[str, Any] = await client.post("/api/v1/statuses", json=sent)
    return made


async def receive(store: Store, author: Account, to: list[Account], **values: Any) -> Post:
    async with store.write() as tx:
        post = build_post(tx, author, "<p>psst</p>", visibility="direct", **values)
        await tx.posts.add(post, [one.id for one in to])
    return post


def shown(found: list[dict[str, Any]]) -> list[tuple[list[str], str, bool]]:
    return [
        ([one["acct"] for one in each["accounts"]], each["last_status"]["id"], each["unread"])
        for each in found
    ]


@pytest.mark.operation("GET /api/v1/conversations", "POST /api/v1/conversations/{id}/read")
async def test_both_sides_of_a_conversation(api: Api) -> None:
    (_, hers), (_, his), (_, theirs) = [await api.member(name) for name in ("ana", "bo", "cy")]
    first = await write(hers, "@bo are you there?")
    assert shown(await hers.get(PATH)) == [(["bo"], first["id"], False)]
    (seen,) = await his.get(PATH)
    assert shown([seen]) == [(["ana"], first["id"], True)]
    assert (await his.post(f"{PATH}/{seen['id']}/read"))["unread"] is False
    assert shown(await his.get(PATH)) == [(["ana"], first["id"], False)]
    second = await write(his, "@ana yes", in_reply_to_id=first["id"])
    assert shown(await his.get(PATH)) == [(["ana"], second["id"], False)]
    (again,) = await hers.get(PATH)
    assert shown([again]) == [(["bo"], second["id"], True)]
    assert await theirs.get(PATH) == []
    marked = await his.post(f"{PATH}/{seen['id']}/unread")
    assert (marked["id"], marked["unread"]) == (seen["id"], True)


async def test_other_people_are_another_conversation(api: Api) -> None:
    (_, hers), (_, his), (_, theirs) = [await api.member(name) for name in ("ana", "bo", "cy")]
    first = await write(hers, "@bo hello")
    second = await write(his, "@ana @cy hello", in_reply_to_id=first["id"])
    assert shown(await hers.get(PATH)) == [(["bo", "cy"], second["id"], True), (["bo"], first["id"], False)]
    assert shown(await theirs.get(PATH)) == [(["ana", "bo"], second["id"], True)]
    note = await write(theirs, "to myself")
    assert shown((await theirs.get(PATH))[:1]) == [(["cy"], note["id"], False)]


async def test_direct_posts_from_elsewhere(api: Api) -> None:
    (ana, hers), (bo, _his) = await api.member("ana"), await api.member("bo")
    far = await make_stranger(api.store)
    first = await receive(api.store, far, [ana, bo])
    answer = await receive(
        api.store, far, [ana, bo], in_reply_to_id=first.id, in_reply_to_uri=first.uri, conversation=None
    )
    assert shown(await hers.get(PATH)) == [(["bo", "bo@b.test"], str(answer.id), True)]
    await receive(api.store, far, [bo])
    assert len(await hers.get(PATH)) == 1
    await hers.post(f"/api/v1/accounts/{far.id}/block")
    await receive(api.store, far, [ana])
    assert len(await hers.get(PATH)) == 1


async def test_what_is_deleted_is_no_longer_the_last(api: Api) -> None:
    (ana, hers), (_, his) = await api.member("ana"), await api.member("bo")
    first = await write(hers, "@bo one")
    second = await write(hers, "@bo two", in_reply_to_id=first["id"])
    assert shown(await his.get(PATH)) == [(["ana"], second["id"], True)]
    await hers.ask("DELETE", f"/api/v1/statuses/{second['id']}")
    assert shown(await his.get(PATH)) == [(["ana"], first["id"], True)]
    await hers.ask("DELETE", f"/api/v1/statuses/{first['id']}")
    assert (await his.get(PATH), await hers.get(PATH)) == ([], [])
    far = await make_stranger(api.store)
    await receive(api.store, far, [ana])
    assert len(await hers.get(PATH)) == 1
    async with api.store.write() as tx:
        await tx.people.purge(far.id)
    assert await hers.get(PATH) == []


@pytest.mark.operation("DELETE /api/v1/conversations/{id}")
async def test_a_conversation_leaves_the_list_of_one_person(api: Api) -> None:
    (_, hers), (_, his) = await api.member("ana"), await api.member("bo")
    first = await write(hers, "@bo one")
    (mine,), (other,) = await hers.get(PATH), await his.get(PATH)
    for method, path in (("DELETE", ""), ("POST", "/read"), ("POST", "/unread")):
        for which in (mine["id"], "99", "x"):
            assert (await his.ask(method, f"{PATH}/{which}{path}")).status == 404
    assert (await his.ask("DELETE", f"{PATH}/{other['id']}")).json == {}
    assert await his.get(PATH) == []
    assert (await his.get(f"/api/v1/statuses/{first['id']}"))["id"] == first["id"]
    assert len(await hers.get(PATH)) == 1
    second = await write(hers, "@bo two", in_reply_to_id=first["id"])
    assert shown(await his.get(PATH)) == [(["ana"], second["id"], True)]


async def test_who_may_not(api: Api) -> None:
    ana, hers = await api.member("ana")
    await write(hers, "to myself")
    (mine,) = await hers.get(PATH)
    weak = await api.client(ana, "read:accounts write:statuses")
    for method, path in (("GET", ""), ("DELETE", f"/{mine['id']}"), ("POST", f"/{mine['id']}/read")):
        assert (await weak.ask(method, PATH + path)).status == 403
        assert (await api.anybody.ask(method, PATH + path)).status == 401
    assert len(await hers.get(PATH)) == 1


async def test_conversations_by_pages(api: Api) -> None:
    _, hers = await api.member("ana")
    last = [(await write(hers, f"note {number}"))["id"] for number in range(5)][::-1]

    async def page(query: str) -> list[str]:
        return [one["last_status"]["id"] for one in await hers.get(f"{PATH}?{query}")]

    reply = await hers.ask("GET", f"{PATH}?limit=2")
    assert [one["last_status"]["id"] for one in reply.json] == last[:2]
    older = reply.headers["Link"].partition(">")[0].removeprefix("<https://a.test")
    assert [one["last_status"]["id"] for one in await hers.get(older)] == last[2:4]
    assert await page(f"limit=2&min_id={last[4]}") == last[2:4]
    assert await page(f"limit=2&since_id={last[4]}") == last[:2]
    assert await page("limit=900&max_id=9223372036854775807") == last


@pytest.mark.operation("GET /api/v1/timelines/direct")
async def test_all_direct_statuses_as_older_apps_ask_for_them(api: Api) -> None:
    (ana, hers), (_, his) = await api.member("ana"), await api.member("bo")
    first = await write(hers, "@bo one")
    second = await write(his, "@ana two", in_reply_to_id=first["id"])
    await write(his, "to myself")
    await his.post("/api/v1/statuses", json={"status": "@ana for everyone"})
    path = "/api/v1/timelines/direct"
    reply = await hers.ask("GET", f"{path}?limit=1")
    assert [one["id"] for one in reply.json] == [second["id"]]
    older = reply.headers["Link"].partition(">")[0].removeprefix("<https://a.test")
    assert [one["id"] for one in await hers.get(older)] == [first["id"]]
    assert (await api.anybody.ask("GET", path)).status == 401
    assert (await (await api.client(ana, "read:lists")).ask("GET", path)).status == 403
