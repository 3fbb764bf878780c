"""Tag, Search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from fedi.api.entities.accounts import Account
from fedi.api.entities.here import Here
from fedi.api.entities.statuses import Status
from fedi.store.tags import DAY_MS, DAYS, TagDay


class History(Struct):
    """A day of a hashtag or link; numbers are written as texts, the day as seconds since 1970."""

    day: str
    uses: str
    accounts: str


class Tag(Struct):
    """A hashtag. Its id is its name."""

    id: str
    name: str
    url: str
    history: list[History]
    following: bool = False
    featuring: bool = False


class Search(Struct):
    """What a search found."""

    accounts: list[Account]
    statuses: list[Status]
    hashtags: list[Tag]
    collections: Sequence[Any] = ()


def tag(
    name: str,
    at: Here,
    days: Sequence[TagDay] = (),
    *,
    now: int,
    following: bool = False,
    featuring: bool = False,
) -> Tag:
    """The entity of a hashtag, with its use (`store.tags.Tags.history`) until `now` (ms since 1970)."""
    return Tag(name, name, at.addresses.tag_page(name), history(days, now), following, featuring)


def history(days: Sequence[TagDay], now: int) -> list[History]:
    """The last seven days, today first; a day on which nothing was is 0."""
    known, today = {one.day: one for one in days}, now // DAY_MS
    found = [known.get(day) or TagDay(day, 0, 0) for day in range(today, today - DAYS, -1)]
    return [History(str(one.day * DAY_MS // 1000), str(one.uses), str(one.accounts)) for one in found]
