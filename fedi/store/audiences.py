"""Who of those that listen is to hear of a post: the rules of the timelines, asked the other way round."""

from __future__ import annotations

from collections.abc import Collection

from fedi.store.unit import Unit
from fedi.store.visibility import boost_shown, shown

Pair = tuple[int, int]
"""A listener's account id and a post's id."""

_FOR_LISTENER = f"{shown('p')} AND {boost_shown('p')}".replace(":viewer", "{me}")
_HOMES = f"""
SELECT e.account_id, e.post_id FROM home_entries e JOIN posts p ON p.id = e.post_id
WHERE e.post_id = ANY(:posts) AND e.account_id = ANY(:listeners) AND {_FOR_LISTENER.format(me="e.account_id")}
"""
# Authors whom homes pull when they are read: nothing was pushed, so it is asked who follows them.
_PULLED = f"""
SELECT f.follower_id, p.id FROM posts p JOIN accounts a ON a.id = p.account_id AND a.pulled
JOIN follows f ON f.followee_id = a.id AND f.follower_id = ANY(:listeners) AND f.state = 'following'
WHERE p.id = ANY(:posts) AND p.visibility <> 'direct' AND (p.boost_of_id IS NULL OR f.show_reblogs)
AND ((p.in_reply_to_account_id IS NULL AND p.in_reply_to_uri IS NULL)
  OR p.in_reply_to_account_id IN (p.account_id, f.follower_id)
  OR EXISTS (SELECT 1 FROM follows rf WHERE rf.follower_id = f.follower_id
    AND rf.followee_id = p.in_reply_to_account_id AND rf.state = 'following'))
AND {_FOR_LISTENER.format(me="f.follower_id")}
"""
# Of posts for everyone: by whom, and of whom, a listener wants to hear nothing.
_UNWANTED = f"""
SELECT l.id, p.id FROM posts p JOIN users l ON l.id = ANY(:listeners)
WHERE p.id = ANY(:posts) AND NOT ({_FOR_LISTENER.format(me="l.id")})
"""
_FILTERING = "SELECT id, filters_version FROM users WHERE id = ANY(:listeners) AND filters_version <> 0"
_GOOD_TOKENS = """
SELECT t.id FROM tokens t JOIN users u ON u.id = t.user_id JOIN accounts a ON a.id = u.id
WHERE t.id = ANY(:tokens) AND t.revoked_at IS NULL AND u.disabled_at IS NULL
AND a.suspended_at IS NULL AND a.deleted_at IS NULL
"""


class Audiences:
    """Questions of the streams."""

    def __init__(self, unit: Unit) -> None:
        self._db = unit.db

    async def homes(self, post_ids: Collection[int], listeners: Collection[int]) -> set[Pair]:
        """In which listeners' homes the posts are."""
        asked = {"posts": list(post_ids), "listeners": list(listeners)}
        if not post_ids or not listeners:
            return set()
        pushed, pulled = await self._db.each([(_HOMES, asked), (_PULLED, asked)])
        return {(row[0], row[1]) for rows in (pushed, pulled) for row in rows}

    async def unwanted(self, post_ids: Collection[int], listeners: Collection[int]) -> set[Pair]:
        """Which listeners of public streams do not want, or may not have, which of the posts."""
        asked = {"posts": list(post_ids), "listeners": list(listeners)}
        if not post_ids or not listeners:
            return set()
        return {(row[0], row[1]) for row in await self._db.rows(_UNWANTED, asked)}

    async def filtering(self, listeners: Collection[int]) -> dict[int, int]:
        """Those of the listeners who filter what they see, with the version of their filters."""
        rows = await self._db.rows(_FILTERING, {"listeners": list(listeners)})
        return {row[0]: row[1] for row in rows}

    async def good_tokens(self, token_ids: Collection[int]) -> set[int]:
        """Which of these tokens are still good for somebody who may act."""
        return {row[0] for row in await self._db.rows(_GOOD_TOKENS, {"tokens": list(token_ids)})}
