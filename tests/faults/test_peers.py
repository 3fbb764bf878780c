"""Other servers in trouble, on real sockets: they hold up nobody else, and get what they missed once they are well."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.hosts import Host, Mood
from tests.faults.server import PATIENCE
from tests.faults.town import town
from tests.faults.verdict import nothing_lost, until_quiet

POSTS = 30
TROUBLES: tuple[Mood, ...] = ("resets", "babbles", "hangs", "refuses")
MOST_PROBES = 4
"""POSTs to a host in trouble: a cut connection is tried twice, and a slow run may last into the next probe."""

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]


async def test_servers_in_trouble_hold_up_nobody_else(tmp_path: Path, database_url: str) -> None:
    async with town(
        tmp_path, database_url, hosts=2 + len(TROUBLES), seed=6, FEDI_FEDERATION__TIMEOUT_SECONDS="10"
    ) as scene:
        healthy, troubled = scene.hosts[:2], scene.hosts[2:]
        for host, mood in zip(troubled, TROUBLES, strict=True):
            host.mood = _always(mood)
            host.posts.clear()
        writer = scene.locals[0].writer
        uris = {(await writer.post())["uri"] for _ in range(POSTS)}
        async with asyncio.timeout(PATIENCE):
            while not all(_has(host, uris) for host in healthy):
                await asyncio.sleep(0.05)
            while not all(host.posts for host in troubled):
                await asyncio.sleep(0.05)
        # Meanwhile each one in trouble was knocked at, and not with every post.
        assert all(host.posts.total() <= MOST_PROBES for host in troubled), [host.posts for host in troubled]
        assert not any(uris & set(host.objects("Create")) for host in troubled)
        for host in troubled:
            host.mood = _always("well")
        await until_quiet(scene, database_url, PATIENCE)
        await nothing_lost(scene, database_url)


async def test_what_waits_goes_out_in_order_after_a_recovery(tmp_path: Path, database_url: str) -> None:
    async with town(tmp_path, database_url, hosts=1, seed=7) as scene:
        (host,) = scene.hosts
        host.mood = _always("resets")
        written = [(await scene.locals[0].writer.post())["uri"] for _ in range(POSTS)]
        host.mood = _always("well")
        await until_quiet(scene, database_url, PATIENCE)
        arrived = list(dict.fromkeys(uri for uri in host.objects("Create") if uri in written))
        assert arrived == written
        await nothing_lost(scene, database_url)


async def test_operators_see_who_is_in_trouble(tmp_path: Path, database_url: str) -> None:
    async with town(tmp_path, database_url, hosts=1, seed=8) as scene:
        (host,) = scene.hosts
        host.mood = _always("refuses")
        host.posts.clear()
        await scene.locals[0].writer.post()
        async with asyncio.timeout(PATIENCE):
            while "failures in a row" not in (shown := await scene.server.must("queue", "show")):
                await asyncio.sleep(0.2)
        assert f"127.0.0.1:{host.port}: 1 waiting" in shown
        assert "HTTP 503" in shown


def _has(host: Host, uris: set[str]) -> bool:
    return uris <= set(host.objects("Create"))


def _always(mood: Mood) -> Callable[[], Mood]:
    return lambda: mood
