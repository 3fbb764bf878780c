"""Counts by day, for moderators: how many of something happened on each day of a period."""

from __future__ import annotations

from collections.abc import Mapping

from fedi.store.domain_people import PEOPLE_OF_DOMAIN, domain_params
from fedi.store.ids import first_at
from fedi.store.unit import Unit

DAY_MS = 86_400_000
# {at}: what a row's day is told by. Posts are found by their ids, which are made of their time.
_DAYS = "SELECT {at} / 86400000 AS day, {what} AS value FROM {source} GROUP BY 1"
_IN_TIME = "created_at >= :start AND created_at < :end"
_TAGGED = (
    "post_tags t JOIN posts p ON p.id = t.post_id WHERE t.tag = :tag AND p.id >= :first AND p.id < :past"
)
_ELSEWHERE = f"IN ({PEOPLE_OF_DOMAIN})"
_INTERACTIONS = """(
  SELECT f.created_at FROM favourites f JOIN posts p ON p.id = f.post_id AND p.local
  WHERE f.created_at >= :start AND f.created_at < :end
  UNION ALL
  SELECT b.created_at FROM posts b JOIN posts p ON p.id = b.boost_of_id AND p.local
  WHERE b.id >= :first AND b.id < :past
  UNION ALL
  SELECT r.created_at FROM posts r JOIN posts p ON p.id = r.in_reply_to_id AND p.local
  WHERE r.id >= :first AND r.id < :past
) i"""


def _count(source: str, at: str = "created_at", what: str = "COUNT(*)") -> str:
    return _DAYS.format(at=at, what=what, source=source)


MEASURES: Mapping[str, str] = {
    "active_users": "SELECT day, COUNT(*) AS value FROM visits WHERE day >= :start_day AND day < :end_day GROUP BY day",
    "new_users": _count(f"users WHERE {_IN_TIME}"),
    "interactions": _count(_INTERACTIONS),
    "opened_reports": _count(f"reports WHERE {_IN_TIME}"),
    "resolved_reports": _count(
        "reports WHERE action_taken_at >= :start AND action_taken_at < :end", "action_taken_at"
    ),
    "tag_accounts": _count(_TAGGED, "p.created_at", "COUNT(DISTINCT p.account_id)"),
    "tag_uses": _count(_TAGGED, "p.created_at"),
    "tag_servers": _count(
        _TAGGED.replace("WHERE", "JOIN accounts a ON a.id = p.account_id WHERE"),
        "p.created_at",
        "COUNT(DISTINCT a.host_id)",
    ),
    "instance_accounts": _count(f"accounts WHERE {_IN_TIME} AND id {_ELSEWHERE}"),
    "instance_reports": _count(f"reports WHERE {_IN_TIME} AND target_id {_ELSEWHERE}"),
    "instance_statuses": _count(f"posts WHERE id >= :first AND id < :past AND account_id {_ELSEWHERE}"),
    "instance_follows": _count(f"follows WHERE {_IN_TIME} AND local AND followee_id {_ELSEWHERE}"),
    "instance_followers": _count(f"follows WHERE {_IN_TIME} AND follower_id {_ELSEWHERE}"),
    # How many files: those are asked for when somebody looks, and no server's files are kept apart.
    "instance_media_attachments": _count(
        f"posts WHERE id >= :first AND id < :past AND attachments <> '[]' AND account_id {_ELSEWHERE}"
    ),
}
"""Statements by key; their parameters are the period and, where the name says so, a tag or a domain."""


class Measures:
    """Reads much; for the few who moderate."""

    def __init__(self, unit: Unit) -> None:
        self._db = unit.db

    async def days(self, key: str, start_day: int, end_day: int, *, about: str = "") -> dict[int, int]:
        """How many on each day (since 1970) from `start_day` to before `end_day`; days without any are left out.

        `about` is the tag or the domain. Raises KeyError for no measure.
        """
        params: dict[str, int | str] = {}
        sql, period = MEASURES[key], _period(start_day, end_day)
        if key.startswith("tag_"):
            params["tag"] = about.lower()
        elif key.startswith("instance_"):
            params |= domain_params(about)
        rows = await self._db.rows(sql, params | {k: v for k, v in period.items() if f":{k}" in sql})
        return {row["day"]: int(row["value"]) for row in rows if start_day <= row["day"] < end_day}

    async def joined(self, start_day: int, end_day: int) -> dict[int, int]:
        """How many people came on each day."""
        return await self.days("new_users", start_day, end_day)

    async def returned(self, start_day: int, end_day: int) -> list[tuple[int, int, int]]:
        """(day on which they came, day on which they were here, user) of the people who came in the period."""
        rows = await self._db.rows(
            "SELECT u.created_at / 86400000 AS joined, v.day AS visited, u.id AS id "
            "FROM users u JOIN visits v ON v.user_id = u.id AND v.day >= :start_day AND v.day < :end_day "
            "WHERE u.created_at >= :start AND u.created_at < :end",
            {k: v for k, v in _period(start_day, end_day).items() if k not in ("first", "past")},
        )
        return [(row["joined"], row["visited"], row["id"]) for row in rows]


def _period(start_day: int, end_day: int) -> dict[str, int]:
    start, end = start_day * DAY_MS, end_day * DAY_MS
    return {
        "start": start,
        "end": end,
        "start_day": start_day,
        "end_day": end_day,
        "first": first_at(start),
        "past": first_at(end),
    }
