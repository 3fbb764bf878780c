"""Collections: people whom somebody recommends together, and who of them agreed."""

from __future__ import annotations

from collections.abc import Collection as Many
from typing import Any

from msgspec import Struct

from fedi.store.rows import changed, columns, placeholders, read, write
from fedi.store.unit import Unit

ACCEPTED = "accepted"
REVOKED = "revoked"


class Collection(Struct, frozen=True, kw_only=True):
    """A collection; `tag` in lower case without #. Times in ms since 1970."""

    id: int
    uri: str
    url: str | None = None
    account_id: int
    local: bool
    name: str
    description: str = ""
    language: str | None = None
    tag: str | None = None
    sensitive: bool
    discoverable: bool
    created_at: int
    updated_at: int


class Item(Struct, frozen=True):
    """Somebody in a collection; `state`: pending, accepted, rejected or revoked."""

    id: int
    collection_id: int
    account_id: int
    state: str
    created_at: int


_ITEMS = f"""
SELECT {columns(Item, "i.")} FROM collection_items i JOIN accounts a ON a.id = i.account_id
WHERE i.collection_id = ANY(:ids) AND i.state = 'accepted' AND a.suspended_at IS NULL AND a.deleted_at IS NULL
ORDER BY i.id
"""
_OF = f"""
SELECT {columns(Collection, "c.")} FROM collections c
WHERE c.account_id = :account AND (c.discoverable OR c.account_id = :viewer)
ORDER BY c.id DESC LIMIT :limit OFFSET :offset
"""
_WITH = f"""
SELECT {columns(Collection, "c.")} FROM collection_items i JOIN collections c ON c.id = i.collection_id
JOIN accounts a ON a.id = c.account_id
WHERE i.account_id = :account AND i.state = 'accepted' AND (c.discoverable OR c.account_id = :viewer
  OR i.account_id = :viewer) AND a.suspended_at IS NULL AND a.deleted_at IS NULL
ORDER BY i.id DESC LIMIT :limit OFFSET :offset
"""


class Collections:
    """Tables `collections` and `collection_items`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def by_id(self, collection_id: int) -> Collection | None:
        """The collection with this id."""
        row = await self._db.row(
            f"SELECT {columns(Collection)} FROM collections WHERE id = :id", {"id": collection_id}
        )
        return read(Collection, row) if row else None

    async def by_ids(self, ids: Many[int]) -> dict[int, Collection]:
        """Those of `ids` that are here, in one question."""
        sql = f"SELECT {columns(Collection)} FROM collections WHERE id = ANY(:ids)"
        return {row["id"]: read(Collection, row) for row in await self._db.rows(sql, {"ids": [*ids]})}

    async def of(self, account_id: int, viewer_id: int, limit: int, offset: int) -> list[Collection]:
        """What somebody put together, as far as the viewer may come across it, the latest first."""
        values = {"account": account_id, "viewer": viewer_id, "limit": limit, "offset": offset}
        return [read(Collection, row) for row in await self._db.rows(_OF, values)]

    async def with_(self, account_id: int, viewer_id: int, limit: int, offset: int) -> list[Collection]:
        """Collections that somebody is in; people see of themselves all that they are in."""
        values = {"account": account_id, "viewer": viewer_id, "limit": limit, "offset": offset}
        return [read(Collection, row) for row in await self._db.rows(_WITH, values)]

    async def count(self, account_id: int) -> int:
        """How many somebody has."""
        found: int = await self._db.value(
            "SELECT COUNT(*) FROM collections WHERE account_id = :account", {"account": account_id}
        )
        return found

    async def add(self, collection: Collection) -> None:
        """Add a collection."""
        await self._db.run(
            f"INSERT INTO collections ({columns(Collection)}) VALUES ({placeholders(Collection)})",
            write(collection),
        )

    async def update(self, collection_id: int, **values: Any) -> None:
        """Write some columns."""
        values = {**values, "updated_at": self._tx.now}
        await self._db.run(
            f"UPDATE collections SET {changed(values)} WHERE id = :collection_id",
            {**values, "collection_id": collection_id},
        )

    async def remove(self, collection_id: int) -> None:
        """Delete a collection with its items."""
        await self._db.run("DELETE FROM collections WHERE id = :id", {"id": collection_id})

    async def items(self, ids: Many[int]) -> dict[int, list[Item]]:
        """Who is in collections, by collection, in order; those who are gone left out."""
        found: dict[int, list[Item]] = {one: [] for one in ids}
        for row in await self._db.rows(_ITEMS, {"ids": list(ids)}):
            found[row["collection_id"]].append(read(Item, row))
        return found

    async def item(self, collection_id: int, item_id: int) -> Item | None:
        """An item of a collection."""
        row = await self._db.row(
            f"SELECT {columns(Item)} FROM collection_items WHERE id = :id AND collection_id = :collection",
            {"id": item_id, "collection": collection_id},
        )
        return read(Item, row) if row else None

    async def known(self, collection_id: int, account_ids: Many[int]) -> dict[int, str]:
        """Those of `account_ids` that a collection has, or had until they left, with the state."""
        rows = await self._db.rows(
            "SELECT account_id, state FROM collection_items "
            "WHERE collection_id = :collection AND account_id = ANY(:ids)",
            {"collection": collection_id, "ids": list(account_ids)},
        )
        return {row["account_id"]: row["state"] for row in rows}

    async def put_in(self, collection_id: int, account_ids: Many[int]) -> list[Item]:
        """Put people into a collection who are not in it."""
        items = [Item(self._tx.new_id(), collection_id, one, ACCEPTED, self._tx.now) for one in account_ids]
        await self._db.run_many(
            f"INSERT INTO collection_items ({columns(Item)}) VALUES ({placeholders(Item)})",
            [write(item) for item in items],
        )
        return items

    async def take_out(self, item_id: int) -> None:
        """Take somebody out: the owner no longer recommends them."""
        await self._db.run("DELETE FROM collection_items WHERE id = :id", {"id": item_id})

    async def revoke(self, item_id: int) -> None:
        """Somebody does not want to be in it. The row stays, so that nobody puts them in again."""
        await self._db.run("UPDATE collection_items SET state = 'revoked' WHERE id = :id", {"id": item_id})
