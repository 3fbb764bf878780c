"""Posts between fedi and Fedify: whom they reach, and what becomes of them."""

from __future__ import annotations

import re

import pytest

from tests.interop.harness.eventually import eventually
from tests.interop.harness.fedify import StrangerError
from tests.interop.harness.person import Person
from tests.interop.member import Entity, Member
from tests.interop.pair import Pair

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@pytest.fixture
def ines(pair: Pair) -> Member:
    """Someone here who follows nobody."""
    return pair.ours.member("ines")


def text_of(status: Entity) -> str:
    return re.sub("<[^>]*>", "", status["content"])


async def status_of_get(reader: Person, uri: str) -> int:
    """What a GET of `uri` is answered, signed by `reader`."""
    answer = await reader.raw(uri, method="GET")
    status: int = answer["status"]
    return status


@pytest.mark.parametrize("visibility", ["public", "unlisted"])
async def test_our_posts_for_all_reach_followers_and_readers(
    pair: Pair, ana: Member, bo: Person, visibility: str
) -> None:
    await pair.followed(ana, bo)
    post = await ana.post(f"for all, {visibility}", to=visibility)
    note = await pair.arrived_there(post["uri"])
    followers = f"{ana.uri}/followers"
    to, cc = ([PUBLIC], [followers]) if visibility == "public" else ([followers], [PUBLIC])
    assert (note.to, note.cc, note.attributed_to) == (to, cc, ana.uri)
    assert f"for all, {visibility}" in (note.content or "")
    unsigned = await pair.ours.document(post["uri"])
    assert (unsigned.status_code, unsigned.json()["id"]) == (200, post["uri"])
    eve = await pair.newcomer("eve")
    assert (await eve.lookup(post["uri"]))["type"] == "Note"
    await pair.check()


async def test_our_posts_for_followers_reach_nobody_else(pair: Pair, ana: Member, bo: Person) -> None:
    await pair.followed(ana, bo)
    eve = await pair.newcomer("eve")
    post = await ana.post("for friends", to="private")
    note = await pair.arrived_there(post["uri"])
    assert (note.to, note.cc) == ([f"{ana.uri}/followers"], [])
    assert [each.type for each in await eve.received()] == []
    for address in (post["uri"], f"{post['uri']}/activity"):
        assert (await pair.ours.document(address)).status_code == 404
        assert await status_of_get(eve, address) == 404
        assert await status_of_get(bo, address) == 200
    with pytest.raises(StrangerError, match="finds no"):
        await eve.lookup(post["uri"])
    assert post["uri"] not in [item.removesuffix("/activity") for item in await outbox(eve, ana)]
    await pair.check()


async def outbox(reader: Person, ours: Member) -> list[str]:
    items: list[str] = (await reader.traverse(f"{ours.uri}/outbox"))["items"]
    return items


async def test_our_messages_reach_whom_they_name(pair: Pair, ana: Member, bo: Person) -> None:
    eve = await pair.newcomer("eve")
    await pair.followed(ana, eve)
    post = await ana.post(f"{bo.handle} a word with you", to="direct")
    note = await pair.arrived_there(post["uri"])
    assert (note.to, note.cc) == ([bo.uri], [])
    [create] = await bo.received("Create")
    assert {"type": "Mention", "href": bo.uri, "name": bo.handle} in create.document["object"]["tag"]
    times = [each.document["id"] for each in await pair.deliveries()].count(f"{post['uri']}/activity")
    assert times == 1
    assert (await pair.ours.document(post["uri"])).status_code == 404
    assert await status_of_get(eve, post["uri"]) == 404
    assert await status_of_get(bo, post["uri"]) == 200
    await pair.check()


async def test_their_posts_reach_our_timelines(pair: Pair, ana: Member, ines: Member, bo: Person) -> None:
    await pair.befriend(ana, bo)
    notes = {
        "public": await bo.post("in public", to="public", hashtags=["Tides"]),
        "unlisted": await bo.post("in passing", to="unlisted"),
        "private": await bo.post("in confidence", to="followers"),
        "direct": await bo.post("in private", to="direct", mentions=[ana.handle]),
    }
    for visibility, uri in notes.items():
        status = await pair.arrived_here(ana, uri)
        assert (status["visibility"], status["account"]["uri"]) == (visibility, bo.uri)
    home = [status["uri"] for status in await ana.home()]
    assert set(notes.values()) <= set(home)
    tagged = await ines.get("/api/v1/timelines/tag/tides")
    assert notes["public"] in [status["uri"] for status in tagged]
    assert [await ines.status(uri) is not None for uri in notes.values()] == [True, True, False, False]
    assert (await ines.find(notes["private"]))["statuses"] == []
    await pair.check()


