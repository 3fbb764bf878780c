"""Where somebody stopped reading."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from fedi.store.rows import columns, read
from fedi.store.unit import Unit


class Marker(Struct, frozen=True):
    """The last entry that was read of a timeline; `version` counts its changes."""

    timeline: str
    last_read_id: int
    version: int
    updated_at: int


# Two apps at once: one waits for the other's row, and each change is counted. Nothing is lost, so nothing conflicts.
_PUT = """
INSERT INTO markers (account_id, timeline, last_read_id, version, updated_at)
VALUES (:account, :timeline, :last, 1, :now)
ON CONFLICT (account_id, timeline) DO UPDATE SET
  last_read_id = excluded.last_read_id, version = markers.version + 1, updated_at = excluded.updated_at
"""


class Markers:
    """Table `markers`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def of(self, account_id: int, timelines: Collection[str]) -> list[Marker]:
        """A person's places in those of the timelines that they have one in."""
        rows = await self._db.rows(
            f"SELECT {columns(Marker)} FROM markers WHERE account_id = :account AND timeline = ANY(:timelines)",
            {"account": account_id, "timelines": list(timelines)},
        )
        return [read(Marker, row) for row in rows]

    async def put(self, account_id: int, places: Mapping[str, int]) -> None:
        """Note places by timeline."""
        await self._db.run_many(
            _PUT,
            [
                {"account": account_id, "timeline": timeline, "last": last, "now": self._tx.now}
                for timeline, last in sorted(places.items())
            ],
        )
