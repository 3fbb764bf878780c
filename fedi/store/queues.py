"""How much waits in each queue, and how much was given up."""

from __future__ import annotations

from typing import TypeAlias

from fedi.store.unit import Unit

Waiting: TypeAlias = dict[tuple[str, str], int]
"""Rows by (queue, state): ("deliveries", "waiting"): 3."""

_COUNT = """
SELECT 'received' AS queue, state, COUNT(*) AS n FROM received WHERE state <> 'done' GROUP BY state
UNION ALL SELECT 'jobs', state, COUNT(*) FROM jobs GROUP BY state
UNION ALL SELECT 'deliveries', state, COUNT(*) FROM deliveries GROUP BY state
"""


class Queues:
    """All three queues at a glance; each has its own module to work with."""

    def __init__(self, unit: Unit) -> None:
        self._db = unit.db

    async def waiting(self) -> Waiting:
        """Every queue's rows by state, zeros included."""
        counts = {
            (queue, state): 0 for queue in ("received", "jobs", "deliveries") for state in ("waiting", "dead")
        }
        counts |= {(row["queue"], row["state"]): row["n"] for row in await self._db.rows(_COUNT)}
        return counts
