"""Who blocks whom, and which servers are blocked."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from fedi.model.people import Account
from fedi.store.domain_blocks import SEVERITIES, SUSPEND, DomainBlocks, domain_name
from fedi.store.follow_lists import Listed
from fedi.store.paging import Range
from fedi.store.rows import columns, read
from fedi.store.unit import Unit

__all__ = ["SEVERITIES", "SUSPEND", "BlockRow", "Blocks", "domain_name"]


class BlockRow(Struct, frozen=True):
    """A block of an account by another; `uri` is the id of the Block activity."""

    account_id: int
    target_id: int
    uri: str
    created_at: int


_ONE = f"SELECT {columns(BlockRow)} FROM blocks"
_LIST = f"""
SELECT b.id AS b_id, {columns(Account, "a.", "a_")} FROM blocks b JOIN accounts a ON a.id = b.target_id
WHERE b.account_id = :id AND b.id < :max_id AND b.id > :min_id
AND a.suspended_at IS NULL AND a.deleted_at IS NULL ORDER BY b.id {{way}} LIMIT :limit
"""


class Blocks(DomainBlocks):
    """Table `blocks`; `DomainBlocks` has those of servers."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, account_id: int, target_id: int, uri: str) -> bool:
        """Record that an account blocks another; whether it is new. One that is here takes the new `uri`."""
        known = await self.between(account_id, target_id)
        await self._db.run(
            "INSERT INTO blocks (account_id, target_id, uri, id, created_at) "
            "VALUES (:account_id, :target_id, :uri, :id, :now) "
            "ON CONFLICT (account_id, target_id) DO UPDATE SET uri = excluded.uri",
            {
                "account_id": account_id,
                "target_id": target_id,
                "uri": uri,
                "id": self._tx.new_id(),
                "now": self._tx.now,
            },
        )
        return known is None

    async def remove(self, account_id: int, target_id: int) -> BlockRow | None:
        """Remove a block; what it was, or None."""
        rows = await self._db.rows(
            "DELETE FROM blocks WHERE account_id = :account AND target_id = :target "
            f"RETURNING {columns(BlockRow)}",
            {"account": account_id, "target": target_id},
        )
        return read(BlockRow, rows[0]) if rows else None

    async def between(self, account_id: int, target_id: int) -> BlockRow | None:
        """The block of `target_id` by `account_id`."""
        row = await self._db.row(
            f"{_ONE} WHERE account_id = :account AND target_id = :target",
            {"account": account_id, "target": target_id},
        )
        return read(BlockRow, row) if row else None

    async def refuses(self, account_id: int, other: Account) -> bool:
        """Whether a person blocks another, or their whole server."""
        found = await self._db.value(
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM blocks WHERE account_id = :me AND target_id = :other) "
            "OR EXISTS (SELECT 1 FROM account_domain_blocks WHERE account_id = :me AND domain = :domain)",
            {"me": account_id, "other": other.id, "domain": "" if other.is_local else other.domain},
        )
        return found is not None

    async def by_uri(self, uri: str, *, account_id: int) -> BlockRow | None:
        """The block by `account_id` whose activity has that id."""
        row = await self._db.row(
            f"{_ONE} WHERE account_id = :account AND uri = :uri", {"account": account_id, "uri": uri}
        )
        return read(BlockRow, row) if row else None

    async def blocked(self, account_id: int, ask: Range) -> list[Listed]:
        """Whom an account blocks, those blocked last first; pages by the ids of blocks."""
        sql = _LIST.format(way="ASC" if ask.upwards else "DESC")
        rows = await self._db.rows(sql, {"id": account_id, **ask.params()})
        found = [Listed(row["b_id"], read(Account, row, "a_")) for row in rows]
        return found[::-1] if ask.upwards else found

    async def either_way(self, account_id: int, others: Collection[int]) -> set[int]:
        """Which of `others` an account blocks or is blocked by."""
        rows = await self._db.rows(
            "SELECT target_id AS other FROM blocks WHERE account_id = :me AND target_id = ANY(:others) "
            "UNION SELECT account_id FROM blocks WHERE target_id = :me AND account_id = ANY(:others)",
            {"me": account_id, "others": list(others)},
        )
        return {row["other"] for row in rows}
