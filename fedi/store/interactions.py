"""Favourites and reactions, with the counter on the post."""

from __future__ import annotations

from msgspec import Struct

from fedi.model.people import Account
from fedi.store.paging import Range
from fedi.store.rows import columns, read
from fedi.store.unit import Unit

_COUNT = """
UPDATE posts SET favourites_count = favourites_count + :by WHERE id = :post AND favourites_count + :by >= 0
"""
_FAVOURITERS = f"""
SELECT f.id AS cursor_id, {columns(Account, "a.")} FROM favourites AS f JOIN accounts AS a ON a.id = f.account_id
WHERE f.post_id = :post AND f.id < :max_id AND f.id > :min_id AND a.suspended_at IS NULL
ORDER BY f.id {{way}} LIMIT :limit
"""
_BOOSTERS = f"""
SELECT p.id AS cursor_id, {columns(Account, "a.")} FROM posts AS p JOIN accounts AS a ON a.id = p.account_id
WHERE p.boost_of_id = :post AND p.id < :max_id AND p.id > :min_id AND p.visibility IN ('public', 'unlisted')
AND a.suspended_at IS NULL ORDER BY p.id {{way}} LIMIT :limit
"""
_REACT = """
INSERT INTO reactions (id, account_id, post_id, emoji, url, uri, created_at)
SELECT CAST(:id AS BIGINT), CAST(:account AS BIGINT), CAST(:post AS BIGINT), CAST(:emoji AS TEXT),
  CAST(:url AS TEXT), CAST(:uri AS TEXT), CAST(:now AS BIGINT)
WHERE (SELECT COUNT(*) FROM reactions AS r WHERE r.post_id = :post AND r.account_id = :account) < :limit
ON CONFLICT (post_id, account_id, emoji) DO NOTHING
"""


class Reaction(Struct, frozen=True):
    """How many reacted to a post with one emoji. `emoji` is the character, or `:name:` with its picture's `url`."""

    emoji: str
    url: str | None
    count: int
    mine: bool


class Interactions:
    """Tables `favourites` and `reactions`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def favourite(self, account_id: int, post_id: int, uri: str, *, new_id: int | None = None) -> bool:
        """Add a favourite, `uri` being its Like's; False if it is there already."""
        added = await self._db.run(
            "INSERT INTO favourites (id, account_id, post_id, uri, created_at) "
            "VALUES (:id, :account, :post, :uri, :now) ON CONFLICT (post_id, account_id) DO NOTHING",
            {
                "id": new_id or self._tx.new_id(),
                "account": account_id,
                "post": post_id,
                "uri": uri,
                "now": self._tx.now,
            },
        )
        if added:
            await self._db.run(_COUNT, {"post": post_id, "by": 1})
        return bool(added)

    async def unfavourite(self, account_id: int, post_id: int) -> str | None:
        """Remove a favourite; the URI of its Like, or None if there was none."""
        row = await self._db.row(
            "DELETE FROM favourites WHERE post_id = :post AND account_id = :account RETURNING uri",
            {"post": post_id, "account": account_id},
        )
        if row is None:
            return None
        await self._db.run(_COUNT, {"post": post_id, "by": -1})
        return str(row["uri"])

    async def liked_by_uri(self, account_id: int, uri: str) -> int | None:
        """The post that the account's Like `uri` was for, if it is a favourite here."""
        found: int | None = await self._db.value(
            "SELECT post_id FROM favourites WHERE uri = :uri AND account_id = :account",
            {"uri": uri, "account": account_id},
        )
        return found

    async def favouriters(self, post_id: int, ask: Range) -> list[tuple[int, Account]]:
        """Who favourited a post, the latest first, each with the id to page by."""
        return await self._people(_FAVOURITERS, post_id, ask)

    async def boosters(self, post_id: int, ask: Range) -> list[tuple[int, Account]]:
        """Who boosted a post where everybody may see it, the latest first, each with the id to page by."""
        return await self._people(_BOOSTERS, post_id, ask)

    async def react(
        self, account_id: int, post_id: int, emoji: str, url: str | None, uri: str, limit: int
    ) -> bool:
        """Add a reaction; False if the account reacted with this emoji, or `limit` others, already."""
        params = {
            "id": self._tx.new_id(),
            "account": account_id,
            "post": post_id,
            "emoji": emoji,
            "url": url,
            "uri": uri,
            "now": self._tx.now,
            "limit": limit,
        }
        return bool(await self._db.run(_REACT, params))

    async def unreact(self, account_id: int, uri: str) -> int | None:
        """Remove the reaction that this activity made; its post's id, or None if there was none."""
        row = await self._db.row(
            "DELETE FROM reactions WHERE uri = :uri AND account_id = :account RETURNING post_id",
            {"uri": uri, "account": account_id},
        )
        return int(row["post_id"]) if row else None

    async def unreact_all(self, account_id: int, post_id: int) -> bool:
        """Remove what the account reacted with to the post; whether there was anything."""
        return bool(
            await self._db.run(
                "DELETE FROM reactions WHERE post_id = :post AND account_id = :account",
                {"post": post_id, "account": account_id},
            )
        )

    async def reactions(self, post_id: int, viewer_id: int | None = None) -> list[Reaction]:
        """What people reacted to a post with, the most frequent first."""
        rows = await self._db.rows(
            "SELECT emoji, MAX(url) AS url, COUNT(*) AS number, "
            "SUM(CASE WHEN account_id = :viewer THEN 1 ELSE 0 END) AS mine "
            "FROM reactions WHERE post_id = :post GROUP BY emoji ORDER BY number DESC, MIN(id)",
            {"post": post_id, "viewer": viewer_id or 0},
        )
        return [Reaction(row["emoji"], row["url"], row["number"], bool(row["mine"])) for row in rows]

    async def _people(self, sql: str, post_id: int, ask: Range) -> list[tuple[int, Account]]:
        sql = sql.format(way="ASC" if ask.upwards else "DESC")
        rows = await self._db.rows(sql, {"post": post_id, **ask.params()})
        found = [(row["cursor_id"], read(Account, row)) for row in rows]
        return found[::-1] if ask.upwards else found
