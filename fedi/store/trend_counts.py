"""Counting what is used: hashtags and links by day, and what of it trends. Written by `social/trending.py` alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from fedi.store.tags import DAY_MS
from fedi.store.unit import Unit

# Whose public posts count: people who may be discovered and are not limited.
_COUNTED = """
p.visibility = 'public' AND p.boost_of_id IS NULL AND p.id >= :first AND p.id < :last
AND a.discoverable AND a.silenced_at IS NULL AND a.suspended_at IS NULL AND a.deleted_at IS NULL
"""
_TAGS = f"""
SELECT t.tag AS about, COUNT(*) AS uses, COUNT(DISTINCT p.account_id) AS accounts
FROM posts p JOIN accounts a ON a.id = p.account_id JOIN post_tags t ON t.post_id = p.id
WHERE {_COUNTED} GROUP BY t.tag
"""
_LINKS = f"""
SELECT p.card_id AS about, COUNT(*) AS uses, COUNT(DISTINCT p.account_id) AS accounts
FROM posts p JOIN accounts a ON a.id = p.account_id JOIN cards c ON c.id = p.card_id
WHERE {_COUNTED} AND c.title <> '' GROUP BY p.card_id
"""
_POSTS = f"""
SELECT p.id, p.account_id, p.created_at, p.boosts_count + p.favourites_count AS uses
FROM posts p JOIN accounts a ON a.id = p.account_id
WHERE {_COUNTED} AND p.boosts_count + p.favourites_count >= :least AND NOT p.sensitive AND p.summary = ''
AND p.in_reply_to_uri IS NULL
"""
_KINDS = {"tags": ("tag_days", "tag", _TAGS), "links": ("link_days", "card_id", _LINKS)}
_SCORE_TAG = """
INSERT INTO hashtags (name, peak, peak_at, score, requested_at) VALUES (:name, :peak, :peak_at, :score, :now)
ON CONFLICT (name) DO UPDATE SET peak = excluded.peak, peak_at = excluded.peak_at, score = excluded.score,
  requested_at = COALESCE(hashtags.requested_at, excluded.requested_at)
