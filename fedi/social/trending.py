"""What trends: counted from real use every few minutes, by one of all processes.

A hashtag or link scores by how many more people used it today than yesterday; its peak decays, so that what trended
stays a while and midnight ends nothing. A post scores by favourites and boosts, and by its age. Only public posts of
people who may be discovered and are not limited count at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog

from fedi.services import Services
from fedi.store.signals import came
from fedi.store.store import Store
from fedi.store.tags import DAY_MS
from fedi.store.trend_counts import Liked, Peak, Scored, TrendCounts, Use

log = structlog.get_logger()

PEOPLE_MIN = 3
"""So many people have to use something on a day before it trends."""
LIKES_MIN = 3
_ROUND_MS = 300_000
_LOOK_SECONDS = 30.0
_HOUR_MS = 3_600_000
_HALF_LIFE_MS = 8 * _HOUR_MS
_POST_HALF_LIFE_MS = 6 * _HOUR_MS
_POST_AGE_MS = 3 * DAY_MS
_OVER = 0.3  # a score below is none
_POSTS_MAX = 500
_KEPT_DAYS = 92


async def run(services: Services, stop: asyncio.Event) -> None:
    """Count now and then, until told to stop."""
    while not stop.is_set():
        try:
            async with services.store.write() as tx:
                turn = await TrendCounts(tx).my_turn("trends", _ROUND_MS)
            if turn:
                await count(services.store)
        except Exception:
            log.exception("counting trends failed")
        await came(stop, _LOOK_SECONDS)


async def count(store: Store) -> None:
    """One round."""
    today = store.clock() // DAY_MS
    # A late post of yesterday still counts, and yesterday is what today is compared with.
    days = (today - 1, today) if store.clock() % DAY_MS < _HOUR_MS else (today,)
    for kind in ("tags", "links"):
        for day in days:
            await _count_day(store, kind, day)
    await _score_tags(store, today)
    await _score_links(store, today)
    await _score_posts(store)
    async with store.write() as tx:
        await TrendCounts(tx).forget(today - _KEPT_DAYS)


async def _count_day(store: Store, kind: str, day: int) -> None:
    # Read outside of a transaction that writes: this may look at a day's posts, and others wait for no one.
    async with store.read() as tx:
        now = await TrendCounts(tx).counted(kind, day)
        before = await TrendCounts(tx).kept(kind, day)
    changed = {about: use for about, use in now.items() if before.get(about) != use}
    gone = before.keys() - now.keys()
    if changed or gone:
        async with store.write() as tx:
            await TrendCounts(tx).keep(kind, day, changed, gone)


async def _score_tags(store: Store, today: int) -> None:
    async with store.read() as tx:
        counts = TrendCounts(tx)
        peaks = await counts.tag_peaks()
        scores = _scores(
            await counts.kept("tags", today), await counts.kept("tags", today - 1), peaks, tx.now
        )
    async with store.write() as tx:
        await TrendCounts(tx).score_tags(scores)


async def _score_links(store: Store, today: int) -> None:
    async with store.read() as tx:
        counts = TrendCounts(tx)
        peaks = await counts.link_peaks()
        scores = _scores(
            await counts.kept("links", today), await counts.kept("links", today - 1), peaks, tx.now
        )
        addresses = await counts.addresses(list(scores))
    hosts = {card: (urlsplit(url).hostname or "").removeprefix("www.") for card, url in addresses.items()}
    async with store.write() as tx:
        await TrendCounts(tx).score_links(scores, hosts)


def _scores(
    today: Mapping[Any, Use], yesterday: Mapping[Any, Use], peaks: Mapping[Any, Peak], now: int
) -> dict[Any, Scored]:
    """What is to be written: what trends now, and what did until now."""
    found: dict[Any, Scored] = {}
    for about in {about for about, use in today.items() if use.accounts >= PEOPLE_MIN} | set(peaks):
        fresh = _fresh(today.get(about), yesterday.get(about))
        peak = peaks.get(about, Peak())
        faded = peak.score * 0.5 ** ((now - peak.at) / _HALF_LIFE_MS)
        if fresh > faded:
            found[about] = Scored(fresh, Peak(fresh, now))
        else:
            found[about] = Scored(faded if faded > _OVER else 0.0, peak)
    return {about: one for about, one in found.items() if one.score > 0 or about in peaks}


def _fresh(today: Use | None, yesterday: Use | None) -> float:
    observed = today.accounts if today else 0
    expected = max(yesterday.accounts if yesterday else 0, 1)
    return (observed - expected) ** 2 / expected if observed > expected and observed >= PEOPLE_MIN else 0.0


async def _score_posts(store: Store) -> None:
    async with store.read() as tx:
        liked = await TrendCounts(tx).liked(tx.now - _POST_AGE_MS, LIKES_MIN)
        scores = _best(liked, tx.now)
    async with store.write() as tx:
        await TrendCounts(tx).score_posts(scores)


def _best(liked: list[Liked], now: int) -> dict[int, float]:
    """The posts that trend with their scores: one of each author."""
    best: dict[int, tuple[float, int]] = {}
    for post in liked:
        score = (post.uses - 1) ** 2 * 0.5 ** (max(now - post.created_at, 0) / _POST_HALF_LIFE_MS)
        if score > _OVER and score > best.get(post.account_id, (0.0, 0))[0]:
            best[post.account_id] = (score, post.id)
    ranked = sorted(best.values(), reverse=True)[:_POSTS_MAX]
    return {post_id: score for score, post_id in ranked}
