"""Polls: asked, voted in, ended, edited; here and between servers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from fedi.activitypub import types
from fedi.worker import JOBS
from tests.api.conftest import Api, Client
from tests.peer import Person

STATUSES = "/api/v1/statuses"


async def ask(client: Client, *options: str, **values: Any) -> dict[str, Any]:
    poll = {"options": options or ("tea", "coffee"), "expires_in": 600, **values}
    found: dict[str, Any] = await client.post(STATUSES, json={"status": "which?", "poll": poll})
    return found


async def end(api: Api, poll_id: str) -> None:
    """Let the poll's time be over, and the job that tells so run."""
    async with api.store.write() as tx:
        await tx.db.run(
            "UPDATE polls SET expires_at = :now WHERE id = :id", {"now": tx.now, "id": int(poll_id)}
        )
    await JOBS["end_poll"](api.world.services, {"poll_id": int(poll_id), "job_id": 0})


@pytest.mark.operation("POST /api/v1/statuses", "GET /api/v1/polls/{id}", "POST /api/v1/polls/{id}/votes")
async def test_a_poll_is_asked_and_voted_in(api: Api) -> None:
    _, hers = await api.member("ana")
    _, his = await api.member("bo")
    made = await ask(hers)
    poll = made["poll"]
    assert [option["title"] for option in poll["options"]] == ["tea", "coffee"]
    assert (poll["voted"], poll["own_votes"], poll["expired"], poll["multiple"]) == (True, [], False, False)
    voted = await his.post(f"/api/v1/polls/{poll['id']}/votes", json={"choices": [1]})
    assert (voted["voted"], voted["own_votes"], voted["votes_count"], voted["voters_count"]) == (
        True,
        [1],
        1,
        1,
    )
    assert [option["votes_count"] for option in voted["options"]] == [0, 1]
    found = await api.anybody.get(f"/api/v1/polls/{poll['id']}")
    assert (found["votes_count"], found["voted"]) == (1, None)
    assert (await his.get(f"{STATUSES}/{made['id']}"))["poll"]["own_votes"] == [1]


async def test_what_is_no_vote(api: Api) -> None:
    _, hers = await api.member("ana")
    bo, his = await api.member("bo")
    poll = (await ask(hers))["poll"]["id"]
    path = f"/api/v1/polls/{poll}/votes"
    for choices in ([], [2], ["x"], [-1], [0, 1]):
        found = await his.post(path, 422, json={"choices": choices})
        assert found["error"] == "Validation failed: The chosen vote option does not exist"
    found = await hers.post(path, 422, json={"choices": [0]})
    assert found["error"] == "Validation failed: You cannot vote in your own polls"
    await his.post(path, json={"choices": ["0"]})
    found = await his.post(path, 422, json={"choices": [1]})
    assert found["error"] == "Validation failed: You have already voted on this poll"
    await end(api, poll)
    _, late = await api.member("cy")
    found = await late.post(path, 422, json={"choices": [1]})
    assert found["error"] == "Validation failed: The poll has already ended"
    await late.post("/api/v1/polls/1/votes", 404, json={"choices": [1]})
    await late.get("/api/v1/polls/x", status=404)
    await api.anybody.post(path, 401, json={"choices": [1]})
    await (await api.client(bo, "read")).post(path, 403, json={"choices": [1]})
    assert (await hers.get(f"/api/v1/polls/{poll}"))["votes_count"] == 1


async def test_a_private_poll_is_not_there_for_others(api: Api) -> None:
    _, hers = await api.member("ana")
    _, his = await api.member("bo")
    poll = {"options": ["a", "b"], "expires_in": 600}
    made = await hers.post(STATUSES, json={"status": "x", "poll": poll, "visibility": "private"})
    await his.get(f"/api/v1/polls/{made['poll']['id']}", status=404)
    await his.post(f"/api/v1/polls/{made['poll']['id']}/votes", 404, json={"choices": [0]})


@pytest.mark.parametrize(
    ("poll", "says"),
    [
        ({"options": ["a"], "expires_in": 600}, "more than one item"),
        ({"options": ["a", " "], "expires_in": 600}, "more than one item"),
        ({"options": list("abcdefghij"), "expires_in": 600}, "more than 6 items"),
        ({"options": ["a", "a"], "expires_in": 600}, "duplicate"),
        ({"options": ["a", "b" * 51], "expires_in": 600}, "longer than 50"),
        ({"options": ["a", "b"], "expires_in": 10}, "too soon"),
        ({"options": ["a", "b"]}, "too soon"),
        ({"options": ["a", "b"], "expires_in": 10**9}, "too far"),
    ],
)
async def test_what_is_no_poll(api: Api, poll: dict[str, Any], says: str) -> None:
    _, hers = await api.member("ana")
    found = await hers.post(STATUSES, 422, json={"status": "x", "poll": poll})
    assert says in found["error"]
    assert await hers.get("/api/v1/timelines/home") == []


