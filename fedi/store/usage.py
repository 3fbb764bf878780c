"""How many people and posts there are here, as NodeInfo tells it to the world."""

from __future__ import annotations

from msgspec import Struct

from fedi.store.unit import Unit

_DAY_MS = 86_400_000
# Active is who posted something that is not direct, as everybody could see for themselves.
_COUNT = """
SELECT COUNT(*) AS people,
  COALESCE(SUM(CASE WHEN a.last_post_at > :month THEN 1 ELSE 0 END), 0) AS month,
  COALESCE(SUM(CASE WHEN a.last_post_at > :half_year THEN 1 ELSE 0 END), 0) AS half_year,
  COALESCE(SUM(a.posts_count), 0) AS posts
FROM accounts a
WHERE a.domain_id = :domain AND a.type <> 'Application' AND a.suspended_at IS NULL AND a.deleted_at IS NULL
"""


class Counts(Struct, frozen=True):
    """People of a domain, those who posted within 30 and 180 days, and their posts and boosts."""

    people: int
    month: int
    half_year: int
    posts: int


class Usage:
    """Counted from `accounts`, whose counters are kept: a post costs nothing here."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def of(self, domain_id: int) -> Counts:
        """The counts of a domain hosted here, as of now."""
        now = self._tx.now
        row = await self._db.row(
            _COUNT, {"domain": domain_id, "month": now - 30 * _DAY_MS, "half_year": now - 180 * _DAY_MS}
        )
        assert row is not None
        return Counts(*(int(row[name]) for name in Counts.__struct_fields__))
