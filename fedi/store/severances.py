"""Follows that people here lost through a decision: how many, and why, so that they are told once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from fedi.store.rows import columns, placeholders, read, write
from fedi.store.unit import Unit


class Severance(Struct, frozen=True, kw_only=True):
    """What one person here lost at once; `type` is domain_block, user_domain_block or account_suspension."""

    id: int
    account_id: int
    type: str
    target_name: str
    followers_count: int
    following_count: int
    created_at: int


_LOST = """
SELECT local_id, SUM(followers) AS followers, SUM(following) AS following FROM (
  SELECT f.followee_id AS local_id, 1 AS followers, 0 AS following FROM follows f
  WHERE f.follower_id = ANY(:people) AND f.state = 'following'
  UNION ALL
  SELECT f.follower_id, 0, 1 FROM follows f WHERE f.followee_id = ANY(:people) AND f.state = 'following'
) lost JOIN users u ON u.id = lost.local_id GROUP BY local_id ORDER BY local_id
"""
_LEAVE_HOMES = """
DELETE FROM home_entries WHERE account_id = ANY(:local) AND EXISTS (
  SELECT 1 FROM posts p WHERE p.id = home_entries.post_id AND p.account_id = ANY(:people))
"""


class Severances:
    """Table `severances`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def about_to_lose(self, people: Sequence[int], *, type: str, target_name: str) -> list[Severance]:  # noqa: A002
        """What each person here would lose if nobody of `people` followed or was followed any more."""
        rows = await self._db.rows(_LOST, {"people": [*people]})
        return [
            Severance(
                id=self._tx.new_id(),
                account_id=row["local_id"],
                type=type,
                target_name=target_name,
                followers_count=int(row["followers"]),
                following_count=int(row["following"]),
                created_at=self._tx.now,
            )
            for row in rows
        ]

    async def add(self, lost: Sequence[Severance]) -> None:
        """Keep what was lost."""
        sql = f"INSERT INTO severances ({columns(Severance)}) VALUES ({placeholders(Severance)})"
        await self._db.run_many(sql, [write(one) for one in lost])

    async def by_ids(self, ids: Collection[int]) -> dict[int, Severance]:
        """Those of `ids` that are here, in one question."""
        if not ids:
            return {}
        rows = await self._db.rows(
            f"SELECT {columns(Severance)} FROM severances WHERE id = ANY(:ids)", {"ids": [*ids]}
        )
        return {row["id"]: read(Severance, row) for row in rows}

    async def leave_homes(self, people: Sequence[int], local_ids: Sequence[int]) -> None:
        """Take the posts of `people` out of the homes of those who followed them."""
        await self._db.run(_LEAVE_HOMES, {"people": [*people], "local": [*local_ids]})
