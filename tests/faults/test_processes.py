"""Several processes: one is killed, then the parent of all, under load; the others go on, and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.faults.server import PATIENCE
from tests.faults.town import Town, town
from tests.faults.verdict import nothing_lost, until_quiet

ROUNDS = 4
RECOVERY_SECONDS = 120
_WORKING_SECONDS = 1.0

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(600)]


async def test_a_killed_process_is_replaced_and_a_killed_parent_takes_all_with_it(
    tmp_path: Path, database_url: str
) -> None:
    async with town(tmp_path, database_url, hosts=3, seed=2) as scene:
        scene.server.stop()
        scene.server.start("--processes", "2")
        await scene.server.ready()
        async with scene.busy():
            for _ in range(ROUNDS):
                await asyncio.sleep(_WORKING_SECONDS)
                await _kill_a_child(scene)
            await asyncio.sleep(_WORKING_SECONDS)
            await _kill_the_parent(scene)
            scene.server.start("--processes", "2")
            await scene.server.ready()
            await asyncio.sleep(_WORKING_SECONDS)
        await until_quiet(scene, database_url, RECOVERY_SECONDS)
        await nothing_lost(scene, database_url)


async def _kill_a_child(scene: Town) -> None:
    parent = psutil.Process(scene.server.pid)
    victim = (await _until(lambda: both if len(both := parent.children()) == 2 else None))[0]
    os.kill(victim.pid, signal.SIGKILL)
    await _until(lambda: len([one for one in parent.children() if one.pid != victim.pid]) == 2)


async def _kill_the_parent(scene: Town) -> None:
    """The children notice that the parent is gone, and stop by themselves: nobody else would stop them."""
    children = psutil.Process(scene.server.pid).children()
    scene.server.kill()
    await _until(lambda: not any(child.is_running() for child in children))


async def _until(what: Callable[[], object]) -> list[psutil.Process]:
    """The first truthy value of `what`."""
    async with asyncio.timeout(PATIENCE):
        while not (found := what()):
            await asyncio.sleep(0.05)
    return found if isinstance(found, list) else []
