"""Hashtags that are in use."""

from __future__ import annotations

from fedi.store.unit import Unit

# From each hashtag to the next one: a step along the index, however many posts carry it.
_FROM = """
WITH RECURSIVE next (tag, steps) AS (
  SELECT (SELECT MIN(t.tag) FROM post_tags t WHERE t.tag >= :prefix), 1
  UNION ALL
  SELECT (SELECT MIN(t.tag) FROM post_tags t WHERE t.tag > next.tag), next.steps + 1
  FROM next WHERE next.tag IS NOT NULL AND next.steps < :steps
)
SELECT tag FROM next WHERE tag IS NOT NULL AND EXISTS (
  SELECT 1 FROM post_tags t JOIN posts p ON p.id = t.post_id WHERE t.tag = next.tag AND p.visibility = 'public')
"""
_STEPS = 4  # hashtags looked at for each one wanted: some are only on posts that are not for everyone


class Tags:
    """Table `post_tags`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def starting_with(self, prefix: str, limit: int) -> list[str]:
        """Hashtags (lower case, no #) on public posts that start so, in order."""
        rows = await self._db.rows(_FROM, {"prefix": prefix.lower(), "steps": limit * _STEPS})
        return [row["tag"] for row in rows if row["tag"].startswith(prefix.lower())][:limit]
