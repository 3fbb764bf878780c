"""Servers that stop and start again, and keys that changed meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.interop.harness.eventually import eventually
from tests.interop.harness.fedify import fedify_server
from tests.interop.harness.person import Person
from tests.interop.harness.site import Site
from tests.interop.ours import Ours, fedi_server
from tests.interop.pair import Pair, like

LONG_AGO_MS = 3_600_000


@pytest.fixture
async def ours(plain: tuple[Site, Site], tmp_path: Path) -> AsyncIterator[Ours]:
    """Our server, with ana."""
    async with fedi_server(plain[0], tmp_path) as server:
        yield server


async def waiting(ours: Ours) -> str:
    """What `fedi queue show` says of what goes out."""
    return "\n".join(
        line for line in (await ours.command("queue", "show")).splitlines() if line.startswith("to ")
    )


async def held_back(ours: Ours, host: str, count: int) -> None:
    """Waits until so much waits for the host, which has been found to be down."""

    async def is_down() -> bool:
        return f"to {host}: {count} waiting" in (said := await waiting(ours)) and "failures in a row" in said

    await eventually(is_down)


@pytest.mark.parametrize("remedy", ["a sign of life", "fedi queue retry"])
async def test_what_we_post_while_they_are_down_arrives_once(
    ours: Ours, plain: tuple[Site, Site], tmp_path: Path, remedy: str
) -> None:
    ana = ours.member("ana")
    async with fedify_server(plain[1], tmp_path, people=["bo"]) as server:
        await Pair(ours, server).followed(ana, server.person("bo"))
    posts = [await ana.post(f"into the silence {number}") for number in range(3)]
    await held_back(ours, plain[1].domain, 3)

    async with fedify_server(plain[1], tmp_path, people=["ida"]) as server:
        pair = Pair(ours, server)
        if remedy == "a sign of life":
            await server.person("ida").follow(ana.handle)
        else:
            assert await ours.command("queue", "retry") == "3 will be tried again."
        for post in posts:
            await pair.arrived_there(post["uri"])
        creates = [
            each.document["id"] for each in await pair.deliveries() if each.document["type"] == "Create"
        ]
        assert creates == [f"{post['uri']}/activity" for post in posts]
        assert {(each.verified, each.status) for each in await pair.deliveries()} == {(True, 202)}
        assert await waiting(ours) == ""


async def test_what_they_post_while_we_are_down_arrives_once(
    ours: Ours, plain: tuple[Site, Site], tmp_path: Path
) -> None:
    ana = ours.member("ana")
    async with fedify_server(plain[1], tmp_path, people=["bo"]) as server:
        pair, bo = Pair(ours, server), server.person("bo")
        await pair.befriend(ana, bo)
        ours.stop()
        note = await bo.post("is anybody there?")

        async def tried() -> bool:
            return any(each.error and each.method == "POST" for each in await server.sent())

        await eventually(tried)
        await ours.start()
        await pair.arrived_here(ana, note)
        assert [status["uri"] for status in await ana.home()].count(note) == 1


async def test_new_keys_are_asked_for_once(ours: Ours, plain: tuple[Site, Site], tmp_path: Path) -> None:
    ana = ours.member("ana")
    async with fedify_server(plain[1], tmp_path, people=["bo"]) as server:
        pair, bo = Pair(ours, server), server.person("bo")
        await pair.befriend(ana, bo)
        ours.stop()
        await age_keys(ours)
        await ours.start()
        await bo.rotate_keys()
        before = len(await requests_for(bo))
        notes = [await bo.post(f"with new keys {number}") for number in range(3)]
        for each in notes:
            await pair.arrived_here(ana, each)
        assert len(await requests_for(bo)) == before + 1
        await pair.check()

        # Keys that change again within minutes are not believed: nobody makes us ask as often as they please.
        await bo.rotate_keys()
        answer = await bo.raw(f"{ana.uri}/inbox", document=like(bo, notes[0]))
        assert answer["status"] == 401
        assert len(await requests_for(bo)) == before + 1


async def age_keys(ours: Ours) -> None:
    """As if all keys had been fetched an hour ago: a key is not asked for again within five minutes."""
    async with ours.store() as store, store.write() as tx:
        await tx.db.run("UPDATE keys SET fetched_at = fetched_at - :ago", {"ago": LONG_AGO_MS})


async def requests_for(person: Person) -> list[str]:
    """Our GETs of the actor of `person`."""
    wire = await person.server.wire()
    return [each.path for each in wire if each.method == "GET" and each.path == f"/users/{person.name}"]
