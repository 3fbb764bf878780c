"""What is gone: to answer 410, and so that a Create that arrives after its Delete stays out."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from fedi.store.unit import Unit


def deletion_claim(uri: str, account_id: int) -> str:
    """What to remember when an account takes back something that is not here: it may speak for itself alone.

    A plain tombstone of the URI would let one person of a server keep out what another one has yet to send.
    """
    return f"{uri} by {account_id}"


_ADD = """
INSERT INTO tombstones (uri, former_type, local, deleted_at) VALUES (:uri, :former_type, :local, :now)
ON CONFLICT (uri) DO NOTHING
"""


class Tombstones:
    """Table `tombstones`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, uri: str, former_type: str | None = None, *, local: bool = False) -> None:
        """Remember that `uri` is gone."""
        await self.add_many([uri], former_type, local=local)

    async def add_many(
        self, uris: Iterable[str], former_type: str | None = None, *, local: bool = False
    ) -> None:
        """Remember that all of `uris` are gone."""
        rows = [{"uri": uri, "former_type": former_type, "local": local, "now": self._tx.now} for uri in uris]
        await self._db.run_many(_ADD, rows)

    async def claim(self, uri: str, account_id: int, former_type: str | None = None) -> None:
        """Remember that an account took back its `uri` before that came; for others nothing changes."""
        await self.add(deletion_claim(uri, account_id), former_type)

    async def claimed(self, uri: str, account_id: int) -> int | None:
        """When the account said that its `uri` is gone (ms since 1970), or None."""
        found: int | None = await self._db.value(
            "SELECT MAX(deleted_at) FROM tombstones WHERE uri IN (:uri, :claim)",
            {"uri": uri, "claim": deletion_claim(uri, account_id)},
        )
        return found

    async def has(self, uri: str) -> bool:
        """Whether `uri` is gone."""
        return bool(await self.among([uri]))

    async def among(self, uris: Collection[str]) -> set[str]:
        """Which of `uris` are gone."""
        rows = await self._db.rows("SELECT uri FROM tombstones WHERE uri = ANY(:uris)", {"uris": list(uris)})
        return {row["uri"] for row in rows}

    async def find(self, uri: str) -> tuple[str | None, int] | None:
        """(former type, time of deletion) of what was at `uri`, or None."""
        row = await self._db.row(
            "SELECT former_type, deleted_at FROM tombstones WHERE uri = :uri", {"uri": uri}
        )
        return (row["former_type"], row["deleted_at"]) if row else None

    async def forget(self, before: int) -> int:
        """Drop other servers' tombstones from before `before`; ours stay for good."""
        return await self._db.run(
            "DELETE FROM tombstones WHERE NOT local AND deleted_at < :before", {"before": before}
        )
