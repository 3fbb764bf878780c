"""Who may see which posts, and what they did with them, for many posts in one question: a part of `tx.posts`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from fedi.model.posts import Post, Viewer, may_see
from fedi.store.database import Connection

_FACTS = """
SELECT 'follows' AS fact, followee_id AS id FROM follows
WHERE follower_id = :viewer AND state = 'following' AND followee_id = ANY(:authors)
UNION ALL SELECT 'mentioned', post_id FROM mentions WHERE account_id = :viewer AND post_id = ANY(:posts)
UNION ALL SELECT 'blocked', account_id FROM blocks WHERE target_id = :viewer AND account_id = ANY(:authors)
UNION ALL SELECT 'unwanted', target_id FROM blocks WHERE account_id = :viewer AND target_id = ANY(:authors)
UNION ALL SELECT 'unwanted', target_id FROM mutes WHERE account_id = :viewer AND target_id = ANY(:authors)
UNION ALL SELECT 'unwanted', a.id FROM accounts a JOIN account_domain_blocks d
  ON d.domain = a.domain AND d.account_id = :viewer WHERE a.id = ANY(:authors) AND a.domain_id IS NULL
"""
_FLAGS = """
SELECT 'favourited' AS flag, post_id AS id FROM favourites WHERE account_id = :viewer AND post_id = ANY(:posts)
UNION ALL SELECT 'boosted', boost_of_id FROM posts WHERE account_id = :viewer AND boost_of_id = ANY(:posts)
UNION ALL SELECT 'pinned', post_id FROM featured WHERE account_id = :viewer AND post_id = ANY(:posts)
UNION ALL SELECT 'bookmarked', post_id FROM bookmarks WHERE account_id = :viewer AND post_id = ANY(:posts)
"""


class Flags(Struct, frozen=True):
    """Ids of the posts that the viewer favourited, boosted, pinned, bookmarked, or whose conversation they muted."""

    favourited: frozenset[int] = frozenset()
    boosted: frozenset[int] = frozenset()
    pinned: frozenset[int] = frozenset()
    bookmarked: frozenset[int] = frozenset()
    muted: frozenset[int] = frozenset()


class Viewing:
    """Questions about a viewer."""

    _db: Connection

    async def viewer(self, post: Post, viewer_id: int | None) -> Viewer:
        """What `may_see` has to know about who looks at the post."""
        facts = await self._facts(viewer_id, [post])
        return _viewer(post, viewer_id, facts)

    async def may_see(self, post: Post, viewer_id: int | None) -> bool:
        """Whether the account (None: anybody) may see the post."""
        if post.is_public and viewer_id is None:
            return True
        return may_see(post, await self.viewer(post, viewer_id))

    async def seen_by(self, viewer_id: int | None, posts: Sequence[Post]) -> list[Post]:
        """Those of `posts` that the account may see and wants to: by nobody whom it blocks or mutes. In their order."""
        facts = await self._facts(viewer_id, posts)
        unwanted = facts["unwanted"]
        return [
            post
            for post in posts
            if post.account_id not in unwanted and may_see(post, _viewer(post, viewer_id, facts))
        ]

    async def flags_for(self, viewer_id: int | None, post_ids: Collection[int]) -> Flags:
        """What the account did with which of the posts (with what a boost boosts, for boosts: ask for its id)."""
        if viewer_id is None or not post_ids:
            return Flags()
        found: dict[str, set[int]] = {name: set() for name in Flags.__struct_fields__}
        for row in await self._db.rows(_FLAGS, {"viewer": viewer_id, "posts": list(post_ids)}):
            found[row["flag"]].add(row["id"])
        return Flags(**{name: frozenset(ids) for name, ids in found.items()})

    async def _facts(self, viewer_id: int | None, posts: Sequence[Post]) -> dict[str, set[int]]:
        facts: dict[str, set[int]] = {
            "follows": set(),
            "mentioned": set(),
            "blocked": set(),
            "unwanted": set(),
        }
        if viewer_id is None or not posts:
            return facts
        asked = {
            "viewer": viewer_id,
            "authors": list({post.account_id for post in posts}),
            "posts": [post.id for post in posts],
        }
        for row in await self._db.rows(_FACTS, asked):
            facts[row["fact"]].add(row["id"])
        return facts


def _viewer(post: Post, viewer_id: int | None, facts: dict[str, set[int]]) -> Viewer:
    return Viewer(
        id=viewer_id,
        follows_author=post.account_id in facts["follows"],
        is_mentioned=post.id in facts["mentioned"],
        blocked_by_author=post.account_id in facts["blocked"],
    )