async def test_totals_are_hidden_until_the_end(api: Api) -> None:
    _, hers = await api.member("ana")
    _, his = await api.member("bo")
    poll = (await ask(hers, "a", "b", "c", multiple=True, hide_totals=True))["poll"]["id"]
    found = await his.post(f"/api/v1/polls/{poll}/votes", json={"choices": [0, 2, 2]})
    assert [option["votes_count"] for option in found["options"]] == [None] * 3
    assert (found["votes_count"], found["voters_count"], found["own_votes"]) == (2, 1, [0, 2])
    await end(api, poll)
    found = await his.get(f"/api/v1/polls/{poll}")
    assert [option["votes_count"] for option in found["options"]] == [1, 0, 1]
    assert found["expired"] is True


async def test_the_end_is_told_once_to_author_and_voters(api: Api) -> None:
    _, hers = await api.member("ana")
    _, his = await api.member("bo")
    _, others = await api.member("cy")
    poll = (await ask(hers))["poll"]["id"]
    await his.post(f"/api/v1/polls/{poll}/votes", json={"choices": [0]})
    await end(api, poll)
    await end(api, poll)
    for client, count in ((hers, 1), (his, 1), (others, 0)):
        found = [one for one in await client.get("/api/v1/notifications") if one["type"] == "poll"]
        assert len(found) == count
        assert all(one["status"]["poll"]["id"] == poll for one in found)


@pytest.mark.operation("PUT /api/v1/statuses/{id}", "GET /api/v1/statuses/{id}/history")
async def test_other_choices_reset_the_votes(api: Api) -> None:
    _, hers = await api.member("ana")
    _, his = await api.member("bo")
    made = await ask(hers)
    path, poll = f"{STATUSES}/{made['id']}", made["poll"]["id"]
    await his.post(f"/api/v1/polls/{poll}/votes", json={"choices": [0]})
    kept = (await hers.ask("PUT", path, json={"status": "which one?"})).json
    assert kept["poll"]["votes_count"] == 1
    same = {"options": ["tea", "coffee"], "expires_in": 900}
    assert (await hers.ask("PUT", path, json={"status": "x", "poll": same})).json["poll"]["votes_count"] == 1
    other = {"options": ["tea", "milk"], "expires_in": 900}
    changed = (await hers.ask("PUT", path, json={"status": "x", "poll": other})).json
    assert (changed["poll"]["id"], changed["poll"]["votes_count"]) == (poll, 0)
    assert (await his.get(f"/api/v1/polls/{poll}"))["own_votes"] == []
    forms = await hers.get(f"{path}/history")
    assert [[one["title"] for one in form["poll"]["options"]] for form in forms] == [
        ["tea", "coffee"],
        ["tea", "coffee"],
        ["tea", "coffee"],
        ["tea", "milk"],
    ]
    gone = (await hers.ask("DELETE", path)).json
    assert (gone["text"], gone["poll"]["options"][1]["title"]) == ("x", "milk")
    await his.get(f"/api/v1/polls/{poll}", status=404)


async def remote_poll(bo: Person, **values: Any) -> types.Post:
    """A Question of another server, served there."""
    poll = types.Poll(
        **{
            "options": (types.Option("tea", 3), types.Option("coffee", 4)),
            "end_time": datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1),
            "voters_count": 7,
            **values,
        }
    )
    return bo.note("<p>which?</p>", type="Question", poll=poll)


async def test_a_poll_of_another_server_is_shown_and_voted_in(api: Api) -> None:
    world = api.world
    _, hers = await api.member("ana")
    bo = world.peer("b.test").person("bo")
    note = await remote_poll(bo, multiple=True)
    note = msgspec.structs.replace(note, cc=(*note.cc, "https://a.test/ap/users/1"))
    found = await hers.get(f"/api/v2/search?q={note.id}&resolve=true&type=statuses")
    poll = found["statuses"][0]["poll"]
    assert (poll["votes_count"], poll["voters_count"], poll["multiple"]) == (7, 7, True)
    voted = await hers.post(f"/api/v1/polls/{poll['id']}/votes", json={"choices": [0, 1]})
    assert [option["votes_count"] for option in voted["options"]] == [4, 5]
    await world.settle()
    votes = [one.object for one in bo.received(types.Create)]
    assert all(
        isinstance(one, types.Post) and one.in_reply_to == note.id and one.content is None for one in votes
    )
    assert [one.name for one in votes if isinstance(one, types.Post)] == ["tea", "coffee"]
    # The author's server tells how many there are by now.
    assert note.poll is not None
    now = msgspec.structs.replace(
        note,
        poll=msgspec.structs.replace(note.poll, options=(types.Option("tea", 9), types.Option("coffee", 9))),
    )
    await bo.sends(types.Update(id=bo.new_id(), actor=bo.uri, object=now, to=now.to, cc=now.cc))
    await world.settle()
    after = await hers.get(f"/api/v1/polls/{poll['id']}")
    assert [option["votes_count"] for option in after["options"]] == [9, 9]
    assert after["own_votes"] == [0, 1]
    assert (await hers.get(f"{STATUSES}/{found['statuses'][0]['id']}"))["edited_at"] is None


