"""Counts, for NodeInfo and operators. True ones: on a large database they take a while, so callers keep them."""

from __future__ import annotations

from msgspec import Struct

from fedi.store.unit import Unit

_DAY_MS = 86_400_000


class Counts(Struct, frozen=True):
    """What is on this server: people who can sign in, what local people wrote, the servers that are known."""

    users: int
    active_month: int
    active_half_year: int
    posts: int
    comments: int
    servers: int


# One walk over the users; local posts that everyone may see, answers counted apart (comments, in NodeInfo).
_COUNTS = """
SELECT u.users, u.month, u.half_year, p.posts, p.comments, (SELECT COUNT(*) FROM hosts) AS servers
FROM (
  SELECT COUNT(*) AS users,
    COUNT(CASE WHEN s.seen_at > :month THEN 1 END) AS month,
    COUNT(CASE WHEN s.seen_at > :half_year THEN 1 END) AS half_year
  FROM users s JOIN accounts a ON a.id = s.id
  WHERE s.disabled_at IS NULL AND a.suspended_at IS NULL AND a.deleted_at IS NULL
) u, (
  SELECT COUNT(CASE WHEN in_reply_to_uri IS NULL THEN 1 END) AS posts,
    COUNT(CASE WHEN in_reply_to_uri IS NOT NULL THEN 1 END) AS comments
  FROM posts WHERE local AND boost_of_id IS NULL AND visibility IN ('public', 'unlisted')
) p
"""


class Statistics:
    """Reads `users`, `posts` and `hosts`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def counts(self) -> Counts:
        """Everything at once."""
        row = await self._db.row(
            _COUNTS, {"month": self._tx.now - 30 * _DAY_MS, "half_year": self._tx.now - 182 * _DAY_MS}
        )
        assert row is not None
        return Counts(
            row["users"], row["month"], row["half_year"], row["posts"], row["comments"], row["servers"]
        )