"""
_SCORE_LINK = """
INSERT INTO link_trends (card_id, provider, peak, peak_at, score) VALUES (:card, :provider, :peak, :peak_at, :score)
ON CONFLICT (card_id) DO UPDATE SET peak = excluded.peak, peak_at = excluded.peak_at, score = excluded.score
"""
_ADD_PROVIDER = """
INSERT INTO trend_providers (id, name, requested_at) VALUES (:id, :name, :now) ON CONFLICT (name) DO NOTHING
"""
_SCORE_POST = """
INSERT INTO post_trends (post_id, score) SELECT p.id, CAST(:score AS DOUBLE PRECISION) FROM posts p WHERE p.id = :post
ON CONFLICT (post_id) DO UPDATE SET score = excluded.score
"""


class Use(Struct, frozen=True):
    """How much something (a hashtag, the id of a card) was used on a day."""

    uses: int
    accounts: int


class Peak(Struct, frozen=True):
    """The highest score something had, and when."""

    score: float = 0.0
    at: int = 0


class Scored(Struct, frozen=True):
    """What something scores now."""

    score: float
    peak: Peak


class Liked(Struct, frozen=True):
    """A post, with how often it was favourited and boosted."""

    id: int
    account_id: int
    created_at: int
    uses: int


class TrendCounts:
    """Tables `tag_days`, `link_days`, and the scores in `hashtags`, `link_trends` and `post_trends`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def my_turn(self, name: str, every_ms: int) -> bool:
        """Whether this process is to do the round `name` now: one of all, every so often."""
        turn = await self._db.run(
            "INSERT INTO rounds (name, next_at) VALUES (:name, :next) "
            "ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at WHERE rounds.next_at <= :now",
            {"name": name, "now": self._tx.now, "next": self._tx.now + every_ms},
        )
        return turn == 1

    async def counted(self, kind: str, day: int) -> dict[Any, Use]:
        """What was used on a day, counted from the posts. `kind`: tags or links."""
        values = {"first": (day * DAY_MS) << 16, "last": ((day + 1) * DAY_MS) << 16}
        rows = await self._db.rows(_KINDS[kind][2], values)
        return {row["about"]: Use(row["uses"], row["accounts"]) for row in rows}

    async def kept(self, kind: str, day: int) -> dict[Any, Use]:
        """What is written down about a day."""
        table, key, _ = _KINDS[kind]
        rows = await self._db.rows(
            f"SELECT {key} AS about, uses, accounts FROM {table} WHERE day = :day", {"day": day}
        )
        return {row["about"]: Use(row["uses"], row["accounts"]) for row in rows}

    async def keep(self, kind: str, day: int, changed: Mapping[Any, Use], gone: Iterable[Any]) -> None:
        """Write down what changed on a day, and drop what nobody uses any more."""
        table, key, _ = _KINDS[kind]
        await self._db.run_many(
            f"INSERT INTO {table} ({key}, day, uses, accounts) VALUES (:about, :day, :uses, :accounts) "
            f"ON CONFLICT ({key}, day) DO UPDATE SET uses = excluded.uses, accounts = excluded.accounts",
            [
                {"about": about, "day": day, "uses": use.uses, "accounts": use.accounts}
                for about, use in changed.items()
            ],
        )
        await self._db.run_many(
            f"DELETE FROM {table} WHERE {key} = :about AND day = :day",
            [{"about": about, "day": day} for about in gone],
        )

    async def forget(self, before: int) -> None:
        """Drop the days before `before`."""
        for table, _, _ in _KINDS.values():
            await self._db.run(f"DELETE FROM {table} WHERE day < :before", {"before": before})

    async def tag_peaks(self) -> dict[str, Peak]:
        """Hashtags that trend, with their peaks."""
        rows = await self._db.rows("SELECT name, peak, peak_at FROM hashtags WHERE score > 0")
        return {row["name"]: Peak(row["peak"], row["peak_at"]) for row in rows}

    async def link_peaks(self) -> dict[int, Peak]:
        """Links that trend, by card, with their peaks."""
        rows = await self._db.rows("SELECT card_id, peak, peak_at FROM link_trends WHERE score > 0")
        return {row["card_id"]: Peak(row["peak"], row["peak_at"]) for row in rows}

    async def score_tags(self, scores: Mapping[str, Scored]) -> None:
        """Write what hashtags score; a score of 0 ends a trend."""
        await self._db.run_many(
            _SCORE_TAG, [{"name": name, **_score(one), "now": self._tx.now} for name, one in scores.items()]
        )

    async def score_links(self, scores: Mapping[int, Scored], providers: Mapping[int, str]) -> None:
        """Write what links score, with the hosts they are on."""
        await self._db.run_many(
            _ADD_PROVIDER,
            [
                {"id": self._tx.new_id(), "name": name, "now": self._tx.now}
                for name in sorted(set(providers.values()))
            ],
        )
        await self._db.run_many(
            _SCORE_LINK,
            [
                {"card": card, "provider": providers[card], **_score(one)}
                for card, one in scores.items()
                if card in providers
            ],
        )

    async def addresses(self, card_ids: Sequence[int]) -> dict[int, str]:
        """The addresses of cards."""
        rows = await self._db.rows("SELECT id, url FROM cards WHERE id = ANY(:ids)", {"ids": list(card_ids)})
        return {row["id"]: row["url"] for row in rows}

    async def liked(self, since: int, least: int) -> list[Liked]:
        """Posts since a time that `least` favourites and boosts were given to."""
        values = {"first": since << 16, "last": (self._tx.now + 1) << 16, "least": least}
        rows = await self._db.rows(_POSTS, values)
        return [Liked(row["id"], row["account_id"], row["created_at"], row["uses"]) for row in rows]

    async def score_posts(self, scores: Mapping[int, float]) -> None:
        """Write what posts score; all others no longer trend."""
        await self._db.run("DELETE FROM post_trends WHERE trendable IS NULL AND score > 0")
        await self._db.run("UPDATE post_trends SET score = 0 WHERE score > 0")
        await self._db.run_many(
            _SCORE_POST, [{"post": post, "score": score} for post, score in scores.items()]
        )


def _score(found: Scored) -> dict[str, Any]:
    return {"score": found.score, "peak": found.peak.score, "peak_at": found.peak.at}
