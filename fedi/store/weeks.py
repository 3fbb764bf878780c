"""How much went on in each of the last weeks."""

from __future__ import annotations

from msgspec import Struct

from fedi.store.unit import Unit

WEEKS = 12
WEEK_MS = 7 * 86_400_000
MONDAY_MS = 4 * 86_400_000
"""1970 began on a Thursday: its first Monday was four days later."""


class Week(Struct, frozen=True):
    """A week by its first moment (ms since 1970, a Monday): posts for everybody, who was here, who joined."""

    begins: int
    posts: int = 0
    visitors: int = 0
    joined: int = 0


_POSTS = """
SELECT ((p.id >> 16) - :monday) / :week AS number, COUNT(*) AS many FROM posts p
WHERE p.visibility = 'public' AND p.boost_of_id IS NULL AND p.local AND p.id >= :first GROUP BY 1
"""
_VISITORS = """
SELECT (v.day - 4) / 7 AS number, COUNT(DISTINCT v.user_id) AS many FROM visits v WHERE v.day >= :day GROUP BY 1
"""
_JOINED = """
SELECT (u.created_at - :monday) / :week AS number, COUNT(*) AS many FROM users u
WHERE u.created_at >= :since GROUP BY 1
"""


class Weeks:
    """Reads `posts`, `visits` and `users`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def latest(self) -> list[Week]:
        """The last twelve weeks, this one first."""
        this = (self._tx.now - MONDAY_MS) // WEEK_MS
        since = (this - WEEKS + 1) * WEEK_MS + MONDAY_MS
        both = {"monday": MONDAY_MS, "week": WEEK_MS}
        posts = await self._counts(_POSTS, {**both, "first": since << 16})
        visitors = await self._counts(_VISITORS, {"day": since // 86_400_000})
        joined = await self._counts(_JOINED, {**both, "since": since})
        return [
            Week(one * WEEK_MS + MONDAY_MS, posts.get(one, 0), visitors.get(one, 0), joined.get(one, 0))
            for one in range(this, this - WEEKS, -1)
        ]

    async def _counts(self, sql: str, values: dict[str, int]) -> dict[int, int]:
        return {row["number"]: row["many"] for row in await self._db.rows(sql, values)}
