"""Replies, boosts and likes between fedi and Fedify."""

from __future__ import annotations

from typing import Any

from tests.interop.harness.eventually import eventually
from tests.interop.harness.person import Person
from tests.interop.harness.views import NoteState
from tests.interop.member import Member
from tests.interop.pair import Pair


async def note_of(pair: Pair, uri: str) -> NoteState:
    return (await pair.theirs.state()).notes[uri]


async def test_a_conversation_holds_together_on_both_sides(pair: Pair, ana: Member, bo: Person) -> None:
    question = await bo.post("how is the tide?")
    first = (await ana.find(question))["statuses"][0]
    assert first["uri"] == question
    answer = await ana.post(f"{bo.handle} going out", in_reply_to=first["id"])

    async def replied() -> bool:
        return (await note_of(pair, question)).replies == [answer["uri"]]

    await eventually(replied)
    assert (await pair.arrived_there(answer["uri"])).in_reply_to == question
    thanks = await bo.post("thank you", in_reply_to=answer["uri"])
    last = await pair.arrived_here(ana, thanks)
    assert last["in_reply_to_id"] == answer["id"]
    thread = await ana.get(f"/api/v1/statuses/{answer['id']}/context")
    assert [status["uri"] for status in thread["ancestors"]] == [question]
    assert [status["uri"] for status in thread["descendants"]] == [thanks]
    [notice] = await ana.notices("mention", last["account"]["id"])
    assert notice["status"]["uri"] == thanks
    assert (await bo.traverse(f"{answer['uri']}/replies"))["items"] == [thanks]
    await pair.check()


async def counts(member: Member, status: str) -> tuple[Any, ...]:
    found = await member.get(f"/api/v1/statuses/{status}")
    return found["reblogs_count"], found["favourites_count"]


async def test_they_boost_and_like_ours_and_take_it_back(pair: Pair, ana: Member, bo: Person) -> None:
    post = await ana.post("worth repeating")
    boost, like = await bo.boost(post["uri"]), await bo.like(post["uri"])

    async def counted() -> bool:
        return await counts(ana, post["id"]) == (1, 1)

    await eventually(counted)
    account = await ana.account(bo.uri)
    for kind in ("reblog", "favourite"):
        [notice] = await ana.notices(kind, account["id"])
        assert notice["status"]["id"] == post["id"]
    for collection in ("likes", "shares"):
        assert (await pair.ours.document(f"{post['uri']}/{collection}")).json()["totalItems"] == 1
    await bo.undo(boost)
    await bo.undo(like)

    async def none_left() -> bool:
        return await counts(ana, post["id"]) == (0, 0)

    await eventually(none_left)
    assert await ana.notices("reblog", account["id"]) + await ana.notices("favourite", account["id"]) == []
    await pair.check()


async def test_we_boost_and_like_theirs_and_take_it_back(pair: Pair, ana: Member, bo: Person) -> None:
    eve = await pair.newcomer("eve")
    await pair.followed(ana, eve)
    note = await bo.post("worth repeating")
    status = (await ana.find(note))["statuses"][0]
    boost = await ana.on_status(status["id"], "reblog")
    assert boost["reblog"]["uri"] == note
    await ana.on_status(status["id"], "favourite")

    async def noted() -> bool:
        seen = await note_of(pair, note)
        return (seen.shares, seen.likes) == ([ana.uri], [ana.uri])

    await eventually(noted)
    [announce] = await bo.received("Announce")
    assert f"{ana.uri}/followers" in [*announce.document["to"], *announce.document["cc"]]
    assert announce.id in [each.id for each in await eve.received("Announce")]
    await ana.on_status(status["id"], "unreblog")
    await ana.on_status(status["id"], "unfavourite")

    async def forgotten() -> bool:
        seen = await note_of(pair, note)
        return (seen.shares, seen.likes) == ([], [])

    await eventually(forgotten)
    await pair.check()


async def test_a_boost_of_theirs_brings_a_post_to_our_timeline(pair: Pair, ana: Member, bo: Person) -> None:
    await pair.befriend(ana, bo)
    eve = await pair.newcomer("eve")
    note = await eve.post("seen by a friend")
    boost = await bo.boost(note)

    async def boosted() -> list[str]:
        return [each["uri"] for each in await ana.home() if each["reblog"] and each["reblog"]["uri"] == note]

    assert await eventually(boosted) == [boost]
    await bo.undo(boost)

    async def gone() -> bool:
        return await boosted() == []

    await eventually(gone)
    assert (await ana.status(note) or {})["reblogs_count"] == 0
    await pair.check()
