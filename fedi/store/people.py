"""Actors, ours and theirs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from fedi.model.people import Account
from fedi.store.conversations import BEFORE_AUTHOR_IS_PURGED
from fedi.store.follows import Follows
from fedi.store.recall import account_of
from fedi.store.rows import changed, columns, placeholders, write
from fedi.store.unit import Unit

_SELECT = f"SELECT {columns(Account)} FROM accounts"
_ADD = f"INSERT INTO accounts ({columns(Account)}) VALUES ({placeholders(Account)})"

_COUNTED = frozenset(
    {
        "followers_count",
        "following_count",
        "local_followers_count",
        "posts_count",
        "pulled",
        "last_post_at",
        "suspended_at",
        "silenced_at",
        "sensitized_at",
    }
)

_FREE_HANDLE = """
UPDATE accounts SET handle = 'former-' || CAST(id AS TEXT) || '@' || domain, handle_checked_at = NULL
WHERE handle = :handle AND id <> :id AND domain_id IS NULL
"""
_CARRY = """
UPDATE accounts SET username = :username, domain = :domain, handle = :handle, handle_checked_at = :now
WHERE id = :id
"""


class People:
    """Table `accounts`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def by_id(self, account_id: int) -> Account | None:
        """The account with this id."""
        return await self._one("id = :value", account_id)

    async def by_uri(self, uri: str) -> Account | None:
        """The account whose actor has this id."""
        return await self._one("uri = :value", uri)

    async def by_handle(self, handle: str) -> Account | None:
        """The account `user@domain`, in any case."""
        return await self._one("handle = :value", handle.lower().removeprefix("@"))

    async def local_by_name(self, domain_id: int, username: str) -> Account | None:
        """The account `username` of a domain hosted here, in any case."""
        row = await self._db.row(
            f"{_SELECT} WHERE domain_id = :domain AND LOWER(username) = :name",
            {"domain": domain_id, "name": username.lower()},
        )
        return account_of(tuple(row)) if row else None

    async def by_ids(self, ids: Collection[int]) -> dict[int, Account]:
        """Those of `ids` that are here, in one question."""
        found = await self._many("id = ANY(:values)", ids)
        return {account.id: account for account in found}

    async def by_uris(self, uris: Collection[str]) -> dict[str, Account]:
        """Those of `uris` that are here, in one question."""
        found = await self._many("uri = ANY(:values)", uris)
        return {account.uri: account for account in found}

    async def by_handles(self, handles: Collection[str]) -> dict[str, Account]:
        """Those of `handles` (user@domain) that are here, by handle in lower case."""
        found = await self._many("handle = ANY(:values)", [handle.lower() for handle in handles])
        return {account.handle: account for account in found}

    async def roles(self, ids: Collection[int]) -> dict[int, str]:
        """What those of `ids` may do here who may do more than others: their role, by id."""
        rows = await self._db.rows(
            "SELECT id, role FROM users WHERE id = ANY(:ids) AND role <> 'user'", {"ids": list(ids)}
        )
        return {row["id"]: row["role"] for row in rows}

    async def search(self, text: str, limit: int) -> list[Account]:
        """Accounts whose username starts with `text`, those known best first."""
        like = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        rows = await self._db.rows(
            f"{_SELECT} WHERE handle LIKE :like ESCAPE '\\' AND suspended_at IS NULL AND deleted_at IS NULL "
            "AND type <> 'Application' ORDER BY followers_count DESC, id LIMIT :limit",
            {"like": like, "limit": limit},
        )
        return [account_of(tuple(row)) for row in rows]

    async def add(self, account: Account) -> None:
        """Add an account; its uri and handle must be new."""
        await self._db.run(_ADD, write(account))

    async def add_if_new(self, account: Account) -> bool:
        """Add an account unless its uri or handle is taken; whether it was added."""
        return await self._db.run(f"{_ADD} ON CONFLICT DO NOTHING", write(account)) == 1

    async def replace(self, account: Account) -> None:
        """Write what an actor's document says of an account that is here; what is counted here is left alone."""
        values = {name: value for name, value in write(account).items() if name not in _COUNTED}
        await self._db.run(f"UPDATE accounts SET {changed(values)} WHERE id = :id", values)

    async def update(self, account_id: int, **values: Any) -> None:
        """Write some columns. Lists are JSON text (`rows.to_json`)."""
        await self._db.run(
            f"UPDATE accounts SET {changed(values)} WHERE id = :account_id",
            {**values, "account_id": account_id},
        )

    async def carry(self, account_id: int, handle: str, username: str) -> Account | None:
        """Give an account the handle that WebFinger confirms, and take it from whoever else has it; what it is then."""
        name = {"handle": handle, "id": account_id}
        values = {"username": username, "domain": handle.partition("@")[2], "now": self._tx.now}
        *_, rows = await self._db.each(
            [(_FREE_HANDLE, name), (_CARRY, name | values), (f"{_SELECT} WHERE id = :id", {"id": account_id})]
        )
        return account_of(tuple(rows[0])) if rows else None

    async def purge(self, account_id: int) -> None:
        """Delete what an account made: posts, relationships, notices. The row stays, marked as deleted."""
        me = {"id": account_id, "now": self._tx.now}
        await Follows(self._tx).remove_of(account_id)
        await self._db.run(
            "INSERT INTO tombstones (uri, former_type, local, deleted_at) "
            "SELECT uri, type, local, :now FROM posts WHERE account_id = :id ON CONFLICT (uri) DO NOTHING",
            me,
        )
        for statement in (*BEFORE_AUTHOR_IS_PURGED, *_PURGE):
            await self._db.run(statement, {"id": account_id})
        await self._db.run(
            "UPDATE accounts SET deleted_at = :now, name = '', summary = '', fields = '[]', emojis = '[]', "
            "avatar_url = NULL, header_url = NULL, followers_count = 0, following_count = 0, "
            "local_followers_count = 0, posts_count = 0 WHERE id = :id",
            me,
        )

    async def _one(self, where: str, value: Any) -> Account | None:
        row = await self._db.row(f"{_SELECT} WHERE {where}", {"value": value})
        return account_of(tuple(row)) if row else None

    async def _many(self, where: str, values: Collection[Any]) -> list[Account]:
        if not values:
            return []
        rows = await self._db.rows(f"{_SELECT} WHERE {where}", {"values": list(values)})
        return [account_of(tuple(row)) for row in rows]


