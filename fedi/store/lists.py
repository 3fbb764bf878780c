"""Lists that people make of whom they follow, and who is on them."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from fedi.model.people import Account
from fedi.store.paging import AccountPage, Range
from fedi.store.recall import account_of
from fedi.store.rows import columns, read
from fedi.store.unit import Unit


class ListRow(Struct, frozen=True):
    """A list. `replies_policy`: answers to whom are shown (followed, list, none)."""

    id: int
    account_id: int
    title: str
    replies_policy: str
    exclusive: bool
    created_at: int


_SELECT = f"SELECT {columns(ListRow)} FROM lists"
_SELECT_OF = f"""
SELECT {columns(ListRow, "l.")} FROM list_accounts m JOIN lists l ON l.id = m.list_id
WHERE m.account_id = :account AND m.owner_id = :owner ORDER BY l.id
"""
_AMONG_WITH = f"""
SELECT {columns(ListRow, "l.")} FROM lists l WHERE l.id = ANY(:lists)
AND EXISTS (SELECT 1 FROM list_accounts m WHERE m.list_id = l.id AND m.account_id = ANY(:accounts))
"""
# Only whom the owner follows, or asked to, and the owner.
_MAY_JOIN = """
SELECT f.followee_id AS id, f.id AS follow_id FROM follows f
WHERE f.follower_id = :owner AND f.followee_id = ANY(:ids)
UNION ALL SELECT a.id, NULL FROM accounts a WHERE a.id = :owner AND a.id = ANY(:ids)
"""
_JOIN = """
INSERT INTO list_accounts (list_id, account_id, follow_id, owner_id, exclusive)
VALUES (:list, :account, :follow, :owner, :exclusive) ON CONFLICT (list_id, account_id) DO NOTHING
"""
_MEMBERS = f"""
SELECT {columns(Account, "a.")} FROM list_accounts m JOIN accounts a ON a.id = m.account_id
WHERE m.list_id = :list AND m.account_id < :max_id AND m.account_id > :min_id
AND a.suspended_at IS NULL AND a.deleted_at IS NULL ORDER BY m.account_id %s LIMIT :limit
"""


class Lists:
    """Tables `lists` and `list_accounts`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, owner_id: int, title: str, replies_policy: str, exclusive: bool) -> ListRow:
        """Make a list."""
        made = ListRow(self._tx.new_id(), owner_id, title, replies_policy, exclusive, self._tx.now)
        await self._db.run(
            "INSERT INTO lists (id, account_id, title, replies_policy, exclusive, created_at) "
            "VALUES (:id, :account_id, :title, :replies_policy, :exclusive, :created_at)",
            {name: getattr(made, name) for name in ListRow.__struct_fields__},
        )
        return made

    async def count(self, owner_id: int) -> int:
        """How many lists a person has."""
        found: int = await self._db.value(
            "SELECT COUNT(*) FROM lists WHERE account_id = :owner", {"owner": owner_id}
        )
        return found

    async def of(self, owner_id: int) -> list[ListRow]:
        """A person's lists, in the order in which they were made."""
        rows = await self._db.rows(f"{_SELECT} WHERE account_id = :owner ORDER BY id", {"owner": owner_id})
        return [read(ListRow, row) for row in rows]

    async def by_id(self, owner_id: int, list_id: int) -> ListRow | None:
        """One of a person's lists."""
        row = await self._db.row(
            f"{_SELECT} WHERE id = :id AND account_id = :owner", {"id": list_id, "owner": owner_id}
        )
        return read(ListRow, row) if row else None

    async def with_member(self, owner_id: int, account_id: int) -> list[ListRow]:
        """Those of a person's lists that somebody is on."""
        rows = await self._db.rows(_SELECT_OF, {"account": account_id, "owner": owner_id})
        return [read(ListRow, row) for row in rows]

    async def among_with(self, list_ids: Collection[int], account_ids: Collection[int]) -> list[ListRow]:
        """Those of the lists that one of the accounts is on."""
        rows = await self._db.rows(_AMONG_WITH, {"lists": list(list_ids), "accounts": list(account_ids)})
        return [read(ListRow, row) for row in rows]

    async def change(self, before: ListRow, title: str, replies_policy: str, exclusive: bool) -> ListRow:
        """Change what a list is."""
        values = {"id": before.id, "title": title, "policy": replies_policy, "exclusive": exclusive}
        rows = await self._db.rows(
            "UPDATE lists SET title = :title, replies_policy = :policy, exclusive = :exclusive "
            f"WHERE id = :id RETURNING {columns(ListRow)}",
            values,
        )
        if exclusive != before.exclusive:
            await self._db.run(
                "UPDATE list_accounts SET exclusive = :exclusive WHERE list_id = :id",
                {"id": before.id, "exclusive": exclusive},
            )
        return read(ListRow, rows[0])

    async def remove(self, list_id: int) -> None:
        """Delete a list."""
        await self._db.run("DELETE FROM lists WHERE id = :id", {"id": list_id})

    async def may_join(self, owner_id: int, account_ids: Collection[int]) -> dict[int, int | None]:
        """Those of the accounts that the owner may put on a list, with the follow that they hang on."""
        rows = await self._db.rows(_MAY_JOIN, {"owner": owner_id, "ids": list(account_ids)})
        return {row["id"]: row["follow_id"] for row in rows}

    async def join(self, into: ListRow, members: dict[int, int | None]) -> None:
        """Put accounts on a list, each with the follow it hangs on."""
        await self._db.run_many(
            _JOIN,
            [
                {
                    "list": into.id,
                    "account": account,
                    "follow": follow,
                    "owner": into.account_id,
                    "exclusive": into.exclusive,
                }
                for account, follow in members.items()
            ],
        )

    async def leave(self, list_id: int, account_ids: Collection[int]) -> None:
        """Take accounts off a list."""
        await self._db.run(
            "DELETE FROM list_accounts WHERE list_id = :list AND account_id = ANY(:ids)",
            {"list": list_id, "ids": list(account_ids)},
        )

    async def member_ids(self, list_id: int) -> list[int]:
        """Ids of everyone on a list."""
        rows = await self._db.rows(
            "SELECT account_id FROM list_accounts WHERE list_id = :list", {"list": list_id}
        )
        return [row["account_id"] for row in rows]

    async def members(self, list_id: int, ask: Range) -> AccountPage:
        """Who is on a list, by account id, the newest accounts first; pages by it."""
        sql = _MEMBERS % ("ASC" if ask.upwards else "DESC")
        rows = await self._db.rows(sql, {"list": list_id, **ask.params()})
        found = [account_of(tuple(row)) for row in rows]
        if ask.upwards:
            found.reverse()
        first, last = (found[0].id, found[-1].id) if found else (None, None)
        return AccountPage(found, first, last)
