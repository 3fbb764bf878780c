"""What an operator should know about the queues and the clock of a deployment."""

from __future__ import annotations

from msgspec import Struct

from fedi.store.database import Connection

_OLD_MS = 600_000
_WAITING = """
SELECT (SELECT COUNT(*) FROM received WHERE state = 'waiting' AND received_at < :old) AS received,
  (SELECT COUNT(*) FROM jobs WHERE state = 'waiting' AND run_at < :old) AS jobs,
  (SELECT COUNT(*) FROM hosts WHERE due_at < :old) AS lanes,
  (SELECT COUNT(*) FROM hosts WHERE failures > 0 AND due_at IS NOT NULL) AS failing,
  (SELECT COUNT(*) FROM dead_letters) AS dead
"""


class Trouble(Struct, frozen=True):
    """One observation, and whether it is as it should be."""

    well: bool
    seen: str


async def troubles(connection: Connection, now: int) -> list[Trouble]:
    """What waits longer than ten minutes past its time, who cannot be reached, what was given up."""
    row = await connection.row(_WAITING, {"old": now - _OLD_MS})
    assert row is not None
    late = row["received"] + row["jobs"] + row["lanes"]
    return [
        Trouble(late == 0, f"{late} things are more than ten minutes late" if late else "nothing is late"),
        Trouble(True, f"{row['failing']} servers cannot be reached, {row['dead']} deliveries were given up"),
    ]
