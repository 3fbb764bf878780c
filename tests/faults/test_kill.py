"""kill -9, again and again, under load: whatever was acknowledged is there in the end, once."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from tests.faults.town import Town, town
from tests.faults.verdict import deadlocks, nothing_lost, until_quiet

KILLS = 50
KILLED_STARTING = 0.2
"""Of all kills: while the server was still starting."""
RECOVERY_SECONDS = 180
SEED = 20_260_101

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(900)]


async def test_nothing_acknowledged_is_lost(tmp_path: Path, database_url: str) -> None:
    deadlocked = await deadlocks(database_url)
    async with town(tmp_path, database_url, hosts=5, seed=SEED) as scene:
        refusing, hanging = scene.hosts[3:]
        refusing.mood = scene.trouble("refuses", 0.2)
        hanging.mood = lambda: "hangs"
        async with scene.busy():
            starts = await _reign(scene, KILLS)
        refusing.mood = hanging.mood = lambda: "well"
        took = await until_quiet(scene, database_url, RECOVERY_SECONDS)
        await nothing_lost(scene, database_url)
        assert await deadlocks(database_url) == deadlocked
        assert scene.server.logged("error", "critical", "unreadable") == []
        print(_report(scene, starts, took))


async def _reign(scene: Town, kills: int) -> list[float]:
    """Kill the server that runs, and every next one; the last one lives. How long starts took (seconds)."""
    rng = random.Random(SEED)
    starts = [1.0]
    for _ in range(kills):
        if len(starts) > 1 and rng.random() < KILLED_STARTING:
            await asyncio.sleep(rng.uniform(0, sum(starts) / len(starts)))
        else:
            starts.append(await scene.server.ready())
            await asyncio.sleep(rng.uniform(0.1, 1.6))
        scene.server.kill()
        scene.server.start()
    starts.append(await scene.server.ready())
    return starts[2:]


def _report(scene: Town, starts: list[float], took: float) -> str:
    """What happened, for whoever reads the output."""
    activities = sum(len(life.person.sent) for life in scene.lives)
    posts = sum(len(local.writer.posted) for local in scene.locals)
    lines = [
        f"{KILLS} kills; {len(starts)} full starts of {min(starts):.2f} to {max(starts):.2f} s",
        f"acknowledged: {activities} activities, {posts} posts; quiet after {took:.1f} s",
        f"answers: {dict(scene.answers)}, none: {scene.unanswered}",
        *(f"{host.name}: {len(host.taken)} deliveries, {dict(host.posts)}" for host in scene.hosts),
    ]
    return "\n".join(lines)
