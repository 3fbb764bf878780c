"""Answers that everybody may see: what the `replies` collection of a post lists."""

from __future__ import annotations

from fedi.store.unit import Unit

# As in a thread's page: nobody suspended, and nobody whom the author of the post blocks.
_OF = """
SELECT p.id, p.uri FROM posts p JOIN accounts a ON a.id = p.account_id
WHERE p.in_reply_to_id = :post AND p.id > :after AND p.visibility IN ('public', 'unlisted')
AND (CAST(:author AS BIGINT) = 0 OR p.account_id = :author) AND p.boost_of_id IS NULL
AND a.suspended_at IS NULL AND a.deleted_at IS NULL
AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = p.in_reply_to_account_id AND b.target_id = p.account_id)
ORDER BY p.id LIMIT :limit
"""


class PublicReplies:
    """Table `posts`, from the side of what is answered."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def of(
        self, post_id: int, *, after: int = 0, limit: int = 20, author_id: int | None = None
    ) -> list[tuple[int, str]]:
        """(id, URI) of answers above the id `after`, the oldest first; with `author_id`, that account's alone."""
        rows = await self._db.rows(
            _OF, {"post": post_id, "after": after, "limit": limit, "author": author_id or 0}
        )
        return [(row["id"], row["uri"]) for row in rows]
