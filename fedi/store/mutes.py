"""Whom people mute: nothing of them in lists, for a while or for good."""

from __future__ import annotations

from msgspec import Struct

from fedi.model.people import Account
from fedi.store.paging import Range
from fedi.store.rows import columns, read
from fedi.store.unit import Unit


class Muted(Struct, frozen=True):
    """An account in a list of mutes; `id` is the mute's, to page by. `expires_at` in ms since 1970."""

    id: int
    account: Account
    expires_at: int | None


_ADD = """
INSERT INTO mutes (account_id, target_id, notifications, expires_at, id, created_at)
VALUES (:account, :target, :notifications, :expires_at, :id, :now)
ON CONFLICT (account_id, target_id) DO UPDATE SET
  notifications = excluded.notifications, expires_at = excluded.expires_at
"""
_LIST = f"""
SELECT m.id AS m_id, m.expires_at AS m_expires_at, {columns(Account, "a.", "a_")}
FROM mutes m JOIN accounts a ON a.id = m.target_id
WHERE m.account_id = :account AND m.id < :max_id AND m.id > :min_id
AND (m.expires_at IS NULL OR m.expires_at > :now) AND a.suspended_at IS NULL AND a.deleted_at IS NULL
ORDER BY m.id {{way}} LIMIT :limit
"""


class Mutes:
    """Table `mutes`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def put(
        self, account_id: int, target_id: int, *, notifications: bool, expires_at: int | None
    ) -> None:
        """Mute somebody, or change how."""
        await self._db.run(
            _ADD,
            {
                "account": account_id,
                "target": target_id,
                "notifications": notifications,
                "expires_at": expires_at,
                "id": self._tx.new_id(),
                "now": self._tx.now,
            },
        )

    async def remove(self, account_id: int, target_id: int) -> bool:
        """Mute somebody no longer; whether they were muted."""
        gone = await self._db.run(
            "DELETE FROM mutes WHERE account_id = :account AND target_id = :target",
            {"account": account_id, "target": target_id},
        )
        return gone == 1

    async def expire(self, account_id: int, target_id: int) -> bool:
        """Remove a mute whose time is over; whether there was one."""
        gone = await self._db.run(
            "DELETE FROM mutes WHERE account_id = :account AND target_id = :target AND expires_at <= :now",
            {"account": account_id, "target": target_id, "now": self._tx.now},
        )
        return gone == 1

    async def muted(self, account_id: int, ask: Range) -> list[Muted]:
        """Whom an account mutes, those muted last first; pages by the ids of mutes."""
        sql = _LIST.format(way="ASC" if ask.upwards else "DESC")
        params = {"account": account_id, "now": self._tx.now, **ask.params()}
        rows = await self._db.rows(sql, params)
        found = [Muted(row["m_id"], read(Account, row, "a_"), row["m_expires_at"]) for row in rows]
        return found[::-1] if ask.upwards else found