_PURGE = (
    # Counters of others first, while the rows that they count are still here.
    "UPDATE posts SET favourites_count = favourites_count - 1 WHERE favourites_count > 0 AND id IN "
    "(SELECT post_id FROM favourites WHERE account_id = :id)",
    "UPDATE posts SET boosts_count = boosts_count - 1 WHERE boosts_count > 0 AND id IN "
    "(SELECT boost_of_id FROM posts WHERE account_id = :id AND boost_of_id IS NOT NULL)",
    "UPDATE posts SET replies_count = replies_count - (SELECT COUNT(*) FROM posts r WHERE r.in_reply_to_id = posts.id "
    "AND r.account_id = :id AND r.visibility IN ('public', 'unlisted')) WHERE account_id <> :id AND id IN "
    "(SELECT in_reply_to_id FROM posts WHERE account_id = :id AND visibility IN ('public', 'unlisted'))",
    "UPDATE accounts SET posts_count = posts_count - (SELECT COUNT(*) FROM posts b JOIN posts p "
    "ON p.id = b.boost_of_id WHERE b.account_id = accounts.id AND p.account_id = :id) WHERE id IN "
    "(SELECT b.account_id FROM posts b JOIN posts p ON p.id = b.boost_of_id WHERE p.account_id = :id)",
    "UPDATE posts SET in_reply_to_id = NULL, in_reply_to_account_id = NULL WHERE in_reply_to_account_id = :id",
    "DELETE FROM notifications WHERE from_id = :id",
    "DELETE FROM favourites WHERE account_id = :id",
    "DELETE FROM reactions WHERE account_id = :id",
    "DELETE FROM blocks WHERE account_id = :id OR target_id = :id",
    "DELETE FROM mutes WHERE target_id = :id",
    "DELETE FROM account_notes WHERE target_id = :id",
    "DELETE FROM featured_tags WHERE account_id = :id",
    "DELETE FROM posts WHERE account_id = :id",
    "DELETE FROM follower_inboxes WHERE account_id = :id",
    "DELETE FROM follower_hosts WHERE account_id = :id",
    "DELETE FROM reports WHERE reporter_id = :id",
    "DELETE FROM users WHERE id = :id",
)
