"""Two Fedify servers talk to each other through the harness, which shows that the harness is real."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio

from tests.interop.harness.available import unavailable
from tests.interop.harness.eventually import eventually
from tests.interop.harness.fedify import CAVAGE, RFC9421, Fedify, StrangerError, fedify_server
from tests.interop.harness.nginx import tls_sites
from tests.interop.harness.person import Person
from tests.interop.harness.site import Site, plain_site
from tests.interop.harness.tls import Authority

NUMBERS = count()
ACTIVITY_JSON = "application/activity+json"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> AsyncIterator[tuple[Fedify, Fedify]]:
    """Two Fedify servers, in plain HTTP or with TLS, as `request.param` says; the second knocks in the older way."""
    folder = tmp_path_factory.mktemp(f"harness-{request.param}")
    async with AsyncExitStack() as stack:
        sites = (
            (plain_site(), plain_site())
            if request.param == "plain"
            else await stack.enter_async_context(tls_sites(folder, authority, 2))
        )
        here = await stack.enter_async_context(fedify_server(sites[0], folder, people=["max"]))
        there = await stack.enter_async_context(
            fedify_server(sites[1], folder, people=["max"], first_knock=CAVAGE)
        )
        yield here, there


@pytest.fixture
def stranger(servers: tuple[Fedify, Fedify]) -> Fedify:
    return servers[1]


@pytest.fixture
async def ana(servers: tuple[Fedify, Fedify]) -> Person:
    return await newcomer(servers[0], "ana")


@pytest.fixture
async def bo(stranger: Fedify) -> Person:
    return await newcomer(stranger, "bo")


async def newcomer(server: Fedify, name: str, *, locked: bool = False) -> Person:
    """Someone whom no other test has met."""
    return await server.add_person(f"{name}{next(NUMBERS)}", locked=locked)


async def first_signature(server: Fedify, after: int) -> str:
    """Of its first signed request after those that other tests had it make, some of them signed by hand."""
    return next(each.signature for each in (await server.sent())[after:] if each.signature != "none")


async def follows(follower: Person, followed: Person) -> str:
    """Has it happen, and waits until both ends know."""
    deed = await follower.follow(followed.handle)

    async def known() -> bool:
        there = follower.uri in (await followed.state()).followers
        return there and followed.uri in (await follower.state()).following

    await eventually(known)
    return deed


async def arrived(server: Fedify, note: str) -> str:
    async def content() -> str | None:
        remote = (await server.state()).remote
        return remote[note].content if note in remote else None

    return await eventually(content) or ""


@pytest.mark.parametrize("servers", ["plain", "tls"], indirect=True)
async def test_two_fedify_servers_talk(ana: Person, bo: Person, stranger: Fedify) -> None:
    before = [len(await server.sent()) for server in (ana.server, stranger)]
    follow = await follows(bo, ana)
    assert [each.type for each in await bo.received()] == ["Accept"]

    note = await ana.post("good morning", mentions=[bo.handle])
    assert "good morning" in await arrived(stranger, note)
    await ana.edit(note, "good evening")
    await eventually(lambda: bo.received("Update"))
    assert "good evening" in await arrived(stranger, note)

    like, boost = await bo.like(note), await bo.boost(note)

    async def reactions() -> tuple[list[str], list[str]]:
        seen = (await ana.server.state()).notes[note]
        return seen.likes, seen.shares

    async def both() -> bool:
        return await reactions() == ([bo.uri], [bo.uri])

    async def neither() -> bool:
        return await reactions() == ([], [])

    await eventually(both)
    await bo.undo(like)
    await bo.undo(boost)
    await eventually(neither)

    await ana.delete(note)
    await eventually(lambda: bo.received("Delete"))
    assert note not in (await stranger.state()).remote

    await bo.undo(follow)

    async def alone() -> bool:
        return (await ana.state()).followers == []

    await eventually(alone)
    assert await first_signature(stranger, before[1]) == "cavage"
    assert await first_signature(ana.server, before[0]) == "rfc9421"
    for each in [*await ana.received(), *await bo.received()]:
        assert (each.wire.verified, each.wire.ld_signature, each.wire.proof) == (True, True, True)


@pytest.mark.parametrize("servers", ["plain"], indirect=True)
async def test_a_locked_person_answers_when_told(ana: Person, stranger: Fedify) -> None:
    eve, ida = [await newcomer(stranger, name, locked=True) for name in ("eve", "ida")]
    await ana.follow(eve.handle)
    await ana.follow(ida.handle)

    async def asked() -> bool:
        return [(await each.state()).requests for each in (eve, ida)] == [[ana.uri], [ana.uri]]

    await eventually(asked)
    await eve.accept(ana.uri)
    await ida.reject(ana.uri)
    await eventually(lambda: ana.received("Accept"))
    await eventually(lambda: ana.received("Reject"))
    assert (await ana.state()).following == [eve.uri]


@pytest.mark.parametrize("servers", ["tls"], indirect=True)
async def test_private_notes_are_read_by_their_readers_only(
    ana: Person, bo: Person, stranger: Fedify
) -> None:
    eve = await newcomer(stranger, "eve")
    await follows(bo, ana)
    note = await ana.post("for friends", to="followers")
    await arrived(stranger, note)
    assert (await bo.lookup(note))["document"]["id"] == note
    with pytest.raises(StrangerError, match="finds no"):
        await eve.lookup(note)
    verify = ssl.create_default_context(cafile=str(ana.server.site.ca_file))
    async with httpx.AsyncClient(verify=verify) as client:
        assert (await client.get(note, headers={"Accept": ACTIVITY_JSON})).status_code == 404
        actor = await client.get(ana.uri, headers={"Accept": ACTIVITY_JSON})
    assert actor.json()["inbox"] == f"{ana.uri}/inbox"


@pytest.mark.parametrize("servers", ["tls"], indirect=True)
async def test_a_reply_and_a_block_reach_the_other_side(ana: Person, bo: Person) -> None:
    question = await ana.post("how are you?")
    reply = await bo.post("well!", in_reply_to=question)

    async def replied() -> bool:
        return (await ana.server.state()).notes[question].replies == [reply]

    await eventually(replied)
    await follows(ana, bo)
    await bo.block(ana.handle)

    async def blocked() -> bool:
        return (await ana.state()).blocked_by == [bo.uri]

    await eventually(blocked)
    assert (await ana.state()).following == []
    assert (await bo.state()).followers == []


@pytest.mark.parametrize("servers", ["plain"], indirect=True)
async def test_collections_and_any_activity(ana: Person, bo: Person) -> None:
    notes = [await ana.post(f"note {number}") for number in range(3)]
    outbox = await bo.traverse(f"{ana.uri}/outbox")
    assert (outbox["total"], outbox["items"]) == (3, [f"{note}/activity" for note in reversed(notes)])
    await bo.deliver(
        [ana.handle], {"type": "Add", "object": notes[0], "target": f"{bo.uri}/featured", "to": PUBLIC}
    )
    added = await eventually(lambda: ana.received("Add"))
    assert added[0].document["target"] == f"{bo.uri}/featured"


@pytest.mark.parametrize("servers", ["plain"], indirect=True)
async def test_a_person_reports_changes_and_departs(ana: Person, bo: Person) -> None:
    await follows(ana, bo)
    await bo.flag(ana.handle, content="rude")
    await eventually(lambda: ana.received("Flag"))
    await bo.change_profile(name="Bo the Second")
    await eventually(lambda: ana.received("Update"))
    assert (await ana.lookup(bo.handle))["document"]["name"] == "Bo the Second"
    await bo.depart()

    async def forgotten() -> bool:
        return (await ana.state()).following == []

    await eventually(forgotten)
    async with httpx.AsyncClient(verify=False) as client:
        assert (await client.get(bo.uri, headers={"Accept": ACTIVITY_JSON})).status_code == 410


@pytest.mark.parametrize("servers", ["tls"], indirect=True)
async def test_a_signature_is_needed_and_seen(ana: Person, bo: Person) -> None:
    eve, inbox = await newcomer(bo.server, "eve"), f"{ana.uri}/inbox"
    before = len(await ana.server.wire())
    like = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "type": "Like",
        "actor": bo.uri,
        "object": ana.uri,
    }
    for spec in (RFC9421, CAVAGE):
        answer = await bo.raw(inbox, document=like | {"id": f"{bo.uri}#{spec}"}, spec=spec)
        assert answer["status"] == 202
    forged = like | {"id": f"{bo.uri}#forged", "actor": eve.uri}
    assert (await bo.raw(inbox, document=forged))["status"] == 401
    await ana.server.call("raw", **{"as": ana.name}, url=inbox, document=like | {"id": f"{bo.uri}#stolen"})

    async def both() -> bool:
        return len(await ana.received("Like")) == 2

    await eventually(both)
    seen = [(each.wire.signature, each.wire.verified, each.wire.proof) for each in await ana.received("Like")]
    assert seen == [("rfc9421", True, None), ("cavage", True, None)]
    posts = [each.status for each in (await ana.server.wire())[before:] if each.method == "POST"]
    assert posts == [202, 202, 401, 401]


async def test_secure_mode_is_met_with_a_second_knock(plain: tuple[Site, Site], tmp_path: Path) -> None:
    """Fedify signs its key requests with the fragment in @target-uri, so only its second knock opens."""
    async with (
        fedify_server(plain[0], tmp_path, people=["ana"], secure=True) as server,
        fedify_server(plain[1], tmp_path, people=["bo"], secure=True) as stranger,
    ):
        ana, bo = server.person("ana"), stranger.person("bo")
        await follows(bo, ana)
        refused = [each for each in await stranger.sent() if each.status == 401]
        assert {each.signature for each in refused} == {"rfc9421"}
        assert all(urlsplit(each.url).fragment for each in refused)


def test_what_is_missing_is_skipped_by_hand_and_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no nginx; to have it: install it"):
        unavailable("no nginx", "install it")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no nginx"):
        unavailable("no nginx", "install it")


async def test_eventually_gives_up_and_says_what_it_saw() -> None:
    async def never() -> list[str]:
        return []

    with pytest.raises(AssertionError, match=r"the last value was \[\]"):
        await eventually(never, within=0)


def test_the_document_names_every_story_and_the_version_that_was_met() -> None:
    here = Path(__file__).parent
    text = (here.parent.parent / "docs" / "interop.md").read_text(encoding="utf-8")
    assert {path.name for path in here.glob("test_*.py")} == set(re.findall(r"`(test_\w+\.py)`", text))
    packages = json.loads((here / "fedify" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert f"Fedify {packages['@fedify/fedify']} " in text
