"""What trends, for those who decide about it: what nobody has looked at and what was refused is among it."""

from __future__ import annotations

from msgspec import Struct

from fedi.model.cards import Card
from fedi.store.rows import columns, read
from fedi.store.unit import Unit


class Reviewed(Struct, frozen=True):
    """A trending post or link by its id, and what was decided; None: nothing."""

    id: int
    trendable: bool | None


class TrendReviews:
    """Tables `hashtags`, `post_trends` and `link_trends`."""

    def __init__(self, unit: Unit) -> None:
        self._db = unit.db

    async def tags(self, limit: int, offset: int) -> list[str]:
        """Hashtags that trend, the most first."""
        rows = await self._db.rows(
            "SELECT name FROM hashtags WHERE score > 0 ORDER BY score DESC, name LIMIT :limit OFFSET :offset",
            {"limit": limit, "offset": offset},
        )
        return [row["name"] for row in rows]

    async def posts(self, limit: int, offset: int) -> list[Reviewed]:
        """Posts that trend, the most first."""
        rows = await self._db.rows(
            "SELECT t.post_id AS id, t.trendable, w.trendable AS author FROM post_trends t "
            "JOIN posts p ON p.id = t.post_id LEFT JOIN trend_authors w ON w.account_id = p.account_id "
            "WHERE t.score > 0 ORDER BY t.score DESC, t.post_id DESC LIMIT :limit OFFSET :offset",
            {"limit": limit, "offset": offset},
        )
        return [
            Reviewed(row["id"], _maybe(row["author"] if row["trendable"] is None else row["trendable"]))
            for row in rows
        ]

    async def links(self, limit: int, offset: int) -> list[tuple[Card, bool | None]]:
        """Links that trend, the most first, and what was decided."""
        rows = await self._db.rows(
            f"SELECT {columns(Card, 'c.', 'c_')}, t.trendable, w.trendable AS provider FROM link_trends t "
            "JOIN cards c ON c.id = t.card_id LEFT JOIN trend_providers w ON w.name = t.provider "
            "WHERE t.score > 0 ORDER BY t.score DESC, t.card_id DESC LIMIT :limit OFFSET :offset",
            {"limit": limit, "offset": offset},
        )
        return [
            (
                read(Card, row, "c_"),
                _maybe(row["provider"] if row["trendable"] is None else row["trendable"]),
            )
            for row in rows
        ]

    async def link(self, card_id: int) -> Card | None:
        """A link that trended."""
        row = await self._db.row(
            f"SELECT {columns(Card, 'c.')} FROM link_trends t JOIN cards c ON c.id = t.card_id WHERE c.id = :id",
            {"id": card_id},
        )
        return read(Card, row) if row else None


def _maybe(value: object) -> bool | None:
    return None if value is None else bool(value)
