"""Notices to local people."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from fedi.store.rows import columns, read
from fedi.store.unit import Unit


class Notice(Struct, frozen=True):
    """A notice; `type` is Mastodon's word (mention, follow, favourite, ...), `post_id` 0 where there is none."""

    id: int
    account_id: int
    type: str
    from_id: int
    post_id: int
    created_at: int


_MAX = 2**63 - 1
# Only people who sign in here have notices, and nobody is told about whom they blocked.
_ADD = """
INSERT INTO notifications (id, account_id, type, from_id, post_id, created_at)
SELECT CAST(:id AS BIGINT), u.id, CAST(:type AS TEXT), CAST(:from_id AS BIGINT), CAST(:post_id AS BIGINT),
  CAST(:now AS BIGINT)
FROM users u WHERE u.id = :account
AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = u.id AND b.target_id = :from_id)
ON CONFLICT (account_id, type, from_id, post_id, about_id) DO NOTHING
"""
_LIST = f"""
SELECT {columns(Notice, "n.")} FROM notifications n JOIN accounts a ON a.id = n.from_id
WHERE n.account_id = :account AND n.id < :max_id AND n.id > :min_id %s
AND a.suspended_at IS NULL AND a.deleted_at IS NULL
AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = n.account_id AND b.target_id = n.from_id)
ORDER BY n.id %s LIMIT :limit
"""


class Notifications:
    """Table `notifications`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, account_id: int, type: str, from_id: int, post_id: int = 0) -> bool:  # noqa: A002
        """Add a notice for a local person; whether it is new. Nothing happens where they blocked `from_id`."""
        params = {
            "id": self._tx.new_id(),
            "account": account_id,
            "type": type,
            "from_id": from_id,
            "post_id": post_id,
            "now": self._tx.now,
        }
        return await self._db.run(_ADD, params) == 1

    async def remove(
        self,
        *,
        account_id: int | None = None,
        type: str | None = None,  # noqa: A002
        from_id: int | None = None,
        post_id: int | None = None,
    ) -> None:
        """Remove the notices that match everything given: an account or a post at least."""
        given = {"account_id": account_id, "type": type, "from_id": from_id, "post_id": post_id}
        params = {name: value for name, value in given.items() if value is not None}
        if params.keys() <= {"type", "from_id"}:
            raise ValueError("which account or post is it about?")
        where = " AND ".join(f"{name} = :{name}" for name in params)
        # Saying <> 0 lets both engines use the index over posts, which leaves out notices without one.
        await self._db.run(
            f"DELETE FROM notifications WHERE {where}{' AND post_id <> 0' if post_id else ''}", params
        )

    async def by_id(self, account_id: int, notice_id: int) -> Notice | None:
        """One of a person's notices."""
        row = await self._db.row(
            f"SELECT {columns(Notice)} FROM notifications WHERE id = :id AND account_id = :account",
            {"id": notice_id, "account": account_id},
        )
        return read(Notice, row) if row else None

    async def list(
        self,
        account_id: int,
        *,
        max_id: int | None = None,
        since_id: int | None = None,
        min_id: int | None = None,
        limit: int = 40,
        types: Collection[str] | None = None,
        exclude_types: Collection[str] = (),
        from_id: int | None = None,
    ) -> list[Notice]:
        """A person's notices, the newest first; with `min_id` those that follow it directly."""
        more, lists = "", {}
        if types is not None:
            more, lists["types"] = "AND n.type = ANY(:types) ", list_of(types)
        if exclude_types:
            more, lists["without"] = more + "AND NOT (n.type = ANY(:without)) ", list_of(exclude_types)
        from_only = {} if from_id is None else {"from_id": from_id}
        if from_only:
            more += "AND n.from_id = :from_id"
        params = {
            "account": account_id,
            "max_id": _MAX if max_id is None else max_id,
            "min_id": min_id or since_id or 0,
            "limit": limit,
            **lists,
            **from_only,
        }
        rows = await self._db.rows(_LIST % (more, "DESC" if min_id is None else "ASC"), params)
        found = [read(Notice, row) for row in rows]
        return found if min_id is None else found[::-1]

    async def clear(self, account_id: int) -> None:
        """Remove all notices of a person."""
        await self._db.run("DELETE FROM notifications WHERE account_id = :id", {"id": account_id})

    async def dismiss(self, account_id: int, notice_id: int) -> bool:
        """Remove one of a person's notices; whether it was there."""
        gone = await self._db.run(
            "DELETE FROM notifications WHERE id = :id AND account_id = :account",
            {"id": notice_id, "account": account_id},
        )
        return gone == 1


def list_of(values: Collection[str]) -> list[str]:
    """The values as the list that a statement takes (`list` is a method above)."""
    return [*values]
