"""A person's year in numbers: made by a job when they ask for it, from what they posted and who followed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from fedi.services import Services
from fedi.store.annual import Annual, Totals
from fedi.store.store import Transaction

KIND = "look_back"
"""The job's name."""
State = Literal["available", "generating", "eligible", "ineligible"]
_LURKER_POSTS = 10
_BOOSTER_SHARE = 2.0
_REPLIER_SHARE = 0.6
_POLLSTER_SHARE = 0.1
_TAGS_MAX = 40
_FIRST_YEAR = 2006
_DECEMBER = 12


async def state(tx: Transaction, account_id: int, year: int) -> State:
    """Whether there is a report, one is being made, or one may be asked for."""
    if await Annual(tx).one(account_id, year) is not None:
        return "available"
    if await tx.jobs.waits(_key(account_id, year)):
        return "generating"
    return "eligible" if await _may_have(tx, account_id, year) else "ineligible"


async def ask(tx: Transaction, account_id: int, year: int) -> State:
    """Have a report made; what its state was before."""
    before = await state(tx, account_id, year)
    if before == "eligible":
        payload = {"account": account_id, "year": year}
        await tx.jobs.add(KIND, payload, key=_key(account_id, year))
    return before


async def run(services: Services, payload: dict[str, Any]) -> None:
    """The job `look_back`."""
    account_id, year = payload["account"], payload["year"]
    async with services.store.read() as tx:
        data = await _report(Annual(tx), account_id, year)
    async with services.store.write() as tx:
        await Annual(tx).keep(account_id, year, data)
        await tx.jobs.done(payload["job_id"])


def _key(account_id: int, year: int) -> str:
    return f"{KIND}:{account_id}:{year}"


async def _may_have(tx: Transaction, account_id: int, year: int) -> bool:
    """A year that is over, or ends this month, in which they posted."""
    today = datetime.fromtimestamp(tx.now / 1000, UTC)
    over = year < today.year or (year == today.year and today.month == _DECEMBER)
    if not over or year < _FIRST_YEAR:
        return False
    return await Annual(tx).posted(account_id, *_span(year))


def _span(year: int) -> tuple[int, int]:
    begins, ends = (datetime(one, 1, 1, tzinfo=UTC).timestamp() for one in (year, year + 1))
    return int(begins * 1000), int(ends * 1000)


async def _report(annual: Annual, account_id: int, year: int) -> dict[str, Any]:
    since, until = _span(year)
    totals = await annual.totals(account_id, since, until)
    times = await annual.times(account_id, since, until)
    tags = await annual.tags(account_id, since, until)
    tops = {
        name: await annual.top(account_id, since, until, counter)
        for name, counter in (
            ("by_reblogs", "boosts_count"),
            ("by_favourites", "favourites_count"),
            ("by_replies", "replies_count"),
        )
    }
    return {
        "archetype": archetype(totals),
        "type_distribution": {
            "total": totals.posts + totals.boosts,
            "reblogs": totals.boosts,
            "replies": totals.replies,
            "standalone": totals.posts - totals.replies,
        },
        "time_series": _months(times),
        "top_hashtags": [{"name": name, "count": many} for name, many in tags[:_TAGS_MAX]],
        "top_statuses": {name: None if post is None else str(post) for name, post in tops.items()},
        "most_used_apps": [],
        "commonly_interacted_with_accounts": [],
        "most_reblogged_accounts": [],
        "percentiles": 0,
    }


def archetype(totals: Totals) -> str:
    """What somebody mostly does: one of Mastodon's five words."""
    if totals.posts + totals.boosts < _LURKER_POSTS:
        return "lurker"
    if totals.boosts > totals.posts * _BOOSTER_SHARE:
        return "booster"
    if totals.polls > totals.posts * _POLLSTER_SHARE:
        return "pollster"
    if totals.replies > totals.posts * _REPLIER_SHARE:
        return "replier"
    return "oracle"


def _months(times: dict[str, list[int]]) -> list[dict[str, int]]:
    found = [{"month": month, **dict.fromkeys(times, 0)} for month in range(1, 13)]
    for name, moments in times.items():
        for moment in moments:
            found[datetime.fromtimestamp(moment / 1000, UTC).month - 1][name] += 1
    return found
