"""Bookmarks and favourites as their owner pages through them, and the conversations that they muted."""

from __future__ import annotations

from fedi.store.paging import Range
from fedi.store.unit import Unit

_PAGE = """
SELECT x.id, x.post_id FROM {table} x WHERE x.account_id = :account AND x.id < :max_id AND x.id > :min_id
ORDER BY x.id {way} LIMIT :limit
"""
_BOOKMARKS = {way: _PAGE.format(table="bookmarks", way=way) for way in ("ASC", "DESC")}
_FAVOURITES = {way: _PAGE.format(table="favourites", way=way) for way in ("ASC", "DESC")}


class Bookmarks:
    """Tables `bookmarks` and `thread_mutes`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, account_id: int, post_id: int) -> bool:
        """Bookmark a post; False if it is already."""
        added = await self._db.run(
            "INSERT INTO bookmarks (id, account_id, post_id, created_at) VALUES (:id, :account, :post, :now) "
            "ON CONFLICT (post_id, account_id) DO NOTHING",
            {"id": self._tx.new_id(), "account": account_id, "post": post_id, "now": self._tx.now},
        )
        return added == 1

    async def remove(self, account_id: int, post_id: int) -> bool:
        """Take a bookmark off; whether there was one."""
        gone = await self._db.run(
            "DELETE FROM bookmarks WHERE post_id = :post AND account_id = :account",
            {"post": post_id, "account": account_id},
        )
        return gone == 1

    async def page(self, account_id: int, ask: Range) -> list[tuple[int, int]]:
        """(id to page by, post id) of what an account bookmarked, the latest first."""
        return await self._page(_BOOKMARKS, account_id, ask)

    async def favourites(self, account_id: int, ask: Range) -> list[tuple[int, int]]:
        """The same of what it favourited."""
        return await self._page(_FAVOURITES, account_id, ask)

    async def mute(self, account_id: int, conversation: str) -> None:
        """Tell the account nothing more of a conversation."""
        await self._db.run(
            "INSERT INTO thread_mutes (account_id, conversation, created_at) VALUES (:account, :about, :now) "
            "ON CONFLICT (account_id, conversation) DO NOTHING",
            {"account": account_id, "about": conversation, "now": self._tx.now},
        )

    async def unmute(self, account_id: int, conversation: str) -> None:
        """Tell the account of a conversation again."""
        await self._db.run(
            "DELETE FROM thread_mutes WHERE account_id = :account AND conversation = :about",
            {"account": account_id, "about": conversation},
        )

    async def _page(self, sql: dict[str, str], account_id: int, ask: Range) -> list[tuple[int, int]]:
        rows = await self._db.rows(
            sql["ASC" if ask.upwards else "DESC"], {**ask.params(), "account": account_id}
        )
        found = [(int(row[0]), int(row[1])) for row in rows]
        return found[::-1] if ask.upwards else found
