"""Reports about accounts and posts, from people here and from other servers."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from fedi.store.rows import to_json
from fedi.store.unit import Unit


class Report(Struct, frozen=True, kw_only=True):
    """A report. `reporter_id` is a local person, or the instance actor of another server."""

    id: int
    uri: str
    reporter_id: int
    target_id: int
    post_uris: tuple[str, ...]
    content: str
    created_at: int


_post_uris = msgspec.json.Decoder(tuple[str, ...]).decode


class Flags:
    """Table `flags`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(
        self, uri: str, reporter_id: int, target_id: int, post_uris: Sequence[str], content: str
    ) -> bool:
        """Keep a report; False if it is here already."""
        return bool(
            await self._db.run(
                "INSERT INTO flags (id, uri, reporter_id, target_id, post_uris, content, created_at) "
                "VALUES (:id, :uri, :reporter, :target, :post_uris, :content, :now) ON CONFLICT (uri) DO NOTHING",
                {
                    "id": self._tx.new_id(),
                    "uri": uri,
                    "reporter": reporter_id,
                    "target": target_id,
                    "post_uris": to_json(list(post_uris)),
                    "content": content,
                    "now": self._tx.now,
                },
            )
        )

    async def list(self, limit: int, max_id: int | None = None) -> list[Report]:
        """Reports, the newest first; with `max_id`, older ones than that."""
        rows = await self._db.rows(
            "SELECT id, uri, reporter_id, target_id, post_uris, content, created_at FROM flags "
            "WHERE id < :before ORDER BY id DESC LIMIT :limit",
            {"before": max_id if max_id is not None else 2**63 - 1, "limit": limit},
        )
        return [
            Report(
                id=row["id"],
                uri=row["uri"],
                reporter_id=row["reporter_id"],
                target_id=row["target_id"],
                post_uris=_post_uris(row["post_uris"]),
                content=row["content"],
                created_at=row["created_at"],
            )
            for row in rows
        ]
