"""What trends, as it is shown and as moderators decide about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from fedi.model.cards import Card
from fedi.store.rows import columns, read
from fedi.store.tags import DAY_MS, DAYS, TagDay
from fedi.store.unit import Unit

# What nobody decided about is shown where no review is needed.
_TAGS = """
SELECT h.name FROM hashtags h WHERE h.score > 0 AND h.listable AND h.usable
AND (h.trendable OR (h.trendable IS NULL AND NOT :review)) ORDER BY h.score DESC, h.name LIMIT :limit OFFSET :offset
"""
_POSTS = """
SELECT t.post_id FROM post_trends t JOIN posts p ON p.id = t.post_id JOIN accounts a ON a.id = p.account_id
LEFT JOIN trend_authors w ON w.account_id = p.account_id
WHERE t.score > 0 AND p.visibility = 'public' AND a.discoverable AND a.silenced_at IS NULL
AND a.suspended_at IS NULL AND a.deleted_at IS NULL
AND (t.trendable OR (t.trendable IS NULL AND (w.trendable OR (w.trendable IS NULL AND NOT :review))))
AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = :viewer AND b.target_id = p.account_id)
ORDER BY t.score DESC, t.post_id DESC LIMIT :limit OFFSET :offset
"""
_LINKS = f"""
SELECT {columns(Card, "c.")} FROM link_trends t JOIN cards c ON c.id = t.card_id
LEFT JOIN trend_providers w ON w.name = t.provider
WHERE t.score > 0
AND (t.trendable OR (t.trendable IS NULL AND (w.trendable OR (w.trendable IS NULL AND NOT :review))))
ORDER BY t.score DESC, t.card_id DESC LIMIT :limit OFFSET :offset
"""
_REVIEWED_TAG = """
INSERT INTO hashtags (name, trendable, usable, listable, reviewed_at)
VALUES (:name, :trendable, :usable, :listable, :now)
ON CONFLICT (name) DO UPDATE SET trendable = excluded.trendable, usable = excluded.usable,
  listable = excluded.listable, reviewed_at = excluded.reviewed_at
