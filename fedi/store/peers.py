"""The servers that are known here, as others may be told."""

from __future__ import annotations

from fedi.store.unit import Unit

_NAMES = """
SELECT h.name FROM hosts h WHERE NOT EXISTS (
  SELECT 1 FROM domain_blocks b WHERE b.severity = 'suspend' AND (b.name = h.name OR h.name LIKE '%.' || b.name))
ORDER BY h.name LIMIT :limit
"""
_MOST = 100_000


class Peers:
    """Reads `hosts`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def names(self) -> list[str]:
        """Names of servers, those left out that are blocked altogether."""
        return [row["name"] for row in await self._db.rows(_NAMES, {"limit": _MOST})]
