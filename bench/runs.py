"""One run on one database under one HTTP server: prepare, start, load, stop."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct, structs

from bench import crowd, proc, world
from bench.databases import Databases
from bench.fans import fans_of_ana
from bench.loads.delivery import delivery
from bench.loads.incoming import incoming, refused
from bench.loads.publishing import publishing
from bench.loads.reading import reading
from bench.loads.strangers import strangers
from bench.loads.streaming import streaming
from bench.notices import notices_of_ana
from bench.others import Others
from bench.prepared import Prepared
from bench.rig import Figure, Rig
from bench.server import DOMAIN, Failed, Server, settings
from bench.world import Tokens
from fedi.config import Config

Load = Callable[[Rig], Awaitable[list[Figure]]]

LOADS: dict[str, Load] = {
    "incoming": incoming,
    "refused": refused,
    "reading": reading,
    "streaming": streaming,
    "strangers": strangers,
    "delivery": delivery,
}
NAMES = ("idle", *LOADS, "start", "publishing")
_NAME = f"measured_{os.getpid()}"  # two benches may run side by side
_IDLE_SECONDS = 2.0
_LONGEST = 600  # of what is printed of an error


class Bench(Struct, frozen=True):
    """What all runs share."""

    folder: Path
    """For this run; what it holds goes away."""
    cache: Path
    """Large databases are kept here."""
    others: Others
    prepared: Prepared
    names: frozenset[str]
    """Which loads."""


async def run(bench: Bench, databases: Databases, engine: str) -> tuple[list[Figure], list[str]]:
    """All figures of one combination, and what went wrong."""
    figures: list[Figure] = []
    troubles: list[str] = []
    for part in (_small, _large):
        found, failed = await part(bench, databases, engine)
        figures += found
        troubles += failed
    await databases.drop(_NAME)
    return figures, troubles


async def _small(bench: Bench, databases: Databases, engine: str) -> tuple[list[Figure], list[str]]:
    names = [name for name in LOADS if name in bench.names]
    figures: list[Figure] = []
    troubles: list[str] = []
    if not names and "idle" not in bench.names:
        return figures, troubles
    bench.prepared.renew()
    tokens = await _fill(bench, databases)
    with _serving(bench, databases, engine, troubles) as server:
        rig = await _started(bench, databases, server, tokens)
        if "idle" in bench.names:
            await asyncio.sleep(_IDLE_SECONDS)
            figures.append(Figure("idle", proc.memory_mib(server.pid)))
        for name in names:
            with _told(name, troubles):
                figures += await LOADS[name](rig)
        if len(names) == len(LOADS):
            figures.append(Figure("loaded", proc.peak_mib(server.pid)))
    return figures, troubles


async def _large(bench: Bench, databases: Databases, engine: str) -> tuple[list[Figure], list[str]]:
    figures: list[Figure] = []
    troubles: list[str] = []
    if not bench.names & {"start", "publishing"}:
        return figures, troubles
    with _told("the large database (made once, then kept)", troubles):
        sizes = bench.prepared.sizes
        size = crowd.Crowd(sizes.crowd_posts, sizes.crowd_followers, sizes.crowd_hosts)
        template, tokens = await crowd.prepared(databases, size, bench.cache, bench.prepared.keys)
        await databases.create(_NAME, template)
    with _serving(bench, databases, engine, troubles) as server:
        figures.append(Figure("start", await server.start()))
        rig = Rig(server, databases, _NAME, bench.others, bench.prepared, tokens)
        if "publishing" in bench.names:
            with _told("publishing", troubles):
                figures += await publishing(rig)
    return figures, troubles


async def _fill(bench: Bench, databases: Databases) -> Tokens:
    await databases.create(_NAME)
    prepared = bench.prepared
    config = Config.load(None, settings(databases.url(_NAME), bench.folder))
    services = await world.open_services(config)
    try:
        async with services.store.write() as tx:
            tokens = await world.people_here(services, tx, prepared.keys)
            await world.follow_authors(tx, prepared.authors, prepared.keys)
            await notices_of_ana(tx)
            hosts = [bench.others.tls_host(number) for number in range(prepared.sizes.hosts)]
            await world.followers_of_dora(tx, hosts)
            domain = await services.domain_of(DOMAIN)
            fans = await fans_of_ana(tx, domain.id, prepared.sizes.fans)
    finally:
        await services.close()
    return structs.replace(tokens, fans=fans)


async def _started(bench: Bench, databases: Databases, server: Server, tokens: Tokens) -> Rig:
    await server.start()
    return Rig(server, databases, _NAME, bench.others, bench.prepared, tokens)


@contextmanager
def _serving(bench: Bench, databases: Databases, engine: str, troubles: list[str]) -> Iterator[Server]:
    """A server that is not started yet, stopped in the end; one that fails is told of, and the bench goes on."""
    variables = settings(databases.url(_NAME), bench.folder, bench.others.ca_file)
    server = Server(engine, variables, bench.folder)
    try:
        yield server
    except Failed as failed:
        troubles.append(str(failed))
        print(f"  FAILED: {str(failed)[:_LONGEST]}", flush=True)
    finally:
        server.stop()


@contextmanager
def _told(name: str, troubles: list[str]) -> Iterator[None]:
    """Say what is done and how long it took. What fails is told of, and the next load goes on."""
    started = time.monotonic()
    print(f"  {name} ...", end="", flush=True)
    try:
        yield
    except (Failed, OSError, TimeoutError) as error:
        troubles.append(f"{name}: {error!r}")
        print(f" FAILED: {str(error)[:_LONGEST]}", flush=True)
    else:
        print(f" {time.monotonic() - started:.1f} s", flush=True)