async def test_mentions_warnings_and_hashtags_cross_over(pair: Pair, ana: Member, bo: Person) -> None:
    theirs = await bo.post("look out", mentions=[ana.handle], summary="spiders", hashtags=["Garden"])
    status = await pair.arrived_here(ana, theirs)
    assert (status["spoiler_text"], status["sensitive"]) == ("spiders", True)
    assert [tag["name"] for tag in status["tags"]] == ["garden"]
    assert [mention["acct"] for mention in status["mentions"]] == ["ana"]
    [notice] = await ana.notices("mention", status["account"]["id"])
    assert notice["status"]["uri"] == theirs

    ours = await ana.post(f"{bo.handle} a #Spider, <b>& more</b>", summary="and more spiders")
    note = await pair.arrived_there(ours["uri"])
    assert note.summary == "and more spiders"
    assert "&amp; more" in (note.content or "")
    document = (await bo.received("Create"))[-1].document["object"]
    assert document["sensitive"] is True
    tags = {tag["type"]: tag["name"] for tag in document["tag"]}
    assert tags == {"Mention": bo.handle, "Hashtag": "#spider"}
    await pair.check()


async def test_edits_of_ours_arrive_in_order(pair: Pair, ana: Member, bo: Person) -> None:
    await pair.followed(ana, bo)
    post = await ana.post("first thought")
    await ana.edit(post["id"], "second thought")
    await ana.edit(post["id"], "third thought")
    await pair.arrived_there(post["uri"], saying="third thought")
    changes = [each for each in await bo.received() if each.type in ("Create", "Update")]
    assert [each.type for each in changes] == ["Create", "Update", "Update"]
    first, second, third = (each.document["object"] for each in changes)
    assert first["published"] < second["updated"] < third["updated"]
    history = await ana.get(f"/api/v1/statuses/{post['id']}/history")
    assert [text_of(edit) for edit in history] == ["first thought", "second thought", "third thought"]
    document = (await pair.ours.document(post["uri"])).json()
    assert "third thought" in document["content"]
    assert document["updated"] == third["updated"]
    await pair.check()


async def test_edits_of_theirs_are_kept_with_what_was(pair: Pair, ana: Member, bo: Person) -> None:
    await pair.befriend(ana, bo)
    note = await bo.post("first draft")
    status = await pair.arrived_here(ana, note)
    await bo.edit(note, "second draft")

    async def edited() -> bool:
        return "second draft" in ((await ana.status(note)) or status)["content"]

    await eventually(edited)
    history = await ana.get(f"/api/v1/statuses/{status['id']}/history")
    assert [text_of(edit) for edit in history] == ["first draft", "second draft"]
    assert ((await ana.status(note)) or status)["edited_at"] is not None
    await pair.check()


async def test_what_we_delete_is_gone_everywhere(pair: Pair, ana: Member, bo: Person) -> None:
    await pair.followed(ana, bo)
    post = await ana.post("not for long")
    await pair.arrived_there(post["uri"])
    await ana.delete(post["id"])

    async def gone() -> bool:
        return not await pair.known_there(post["uri"])

    await eventually(gone)
    for address in (post["uri"], f"{post['uri']}/activity"):
        answer = await pair.ours.document(address)
        assert (answer.status_code, answer.json()["type"]) == (410, "Tombstone")
    assert await ana.status(post["uri"]) is None
    await pair.check()


async def test_what_they_delete_is_gone_here(pair: Pair, ana: Member, bo: Person) -> None:
    account = await pair.befriend(ana, bo)
    note = await bo.post("not for long", mentions=[ana.handle])
    await pair.arrived_here(ana, note)
    await bo.delete(note)

    async def gone() -> bool:
        return await ana.status(note) is None

    await eventually(gone)
    assert note not in [status["uri"] for status in await ana.home()]
    assert await ana.notices("mention", account["id"]) == []
    assert (await ana.find(note))["statuses"] == []
    await pair.check()
