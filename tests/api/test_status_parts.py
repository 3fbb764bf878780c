"""What belongs to a status beside its words: asked for only where there is one, once a page."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from fedi.activitypub import types
from fedi.store.store import Store
from tests.api.conftest import Api, Client, Counting
from tests.builders import make_person

STATUSES = "/api/v1/statuses"
PAGE = b"<title>News</title>"


async def write(client: Client, text: str = "hello", **values: Any) -> dict[str, Any]:
    found: dict[str, Any] = await client.post(STATUSES, json={"status": text, **values})
    return found


async def test_a_page_of_everything_costs_a_statement_for_each_kind(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    await api.follow(ana, bo)
    api.world.peer("news.test").pages["https://news.test/1"] = ("text/html", PAGE)
    statements: list[str] = []
    reading = Store.read

    @asynccontextmanager
    async def counted(store: Store) -> Any:
        async with reading(store) as tx:
            tx.db = Counting(tx.db, statements)
            yield tx

    costs = []
    for _ in range(3):
        made = await write(his, poll={"options": ["a", "b"], "expires_in": 600})
        await write(his, "look", quoted_status_id=made["id"])
        await write(his, "see https://news.test/1", quote_approval_policy="followers")
        await hers.post(f"{STATUSES}/{made['id']}/mute")
        await api.world.settle()
        with monkeypatch.context() as patched:
            patched.setattr(Store, "read", counted)
            statements.clear()
            page = await hers.get("/api/v1/timelines/home?limit=40")
            costs.append(len(statements))
    assert len(page) == 9
    assert sum(one["card"] is not None for one in page) == 3
    assert sum(one["poll"] is not None for one in page) == 3
    assert sum(one["muted"] for one in page) == 3
    assert [one["quote_approval"]["current_user"] for one in page] == ["automatic"] * 9
    quoted = [one["quote"]["quoted_status"] for one in page if one["quote"]]
    assert all(one["poll"] and one["muted"] for one in quoted)
    # The token, the page, the posts; quotes, polls, cards, who follows whom, muted conversations.
    assert costs == [8] * 3


async def test_a_status_says_which_app_wrote_it(api: Api) -> None:
    ana = await make_person(api.store, "ana")
    async with api.store.write() as tx:
        app, _ = await tx.apps.add("Elk", "https://elk.test", ("urn:x",), "write", confidential=True)
        token = await tx.members.add_token(ana.id, "write", app.id)
    made = await write(Client(api.world, token))
    assert made["application"] == {"name": "Elk", "website": "https://elk.test"}
    _, his = await api.member("bo")
    assert (await write(his))["application"] is None


async def test_a_question_goes_out_whole(api: Api) -> None:
    _, hers = await api.member("ana")
    bo = api.world.peer("b.test").person("bo")
    await bo.sends(types.Follow(id=bo.new_id(), actor=bo.uri, object="https://a.test/ap/users/0"))
    poll = {"options": ["a", "b"], "expires_in": 600, "multiple": True}
    made = await write(hers, "@bo@b.test which?", poll=poll, quote_approval_policy="followers")
    await api.world.settle()
    sent = bo.received(types.Create)[0].object
    assert isinstance(sent, types.Post)
    assert (sent.type, sent.may_quote) == ("Question", (f"{made['account']['uri']}/followers",))
    assert sent.poll is not None
    assert sent.poll.options == (types.Option("a", 0), types.Option("b", 0))
    assert (sent.poll.multiple, sent.poll.voters_count, sent.poll.closed) == (True, 0, None)
    response = await bo.gets(made["uri"].removeprefix("https://a.test"))
    document = await response.get_json()
    assert [one["name"] for one in document["anyOf"]] == ["a", "b"]
    assert document["endTime"] == made["poll"]["expires_at"][:19] + "Z"
    activity = await (await bo.gets(f"{made['uri'].removeprefix('https://a.test')}/activity")).get_json()
    assert activity["object"]["anyOf"] == document["anyOf"]
    outbox = await bo.gets(f"{made['account']['uri'].removeprefix('https://a.test')}/outbox?page=true")
    assert (await outbox.get_json())["orderedItems"][0]["object"]["anyOf"] == document["anyOf"]


async def test_an_edit_elsewhere_takes_a_poll_or_a_quote_out(api: Api) -> None:
    world = api.world
    _, hers = await api.member("ana")
    mine = await write(hers)
    bo = world.peer("b.test").person("bo")
    named: Any = {"to": (types.PUBLIC, mine["account"]["uri"]), "quote": mine["uri"]}
    poll = types.Poll(options=(types.Option("a"), types.Option("b")))
    note = bo.note("<p>one</p>", type="Question", poll=poll, **named)
    await bo.sends(bo.create(note))
    await world.settle()
    found = (await hers.get(f"{STATUSES}/{mine['id']}/quotes"))[0]
    assert found["poll"]["votes_count"] == 0
    assert note.published is not None
    forms: list[tuple[dict[str, Any], bool]] = [
        ({"type": "Note", "poll": None, "quote": None}, False),
        ({}, True),
        ({"poll": None}, False),
    ]
    for number, (values, has_poll) in enumerate(forms, 1):
        later = msgspec.structs.replace(note, content=f"<p>{number}</p>", updated=note.published, **values)
        async with api.store.write() as tx:  # so that each counts as newer
            await tx.db.run(
                "UPDATE posts SET edited_at = NULL, created_at = created_at - 10000 WHERE NOT local"
            )
        await bo.sends(types.Update(id=bo.new_id(), actor=bo.uri, object=later, to=later.to))
        await world.settle()
        shown = await hers.get(f"{STATUSES}/{found['id']}")
        assert f"<p>{number}</p>" in shown["content"]
        assert (shown["poll"] is not None) == has_poll
        assert len(await hers.get(f"{STATUSES}/{mine['id']}/quotes")) == (0 if number == 1 else 1)


@pytest.mark.operation(
    "GET /api/v1/statuses/{id}", "GET /api/v1/statuses/{id}/source", "GET /api/v1/statuses"
)
async def test_a_status_is_read_in_every_way(api: Api) -> None:
    _, hers = await api.member("ana")
    made = await write(hers, "hello *there*", spoiler_text="cw")
    assert (await hers.get(f"{STATUSES}/{made['id']}"))["id"] == made["id"]
    assert (await hers.get(f"{STATUSES}/{made['id']}/source"))["text"] == "hello *there*"
    assert [one["id"] for one in await hers.get(f"{STATUSES}?id[]={made['id']}")] == [made["id"]]


@pytest.mark.operation(
    "POST /api/v1/statuses/{id}/reblog",
    "POST /api/v1/statuses/{id}/unreblog",
    "POST /api/v1/statuses/{id}/favourite",
    "POST /api/v1/statuses/{id}/unfavourite",
    "POST /api/v1/statuses/{id}/pin",
    "POST /api/v1/statuses/{id}/unpin",
    "DELETE /api/v1/statuses/{id}",
)
async def test_what_is_done_with_a_status(api: Api) -> None:
    _, hers = await api.member("ana")
    made = await write(hers)
    path = f"{STATUSES}/{made['id']}"
    for verb, field, value in (
        ("favourite", "favourited", True),
        ("unfavourite", "favourited", False),
        ("pin", "pinned", True),
        ("unpin", "pinned", False),
    ):
        assert (await hers.post(f"{path}/{verb}"))[field] is value
    boost = await hers.post(f"{path}/reblog", json={"visibility": "private"})
    assert (boost["visibility"], boost["reblog"]["reblogged"]) == ("private", True)
    assert (await hers.post(f"{path}/unreblog"))["reblogged"] is False
    gone = (await hers.ask("DELETE", path)).json
    assert (gone["text"], gone["id"]) == ("hello", made["id"])
    await hers.get(path, status=404)
