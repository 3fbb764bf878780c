"""Servers that single people want nothing of. What an operator blocks for everybody is in `blocks`."""

from __future__ import annotations

from msgspec import Struct

from fedi.store.paging import Range
from fedi.store.unit import Unit

_LIST = """
SELECT id, domain FROM account_domain_blocks
WHERE account_id = :account AND id < :max_id AND id > :min_id ORDER BY id {way} LIMIT :limit
"""
_FORGET = """
DELETE FROM notifications WHERE account_id = :account AND from_id IN (
  SELECT id FROM accounts WHERE domain = :domain AND domain_id IS NULL)
"""
_FOLLOWS = """
SELECT a.id FROM follows f JOIN accounts a ON a.id = f.{other}
WHERE f.{mine} = :account AND a.domain = :domain AND a.domain_id IS NULL ORDER BY a.id LIMIT :limit
"""


class Unwanted(Struct, frozen=True):
    """A server that somebody blocks; `id` to page by."""

    id: int
    domain: str


class AccountDomainBlocks:
    """Table `account_domain_blocks`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, account_id: int, domain: str) -> bool:
        """Block a server (the domain of its handles, normalised); whether it is new. Its notices are forgotten."""
        values = {"account": account_id, "domain": domain, "id": self._tx.new_id(), "now": self._tx.now}
        added = await self._db.run(
            "INSERT INTO account_domain_blocks (account_id, domain, id, created_at) "
            "VALUES (:account, :domain, :id, :now) ON CONFLICT (account_id, domain) DO NOTHING",
            values,
        )
        await self._db.run(_FORGET, {"account": account_id, "domain": domain})
        return added == 1

    async def remove(self, account_id: int, domain: str) -> bool:
        """Block a server no longer; whether it was."""
        gone = await self._db.run(
            "DELETE FROM account_domain_blocks WHERE account_id = :account AND domain = :domain",
            {"account": account_id, "domain": domain},
        )
        return gone == 1

    async def has(self, account_id: int, domain: str) -> bool:
        """Whether somebody blocks a server."""
        found = await self._db.value(
            "SELECT 1 FROM account_domain_blocks WHERE account_id = :account AND domain = :domain",
            {"account": account_id, "domain": domain},
        )
        return found is not None

    async def of(self, account_id: int, ask: Range) -> list[Unwanted]:
        """What somebody blocks, the latest first."""
        sql = _LIST.format(way="ASC" if ask.upwards else "DESC")
        rows = await self._db.rows(sql, {"account": account_id, **ask.params()})
        found = [Unwanted(row["id"], row["domain"]) for row in rows]
        return found[::-1] if ask.upwards else found

    async def followed_there(self, account_id: int, domain: str, limit: int) -> list[int]:
        """Ids of people of a server whom somebody follows, or asked to."""
        return await self._ids(
            _FOLLOWS.format(mine="follower_id", other="followee_id"), account_id, domain, limit
        )

    async def followers_there(self, account_id: int, domain: str, limit: int) -> list[int]:
        """Ids of people of a server who follow somebody, or asked to."""
        return await self._ids(
            _FOLLOWS.format(mine="followee_id", other="follower_id"), account_id, domain, limit
        )

    async def _ids(self, sql: str, account_id: int, domain: str, limit: int) -> list[int]:
        rows = await self._db.rows(sql, {"account": account_id, "domain": domain, "limit": limit})
        return [row["id"] for row in rows]