"""
_DECIDED_POST = """
INSERT INTO post_trends (post_id, trendable) SELECT p.id, CAST(:trendable AS BOOLEAN) FROM posts p WHERE p.id = :id
ON CONFLICT (post_id) DO UPDATE SET trendable = excluded.trendable
"""
_DECIDED_AUTHOR = """
INSERT INTO trend_authors (account_id, trendable)
SELECT a.id, CAST(:trendable AS BOOLEAN) FROM accounts a WHERE a.id = :id
ON CONFLICT (account_id) DO UPDATE SET trendable = excluded.trendable
"""


class TagState(Struct, frozen=True, kw_only=True):
    """What was decided about a hashtag; `trendable` None: nothing."""

    name: str
    trendable: bool | None = None
    usable: bool = True
    listable: bool = True
    reviewed_at: int | None = None
    requested_at: int | None = None

    @property
    def requires_review(self) -> bool:
        """Whether it trended, and nobody has looked at it."""
        return self.requested_at is not None and self.reviewed_at is None


class Provider(Struct, frozen=True):
    """A host whose links trended, and what was decided about all of it."""

    id: int
    name: str
    trendable: bool | None
    reviewed_at: int | None
    requested_at: int | None


class Trends:
    """Tables `hashtags`, `post_trends`, `trend_authors`, `link_trends` and `trend_providers`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def tags(self, limit: int, offset: int = 0, *, review: bool = False) -> list[str]:
        """Hashtags that trend, the most first. With `review` those alone that a moderator allowed."""
        rows = await self._db.rows(_TAGS, {"limit": limit, "offset": offset, "review": review})
        return [row["name"] for row in rows]

    async def posts(
        self, viewer_id: int | None, limit: int, offset: int = 0, *, review: bool = False
    ) -> list[int]:
        """Ids of posts that trend, without authors whom the viewer blocks."""
        values = {"viewer": viewer_id or 0, "limit": limit, "offset": offset, "review": review}
        return [row[0] for row in await self._db.rows(_POSTS, values)]

    async def links(self, limit: int, offset: int = 0, *, review: bool = False) -> list[Card]:
        """Links that trend."""
        rows = await self._db.rows(_LINKS, {"limit": limit, "offset": offset, "review": review})
        return [read(Card, row) for row in rows]

    async def link_history(self, card_ids: Sequence[int]) -> dict[int, list[TagDay]]:
        """The last seven days of each link, today first."""
        rows = await self._db.rows(
            "SELECT card_id, day, uses, accounts FROM link_days "
            "WHERE card_id = ANY(:ids) AND day > :since ORDER BY day DESC",
            {"ids": list(card_ids), "since": self._tx.now // DAY_MS - DAYS},
        )
        found: dict[int, list[TagDay]] = {}
        for row in rows:
            found.setdefault(row["card_id"], []).append(TagDay(row["day"], row["uses"], row["accounts"]))
        return found

    # --- what moderators decide -----------------------------------------------------------------------

    async def tag_states(self, names: Sequence[str]) -> dict[str, TagState]:
        """What was decided about hashtags, those without a decision left out."""
        rows = await self._db.rows(
            f"SELECT {columns(TagState)} FROM hashtags WHERE name = ANY(:names)", {"names": list(names)}
        )
        return {row["name"]: _tag_state(row) for row in rows}

    async def tag_states_page(self, limit: int, before: str = "") -> list[TagState]:
        """Hashtags that trended or were decided about, by name from `before` on."""
        rows = await self._db.rows(
            f"SELECT {columns(TagState)} FROM hashtags WHERE name > :before ORDER BY name LIMIT :limit",
            {"limit": limit, "before": before},
        )
        return [_tag_state(row) for row in rows]

    async def review_tag(
        self, name: str, *, trendable: bool | None, usable: bool = True, listable: bool = True
    ) -> None:
        """A moderator decided about a hashtag."""
        values = {"name": name, "trendable": trendable, "usable": usable, "listable": listable}
        await self._db.run(_REVIEWED_TAG, {**values, "now": self._tx.now})

    async def decide_post(self, post_id: int, *, trendable: bool) -> None:
        """A moderator decided about a post."""
        await self._db.run(_DECIDED_POST, {"id": post_id, "trendable": trendable})

    async def decide_author(self, account_id: int, *, trendable: bool) -> None:
        """A moderator decided about all that somebody posts."""
        await self._db.run(_DECIDED_AUTHOR, {"id": account_id, "trendable": trendable})

    async def decide_link(self, card_id: int, *, trendable: bool) -> bool:
        """A moderator decided about a link; whether it ever trended."""
        changed = await self._db.run(
            "UPDATE link_trends SET trendable = :trendable WHERE card_id = :id",
            {"id": card_id, "trendable": trendable},
        )
        return changed == 1

    async def decide_provider(self, provider_id: int, *, trendable: bool) -> bool:
        """A moderator decided about all links to a host; whether there is one with that id."""
        changed = await self._db.run(
            "UPDATE trend_providers SET trendable = :trendable, reviewed_at = :now WHERE id = :id",
            {"id": provider_id, "trendable": trendable, "now": self._tx.now},
        )
        return changed == 1

    async def providers(self, limit: int, max_id: int) -> list[Provider]:
        """Hosts whose links trended, the latest first."""
        rows = await self._db.rows(
            f"SELECT {columns(Provider)} FROM trend_providers WHERE id < :max_id ORDER BY id DESC LIMIT :limit",
            {"limit": limit, "max_id": max_id},
        )
        return [
            Provider(
                row["id"], row["name"], _maybe(row["trendable"]), row["reviewed_at"], row["requested_at"]
            )
            for row in rows
        ]


def _tag_state(row: Any) -> TagState:
    return TagState(
        name=row["name"],
        trendable=_maybe(row["trendable"]),
        usable=bool(row["usable"]),
        listable=bool(row["listable"]),
        reviewed_at=row["reviewed_at"],
        requested_at=row["requested_at"],
    )


def _maybe(value: Any) -> bool | None:
    return None if value is None else bool(value)
