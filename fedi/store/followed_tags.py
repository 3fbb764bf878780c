"""Hashtags that people follow: posts with them come into their homes."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from fedi.store.paging import Range
from fedi.store.unit import Unit

_LIST = """
SELECT id, tag FROM followed_tags
WHERE account_id = :account AND id < :max_id AND id > :min_id ORDER BY id {way} LIMIT :limit
"""


class FollowedTag(Struct, frozen=True):
    """A hashtag in lower case; `id` to page by."""

    id: int
    tag: str


class FollowedTags:
    """Table `followed_tags`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, account_id: int, tag: str) -> bool:
        """Follow a hashtag; whether it is new."""
        added = await self._db.run(
            "INSERT INTO followed_tags (account_id, tag, id, created_at) VALUES (:account, :tag, :id, :now) "
            "ON CONFLICT (account_id, tag) DO NOTHING",
            {"account": account_id, "tag": tag.lower(), "id": self._tx.new_id(), "now": self._tx.now},
        )
        return added == 1

    async def remove(self, account_id: int, tag: str) -> bool:
        """Follow a hashtag no longer; whether it was followed."""
        gone = await self._db.run(
            "DELETE FROM followed_tags WHERE account_id = :account AND tag = :tag",
            {"account": account_id, "tag": tag.lower()},
        )
        return gone == 1

    async def of(self, account_id: int, ask: Range) -> list[FollowedTag]:
        """The hashtags that a person follows, the latest first."""
        sql = _LIST.format(way="ASC" if ask.upwards else "DESC")
        rows = await self._db.rows(sql, {"account": account_id, **ask.params()})
        found = [FollowedTag(row["id"], row["tag"]) for row in rows]
        return found[::-1] if ask.upwards else found

    async def among(self, account_id: int, tags: Collection[str]) -> set[str]:
        """Which of `tags` (lower case) a person follows."""
        rows = await self._db.rows(
            "SELECT tag FROM followed_tags WHERE account_id = :account AND tag = ANY(:tags)",
            {"account": account_id, "tags": list(tags)},
        )
        return {row["tag"] for row in rows}
