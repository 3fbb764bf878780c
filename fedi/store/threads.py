"""Conversations: what a post answers, and what answers it. A part of `tx.posts`.

Both walks are bounded in depth and in number, so neither a very long thread nor a circle that two servers made
between them can hold a reader up.
"""

from __future__ import annotations

from fedi.model.posts import Post
from fedi.store.database import Connection
from fedi.store.rows import columns, read

ANCESTORS_MAX = 40
DESCENDANTS_MAX = 60
DEPTH_MAX = 20

_UP = f"""
WITH RECURSIVE up (id, parent, depth) AS (
  SELECT id, in_reply_to_id, 0 FROM posts WHERE id = :id
  UNION ALL
  SELECT p.id, p.in_reply_to_id, up.depth + 1 FROM up JOIN posts AS p ON p.id = up.parent WHERE up.depth < :limit
)
SELECT {columns(Post, "p.")} FROM up JOIN posts AS p ON p.id = up.id WHERE up.depth > 0 ORDER BY up.depth DESC
"""
# Level by level. The answer of somebody whom the author of what is answered blocks is left out, and what hangs on it.
_DOWN = f"""
WITH RECURSIVE down (id, depth) AS (
  SELECT id, 0 FROM posts WHERE id = :id
  UNION ALL
  SELECT p.id, down.depth + 1 FROM down JOIN posts AS p ON p.in_reply_to_id = down.id
  WHERE down.depth < :depth AND p.boost_of_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM blocks AS b WHERE b.account_id = p.in_reply_to_account_id AND b.target_id = p.account_id)
),
few AS (SELECT id FROM down WHERE depth > 0 LIMIT :limit)
SELECT {columns(Post, "p.")} FROM posts AS p WHERE p.id IN (SELECT id FROM few) AND p.id <> :id ORDER BY p.id
"""


class Threads:
    """Walks along `in_reply_to_id`."""

    _db: Connection

    async def ancestors(self, post: Post, limit: int = ANCESTORS_MAX) -> list[Post]:
        """What the post answers, what that answers, and so on: the start of the conversation first."""
        if post.in_reply_to_id is None:
            return []
        rows = await self._db.rows(_UP, {"id": post.id, "limit": limit})
        found = {row["id"]: read(Post, row) for row in rows if row["id"] != post.id}
        return list(found.values())

    async def descendants(
        self, post: Post, limit: int = DESCENDANTS_MAX, depth: int = DEPTH_MAX
    ) -> list[Post]:
        """Answers and the answers to them, each under what it answers, in order of time."""
        rows = await self._db.rows(_DOWN, {"id": post.id, "limit": limit, "depth": depth})
        return in_thread_order(post, [read(Post, row) for row in rows])


def in_thread_order(root: Post, posts: list[Post]) -> list[Post]:
    """Depth first, in order of time among equals; what an author adds to their own post comes before others."""
    under: dict[int, list[Post]] = {}
    for post in posts:
        if post.in_reply_to_id is not None:
            under.setdefault(post.in_reply_to_id, []).append(post)
    ordered: list[Post] = []
    open_ends = [root]
    while open_ends:
        parent = open_ends.pop()
        if parent is not root:
            ordered.append(parent)
        children = under.pop(parent.id, [])
        children.sort(key=lambda child: (child.account_id != parent.account_id, child.id), reverse=True)
        open_ends.extend(children)
    return ordered
