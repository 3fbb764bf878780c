"""The servers that are known here, as others may be told."""

from __future__ import annotations

from fedi.store.unit import Unit

_MOST = 100_000


class Peers:
    """Reads `hosts` and `domain_blocks`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def names(self) -> list[str]:
        """Names of servers, those left out that are blocked altogether."""
        hosts, blocks = await self._db.each(
            [
                ("SELECT name FROM hosts ORDER BY name LIMIT :limit", {"limit": _MOST}),
                ("SELECT name FROM domain_blocks WHERE severity = 'suspend'", {}),
            ]
        )
        # Not in SQL: every name beside every block would be compared.
        blocked = {row[0] for row in blocks}
        return [row[0] for row in hosts if not _is_among(row[0], blocked)]


def _is_among(host: str, blocked: set[str]) -> bool:
    """Whether a host, or a domain above it, is blocked."""
    labels = host.partition(":")[0].split(".")
    return any(".".join(labels[start:]) in blocked for start in range(len(labels)))
