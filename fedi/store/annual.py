"""A person's year: what is counted for it, and the reports that were made."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from fedi.store.ids import first_at
from fedi.store.rows import to_json
from fedi.store.unit import Unit

SCHEMA = 2
"""Mastodon's: archetype, time series, hashtags and posts."""


class Report(Struct, frozen=True, kw_only=True):
    """A report; `data` as Mastodon has it."""

    account_id: int
    year: int
    schema_version: int
    data: dict[str, Any]
    viewed_at: int | None
    created_at: int


class Totals(Struct, frozen=True):
    """What somebody did in a year."""

    posts: int
    boosts: int
    replies: int
    polls: int


# Of one's own posts: those that are for nobody else do not count.
_MINE = "p.account_id = :account AND p.id >= :first AND p.id < :last AND p.visibility <> 'direct'"
_TOTALS = f"""
SELECT COUNT(CASE WHEN p.boost_of_id IS NULL THEN 1 END) AS posts,
  COUNT(CASE WHEN p.boost_of_id IS NOT NULL THEN 1 END) AS boosts,
  COUNT(CASE WHEN p.in_reply_to_account_id <> p.account_id THEN 1 END) AS replies,
  COUNT(CASE WHEN p.poll_id IS NOT NULL THEN 1 END) AS polls
FROM posts p WHERE {_MINE}
"""
_TIMES = f"SELECT p.created_at FROM posts p WHERE {_MINE}"
_FOLLOWERS = """
SELECT f.created_at FROM follows f
WHERE f.followee_id = :account AND f.state = 'following' AND f.created_at >= :since AND f.created_at < :until
"""
_FOLLOWING = """
SELECT f.created_at FROM follows f
WHERE f.follower_id = :account AND f.state = 'following' AND f.created_at >= :since AND f.created_at < :until
"""
_TAGS = f"""
SELECT t.tag AS name, COUNT(*) AS many FROM posts p JOIN post_tags t ON t.post_id = p.id
WHERE {_MINE} GROUP BY t.tag HAVING COUNT(*) > 1 ORDER BY many DESC, t.tag LIMIT 40
"""
_TOP = f"""
SELECT p.id FROM posts p
WHERE {_MINE} AND p.boost_of_id IS NULL AND p.visibility IN ('public', 'unlisted') AND p.{{counter}} > 0
ORDER BY p.{{counter}} DESC, p.id DESC LIMIT 1
"""


class Annual:
    """Table `annual_reports`; reads posts and follows."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def of(self, account_id: int) -> list[Report]:
        """A person's reports that they have not marked as read, the latest year first."""
        rows = await self._db.rows(
            "SELECT * FROM annual_reports WHERE account_id = :account AND viewed_at IS NULL ORDER BY year DESC",
            {"account": account_id},
        )
        return [_report(row) for row in rows]

    async def one(self, account_id: int, year: int) -> Report | None:
        """The report of a year."""
        row = await self._db.row(
            "SELECT * FROM annual_reports WHERE account_id = :account AND year = :year",
            {"account": account_id, "year": year},
        )
        return _report(row) if row else None

    async def viewed(self, account_id: int, year: int) -> bool:
        """Mark a report as read; whether there is one."""
        changed = await self._db.run(
            "UPDATE annual_reports SET viewed_at = COALESCE(viewed_at, CAST(:now AS BIGINT)) "
            "WHERE account_id = :account AND year = :year",
            {"account": account_id, "year": year, "now": self._tx.now},
        )
        return changed == 1

    async def keep(self, account_id: int, year: int, data: dict[str, Any]) -> None:
        """Keep a report, unless there is one."""
        await self._db.run(
            "INSERT INTO annual_reports (account_id, year, schema_version, data, created_at) "
            "SELECT u.id, CAST(:year AS INTEGER), CAST(:schema AS INTEGER), CAST(:data AS TEXT), "
            "CAST(:now AS BIGINT) FROM users u WHERE u.id = :account ON CONFLICT DO NOTHING",
            {
                "account": account_id,
                "year": year,
                "schema": SCHEMA,
                "data": to_json(data),
                "now": self._tx.now,
            },
        )

    async def posted(self, account_id: int, since: int, until: int) -> bool:
        """Whether somebody posted anything between two times."""
        found = await self._db.value(
            f"SELECT EXISTS (SELECT 1 FROM posts p WHERE {_MINE})", _span(account_id, since, until)
        )
        return bool(found)

    async def totals(self, account_id: int, since: int, until: int) -> Totals:
        """How much somebody posted between two times."""
        row = await self._db.row(_TOTALS, _span(account_id, since, until))
        assert row is not None
        return Totals(row["posts"], row["boosts"], row["replies"], row["polls"])

    async def times(self, account_id: int, since: int, until: int) -> dict[str, list[int]]:
        """When somebody posted, followed, and was followed: `statuses`, `following`, `followers`."""
        between = {"account": account_id, "since": since, "until": until}
        posts, following, followers = await self._db.each(
            [(_TIMES, _span(account_id, since, until)), (_FOLLOWING, between), (_FOLLOWERS, between)]
        )
        return {
            "statuses": [row[0] for row in posts],
            "following": [row[0] for row in following],
            "followers": [row[0] for row in followers],
        }

    async def tags(self, account_id: int, since: int, until: int) -> list[tuple[str, int]]:
        """The hashtags somebody used more than once, the most used first."""
        rows = await self._db.rows(_TAGS, _span(account_id, since, until))
        return [(row["name"], row["many"]) for row in rows]

    async def top(self, account_id: int, since: int, until: int, counter: str) -> int | None:
        """The post with the highest counter: boosts_count, favourites_count or replies_count."""
        found: int | None = await self._db.value(
            _TOP.format(counter=counter), _span(account_id, since, until)
        )
        return found


def _span(account_id: int, since: int, until: int) -> dict[str, int]:
    return {"account": account_id, "first": first_at(since), "last": first_at(until)}


def _report(row: Any) -> Report:
    return Report(
        account_id=row["account_id"],
        year=row["year"],
        schema_version=row["schema_version"],
        data=msgspec.json.decode(row["data"]),
        viewed_at=row["viewed_at"],
        created_at=row["created_at"],
    )
