"""Pins: posts that an account shows first (the `featured` collection)."""

from __future__ import annotations

from fedi.model.posts import Post
from fedi.store.rows import columns, read
from fedi.store.unit import Unit

_OF = f"""
SELECT {columns(Post, "p.")} FROM featured AS f JOIN posts AS p ON p.id = f.post_id
WHERE f.account_id = :account ORDER BY f.created_at DESC, f.post_id DESC LIMIT :limit
"""


class Featured:
    """Table `featured`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, account_id: int, post_id: int, limit: int) -> bool | None:
        """Pin a post. False if it was pinned already, None if `limit` pins are there: then nothing changes."""
        pinned = await self._db.rows(
            "SELECT post_id FROM featured WHERE account_id = :account", {"account": account_id}
        )
        if any(row["post_id"] == post_id for row in pinned):
            return False
        if len(pinned) >= limit:
            return None
        await self._db.run(
            "INSERT INTO featured (account_id, post_id, created_at) VALUES (:account, :post, :now) "
            "ON CONFLICT (account_id, post_id) DO NOTHING",
            {"account": account_id, "post": post_id, "now": self._tx.now},
        )
        return True

    async def remove(self, account_id: int, post_id: int) -> bool:
        """Unpin a post; whether it was pinned."""
        return bool(
            await self._db.run(
                "DELETE FROM featured WHERE account_id = :account AND post_id = :post",
                {"account": account_id, "post": post_id},
            )
        )

    async def of(self, account_id: int, limit: int = 20) -> list[Post]:
        """An account's pinned posts, the one pinned last first."""
        rows = await self._db.rows(_OF, {"account": account_id, "limit": limit})
        return [read(Post, row) for row in rows]
