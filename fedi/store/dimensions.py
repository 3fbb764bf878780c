"""What most of something is, for moderators: languages, apps, servers, space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fedi.store.domain_people import PEOPLE_OF_DOMAIN, domain_params
from fedi.store.ids import first_at
from fedi.store.unit import Unit

_POSTS = "p.id >= :first AND p.id < :past"
_TAGGED = f"post_tags t JOIN posts p ON p.id = t.post_id WHERE t.tag = :tag AND {_POSTS}"
_ELSEWHERE = f"IN ({PEOPLE_OF_DOMAIN})"
_RANKING = (
    "SELECT {key} AS key, {value} AS value FROM {source} GROUP BY 1 ORDER BY value DESC, key LIMIT :limit"
)


def _ranking(key: str, source: str, value: str = "COUNT(*)") -> str:
    return _RANKING.format(key=key, source=source, value=value)


DIMENSIONS: Mapping[str, str] = {
    "languages": _ranking(
        "COALESCE(u.locale, 'und')", "users u WHERE u.seen_at >= :start AND u.created_at < :end"
    ),
    "sources": _ranking("COALESCE(p.app_name, 'web')", f"posts p WHERE p.local AND {_POSTS}"),
    "servers": _ranking(
        "a.domain", f"posts p JOIN accounts a ON a.id = p.account_id WHERE NOT p.local AND {_POSTS}"
    ),
    "tag_servers": _ranking(
        "a.domain", _TAGGED.replace("WHERE", "JOIN accounts a ON a.id = p.account_id WHERE")
    ),
    "tag_languages": _ranking("COALESCE(p.language, 'und')", _TAGGED),
    "instance_accounts": _ranking(
        "a.username",
        f"accounts a WHERE a.id {_ELSEWHERE} AND a.local_followers_count > 0",
        "MAX(a.local_followers_count)",
    ),
    "instance_languages": _ranking(
        "COALESCE(p.language, 'und')", f"posts p WHERE {_POSTS} AND p.account_id {_ELSEWHERE}"
    ),
}
"""Statements by key."""


class Dimensions:
    """Reads much; for the few who moderate."""

    def __init__(self, unit: Unit) -> None:
        self._db = unit.db

    async def ranking(
        self, key: str, start: int, end: int, limit: int, *, about: str = ""
    ) -> list[tuple[str, int]]:
        """(what, how much) from `start` to before `end` (ms), the most first. Raises KeyError for no dimension."""
        sql = DIMENSIONS[key]
        params: dict[str, Any] = {"limit": limit}
        if key.startswith("tag_"):
            params["tag"] = about.lower()
        elif key.startswith("instance_"):
            params |= domain_params(about)
        period = {"start": start, "end": end, "first": first_at(start), "past": first_at(end)}
        params |= {name: value for name, value in period.items() if f":{name}" in sql}
        return [(str(row["key"]), int(row["value"])) for row in await self._db.rows(sql, params)]

    async def database(self) -> tuple[str, int]:
        """The engine's version, and how many bytes the database takes."""
        version = await self._db.value(
            "SELECT /*sqlite sqlite_version() */ /*postgresql current_setting('server_version') */"
        )
        size = await self._db.value(
            "SELECT /*sqlite page_count * page_size FROM pragma_page_count(), pragma_page_size() */"
            "/*postgresql pg_database_size(current_database()) */"
        )
        return str(version), int(size)

    async def media(self) -> int:
        """How many bytes files take: those of people here, and copies of others'."""
        own = await self._db.value("SELECT COALESCE(SUM(bytes), 0) FROM media_files")
        copies = await self._db.value("SELECT COALESCE(SUM(bytes), 0) FROM media_totals")
        return int(own) + int(copies)