async def test_votes_of_other_servers_are_counted_and_told(api: Api) -> None:
    world = api.world
    _, hers = await api.member("ana")
    made = await ask(hers)
    bo, uri = world.peer("b.test").person("bo"), made["uri"]

    async def votes(who: Person, *names: str, **values: Any) -> None:
        notes = [
            types.Post(
                **{
                    "id": who.new_id("votes"),
                    "attributed_to": who.uri,
                    "name": name,
                    "in_reply_to": uri,
                    "to": (made["account"]["uri"],),
                    **values,
                }
            )
            for name in names
        ]
        create = types.Create(id=who.new_id(), actor=who.uri, object=notes[0], more=tuple(notes[1:]))
        await who.sends(create)

    await votes(bo, "coffee")
    await votes(bo, "tea")  # a second choice where there is one only
    await votes(bo, "coffee")
    await votes(world.peer("c.test").person("cy"), "beer")  # no choice
    await votes(world.peer("d.test").person("di"), "tea", "coffee")
    await world.settle()
    poll = await hers.get(f"/api/v1/polls/{made['poll']['id']}")
    assert [option["votes_count"] for option in poll["options"]] == [1, 1]
    assert poll["voters_count"] == 2
    assert (await hers.get(f"{STATUSES}/{made['id']}"))["replies_count"] == 0
    assert await hers.get("/api/v1/notifications") == []
    async with api.store.write() as tx:
        assert (
            await tx.db.run("UPDATE jobs SET run_at = :now WHERE kind = 'tell_tallies'", {"now": tx.now}) == 1
        )
    await world.settle()
    told = [one.object for one in bo.received(types.Update)]
    assert isinstance(told[0], types.Post)
    assert told[0].poll is not None
    assert told[0].poll.options == (types.Option("tea", 1), types.Option("coffee", 1))
    await end(api, made["poll"]["id"])
    await votes(world.peer("e.test").person("ed"), "tea")  # too late
    await world.settle()
    assert (await hers.get(f"/api/v1/polls/{made['poll']['id']}"))["votes_count"] == 2
    last = bo.received(types.Update)[-1].object
    assert isinstance(last, types.Post)
    assert last.poll is not None
    assert last.poll.closed is not None


async def test_who_may_not_see_a_poll_has_no_vote(api: Api) -> None:
    ana, hers = await api.member("ana")
    made = await ask(hers)
    bo = api.world.peer("b.test").person("bo")
    await bo.sends(types.Like(id=bo.new_id(), actor=bo.uri, object=made["uri"]))
    await api.world.settle()
    async with api.store.write() as tx:
        known = await tx.people.by_uri(bo.uri)
        assert known is not None
        await tx.blocks.add(ana.id, known.id, "https://a.test/blocks/1")
    vote = types.Post(id=bo.new_id("votes"), attributed_to=bo.uri, name="tea", in_reply_to=made["uri"])
    await bo.sends(types.Create(id=bo.new_id(), actor=bo.uri, object=vote))
    # In somebody else's name: their server is asked, and knows nothing.
    forged = msgspec.structs.replace(vote, attributed_to="https://b.test/users/cy", id=bo.new_id("votes"))
    await bo.sends(types.Create(id=bo.new_id(), actor=bo.uri, object=forged))
    await api.world.settle()
    assert (await hers.get(f"/api/v1/polls/{made['poll']['id']}"))["votes_count"] == 0


async def test_a_huge_question_is_shown_without_its_poll(api: Api) -> None:
    _, hers = await api.member("ana")
    bo = api.world.peer("b.test").person("bo")
    note = await remote_poll(bo, options=tuple(types.Option(str(number)) for number in range(60)))
    found = await hers.get(f"/api/v2/search?q={note.id}&resolve=true&type=statuses")
    assert found["statuses"][0]["poll"] is None


async def test_a_stale_poll_is_asked_for_again(api: Api) -> None:
    _, hers = await api.member("ana")
    bo = api.world.peer("b.test").person("bo")
    note = await remote_poll(bo)
    found = await hers.get(f"/api/v2/search?q={note.id}&resolve=true&type=statuses")
    poll = found["statuses"][0]["poll"]["id"]
    async with api.store.write() as tx:
        await tx.db.run("UPDATE polls SET fetched_at = fetched_at - 120000")
    assert note.poll is not None
    poll_now = msgspec.structs.replace(note.poll, options=(types.Option("tea", 5), types.Option("coffee", 4)))
    api.world.peer("b.test").serve(msgspec.structs.replace(note, poll=poll_now))
    await hers.get(f"/api/v1/polls/{poll}")
    await api.world.settle()
    assert (await hers.get(f"/api/v1/polls/{poll}"))["votes_count"] == 9
