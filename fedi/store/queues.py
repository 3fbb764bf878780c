"""The queues at a glance: how much waits, and what of the inbox and the jobs was given up."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from fedi.store.jobs import Jobs
from fedi.store.unit import Unit

Waiting: TypeAlias = dict[tuple[str, str], int]
"""Rows by (queue, state): ("deliveries", "waiting"): 3."""

_COUNT = """
SELECT 'received' AS queue, state, COUNT(*) AS n FROM received WHERE state <> 'done' GROUP BY state
UNION ALL SELECT 'jobs', state, COUNT(*) FROM jobs GROUP BY state
UNION ALL SELECT 'deliveries', 'waiting', COUNT(*) FROM deliveries
UNION ALL SELECT 'deliveries', 'dead', COUNT(*) FROM dead_letters
"""


class DeadArrival(Struct, frozen=True):
    """An activity that came and could not be applied."""

    uri: str
    actor_uri: str
    error: str


class DeadJob(Struct, frozen=True):
    """A job that was given up; `payload` as JSON."""

    kind: str
    payload: str
    error: str


class Queues:
    """Tables `received` and `jobs`, seen by an operator; deliveries have `dead_letters`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def waiting(self) -> Waiting:
        """Every queue's rows by state, zeros included."""
        names = ("received", "jobs", "deliveries")
        counts = {(name, state): 0 for name in names for state in ("waiting", "dead")}
        counts |= {(row["queue"], row["state"]): row["n"] for row in await self._db.rows(_COUNT)}
        return counts

    async def dead_arrivals(self, limit: int) -> list[DeadArrival]:
        """What came and was given up, the newest first."""
        rows = await self._db.rows(
            "SELECT r.uri, a.uri AS actor_uri, r.error FROM received r JOIN accounts a ON a.id = r.actor_id "
            "WHERE r.state = 'dead' ORDER BY r.id DESC LIMIT :limit",
            {"limit": limit},
        )
        return [DeadArrival(row["uri"], row["actor_uri"], row["error"] or "") for row in rows]

    async def dead_jobs(self, limit: int) -> list[DeadJob]:
        """Jobs that were given up, the newest first."""
        rows = await self._db.rows(
            "SELECT kind, payload, error FROM jobs WHERE state = 'dead' ORDER BY id DESC LIMIT :limit",
            {"limit": limit},
        )
        return [DeadJob(row["kind"], row["payload"], row["error"] or "") for row in rows]

    async def retry(self) -> int:
        """Try again, now, what came or was to be done and was given up; how many."""
        arrivals = await self._db.run(
            "UPDATE received SET state = 'waiting', attempts = 0, next_at = :now "
            "WHERE state = 'dead' AND body IS NOT NULL",
            {"now": self._tx.now},
        )
        self._tx.wake("received")
        return arrivals + await Jobs(self._tx).retry()

    async def drop(self) -> int:
        """Forget what came or was to be done and was given up; how many."""
        arrivals = await self._db.run("UPDATE received SET state = 'done', body = NULL WHERE state = 'dead'")
        return arrivals + await self._db.run("DELETE FROM jobs WHERE state = 'dead'")
