"""Hashtags that accounts show on their profiles, with how often they used them."""

from __future__ import annotations

from msgspec import Struct

from fedi.store.unit import Unit


class FeaturedTag(Struct, frozen=True):
    """A hashtag on a profile: `tag` in lower case, `name` as written. Counts posts that everybody may see."""

    id: int
    tag: str
    name: str
    posts_count: int
    last_post_at: int | None


# An author's posts by one index, each looked for under the tag by another: neither is read as a whole.
_OF = """
SELECT f.id, f.tag, f.name, COUNT(p.id) AS posts_count, MAX(p.created_at) AS last_post_at
FROM featured_tags f
LEFT JOIN (posts p /*sqlite CROSS */ JOIN post_tags t ON t.post_id = p.id)
  ON p.account_id = f.account_id AND t.tag = f.tag AND p.visibility IN ('public', 'unlisted')
WHERE f.account_id = :account GROUP BY f.id, f.tag, f.name ORDER BY f.id DESC
"""
_SUGGESTED = """
SELECT t.tag FROM post_tags t WHERE t.post_id IN (
  SELECT p.id FROM posts p WHERE p.account_id = :account AND p.visibility IN ('public', 'unlisted')
  ORDER BY p.id DESC LIMIT 400)
AND NOT EXISTS (SELECT 1 FROM featured_tags f WHERE f.account_id = :account AND f.tag = t.tag)
GROUP BY t.tag ORDER BY COUNT(*) DESC, t.tag LIMIT :limit
"""


class FeaturedTags:
    """Table `featured_tags`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, account_id: int, name: str, limit: int) -> bool | None:
        """Show a hashtag. False if it was shown already, None if `limit` are there: then nothing changes."""
        known = await self.tags(account_id)
        if name.lower() in known:
            return False
        if len(known) >= limit:
            return None
        params = {
            "id": self._tx.new_id(),
            "account": account_id,
            "tag": name.lower(),
            "name": name,
            "now": self._tx.now,
        }
        added = await self._db.run(
            "INSERT INTO featured_tags (id, account_id, tag, name, created_at) "
            "VALUES (:id, :account, :tag, :name, :now) ON CONFLICT (account_id, tag) DO NOTHING",
            params,
        )
        return added == 1

    async def remove(self, account_id: int, tag: str) -> str | None:
        """Show a hashtag no longer; its name as it was written, None if it was not shown."""
        rows = await self._db.rows(
            "DELETE FROM featured_tags WHERE account_id = :account AND tag = :tag RETURNING name",
            {"account": account_id, "tag": tag.lower()},
        )
        return str(rows[0]["name"]) if rows else None

    async def tag_of(self, account_id: int, featured_id: int) -> str | None:
        """The hashtag that an account shows under this id."""
        found: str | None = await self._db.value(
            "SELECT tag FROM featured_tags WHERE id = :id AND account_id = :account",
            {"id": featured_id, "account": account_id},
        )
        return found

    async def tags(self, account_id: int) -> dict[str, str]:
        """The hashtags that an account shows, with their names as written."""
        rows = await self._db.rows(
            "SELECT tag, name FROM featured_tags WHERE account_id = :account ORDER BY id DESC",
            {"account": account_id},
        )
        return {row["tag"]: row["name"] for row in rows}

    async def of(self, account_id: int) -> list[FeaturedTag]:
        """The hashtags that an account shows, the latest first, with their use."""
        rows = await self._db.rows(_OF, {"account": account_id})
        return [
            FeaturedTag(row["id"], row["tag"], row["name"], row["posts_count"], row["last_post_at"])
            for row in rows
        ]

    async def suggested(self, account_id: int, limit: int) -> list[str]:
        """The hashtags that an account used most in its latest posts, and does not show."""
        rows = await self._db.rows(_SUGGESTED, {"account": account_id, "limit": limit})
        return [row["tag"] for row in rows]
