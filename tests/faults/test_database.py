"""The database in trouble under load: connections cut, and another program writing. Requests fail cleanly, or wait."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

from tests.faults.town import Town, town
from tests.faults.verdict import nothing_lost, until_quiet

CUTS = 12
COMMANDS = 8
_WORKING_SECONDS = 0.7
_QUIET_SECONDS = 90

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_postgresql_connections_cut(tmp_path: Path, database_url: str) -> None:
    async with town(tmp_path, database_url, hosts=3, seed=3) as scene:
        admin = await asyncpg.connect(database_url)
        cut = 0
        try:
            async with scene.busy(commands=False):
                for _ in range(CUTS):
                    await asyncio.sleep(_WORKING_SECONDS)
                    cut += await admin.fetchval(_TERMINATE)
        finally:
            await admin.close()
        assert cut >= CUTS
        await until_quiet(scene, database_url, _QUIET_SECONDS)
        await nothing_lost(scene, database_url)
        assert set(scene.answers) <= {200, 202, 503}
        assert scene.unanswered == 0
        crashed = [entry for entry in scene.server.logged("error") if "crashed" in str(entry["event"])]
        assert crashed == []


_TERMINATE = """
SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlite_with_other_writers(tmp_path: Path, database_url: str) -> None:
    """Commands write while the server does: both wait for each other, and nobody fails."""
    async with town(tmp_path, database_url, hosts=2, seed=4) as scene:
        async with scene.busy(commands=False):
            await asyncio.gather(*(_type(scene, number) for number in range(2)))
        await until_quiet(scene, database_url, _QUIET_SECONDS)
        await nothing_lost(scene, database_url)
        assert set(scene.answers) <= {200, 202}
        assert scene.unanswered == 0
        assert scene.server.logged("error", "critical", "unreadable") == []


async def _type(scene: Town, number: int) -> None:
    for _ in range(COMMANDS):
        await scene.locals[number].writer.type()


async def test_one_key_many_times_at_once(tmp_path: Path, database_url: str) -> None:
    """An app that sends a post again while the first attempt still runs has posted once."""
    async with town(tmp_path, database_url, hosts=1, seed=5) as scene:
        scene.server.stop()
        scene.server.start("--processes", "2")
        await scene.server.ready()
        writer = scene.locals[0].writer
        for number in range(10):
            ids = await asyncio.gather(*(writer.try_to_post(f"again {number}") for _ in range(6)))
            made = {answer["id"] for answer in ids if answer}
            assert len(made) == 1
            writer.remember(int(made.pop()), f"again {number}")
        assert set(writer.statuses) == {200}
        await until_quiet(scene, database_url, _QUIET_SECONDS)
        await nothing_lost(scene, database_url)
