"""Hashtags that are in use."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from fedi.store.unit import Unit

DAYS = 7
"""So many days of a hashtag's use are told."""
DAY_MS = 86_400_000

# From each hashtag to the next one: a step along the index, however many posts carry it.
_FROM = """
WITH RECURSIVE next (tag, steps) AS (
  SELECT (SELECT MIN(t.tag) FROM post_tags t WHERE t.tag >= :prefix), 1
  UNION ALL
  SELECT (SELECT MIN(t.tag) FROM post_tags t WHERE t.tag > next.tag), next.steps + 1
  FROM next WHERE next.tag IS NOT NULL AND next.steps < :steps
)
SELECT next.tag, COALESCE(h.listable, TRUE) AS listable, h.reviewed_at, (
  SELECT SUM(d.accounts) FROM tag_days d WHERE d.tag = next.tag AND d.day > :since) AS uses
FROM next LEFT JOIN hashtags h ON h.name = next.tag WHERE next.tag IS NOT NULL AND EXISTS (
  SELECT 1 FROM post_tags t JOIN posts p ON p.id = t.post_id WHERE t.tag = next.tag AND p.visibility = 'public')
"""
_STEPS = 4  # hashtags looked at for each one wanted: some are only on posts that are not for everyone


class TagDay(Struct, frozen=True):
    """A day (since 1970) of a hashtag or a link: public posts with it, and how many people they are of."""

    day: int
    uses: int
    accounts: int


class Tags:
    """Tables `post_tags` and `tag_days`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def starting_with(self, prefix: str, limit: int, *, reviewed: bool = False) -> list[str]:
        """Hashtags (lower case, no #) on public posts that start so: the very one first, then by use.

        With `reviewed` those alone that a moderator looked at.
        """
        start = prefix.lower()
        values = {"prefix": start, "steps": limit * _STEPS, "since": self._tx.now // DAY_MS - DAYS}
        rows = [
            row
            for row in await self._db.rows(_FROM, values)
            if row["tag"].startswith(start) and row["listable"] and (row["reviewed_at"] or not reviewed)
        ]
        rows.sort(key=lambda row: (row["tag"] != start, -(row["uses"] or 0), row["tag"]))
        return [row["tag"] for row in rows[:limit]]

    async def history(self, names: Collection[str]) -> dict[str, list[TagDay]]:
        """The last seven days of each hashtag, today first; those on which nobody used it are left out."""
        if not names:
            return {}
        rows = await self._db.rows(
            "SELECT tag, day, uses, accounts FROM tag_days WHERE tag = ANY(:tags) AND day > :since ORDER BY day DESC",
            {"tags": list(names), "since": self._tx.now // DAY_MS - DAYS},
        )
        found: dict[str, list[TagDay]] = {}
        for row in rows:
            found.setdefault(row["tag"], []).append(TagDay(row["day"], row["uses"], row["accounts"]))
        return found
