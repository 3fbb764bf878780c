"""Times and numbers as the reader's language writes them. Times are in UTC: we know nobody's time zone."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from fedi.later import later
from fedi.model.times import from_ms

if TYPE_CHECKING:
    from babel import dates, numbers
else:
    dates = later("babel.dates")
    numbers = later("babel.numbers")

_MINUTE_MS = 60_000
_DAY_MS = 86_400_000
_COMPACT_FROM = 10_000


def short_time(at: int, now: int, language: str) -> str:
    """How long ago within a day (5h), else the date; the year where it is another one. Times in ms since 1970."""
    ago = now - at
    if 0 <= ago < _DAY_MS:
        return _ago(max(ago // _MINUTE_MS, 1), language)
    with_year = from_ms(at).year != from_ms(now).year
    return _date(at // _DAY_MS, "yMMMd" if with_year else "MMMd", language)


def long_time(at: int, language: str) -> str:
    """Date and time, to the minute."""
    return _moment(at // _MINUTE_MS, language)


def date(at: int, language: str) -> str:
    """The date."""
    return _date(at // _DAY_MS, "yMMMMd", language)


def month(at: int, language: str) -> str:
    """Month and year."""
    return _date(at // _DAY_MS, "yMMMM", language)


@lru_cache(maxsize=4096)
def number(value: int, language: str) -> str:
    """A count, shortened where it is large: 1,234 and 12.3K."""
    if value < _COMPACT_FROM:
        return numbers.format_decimal(value, locale=language)
    return numbers.format_compact_decimal(value, locale=language, fraction_digits=1)


@lru_cache(maxsize=4096)
def _ago(minutes: int, language: str) -> str:
    rounded = minutes if minutes < 60 else minutes // 60 * 60
    return dates.format_timedelta(timedelta(minutes=rounded), format="narrow", threshold=1.0, locale=language)


@lru_cache(maxsize=4096)
def _date(day: int, skeleton: str, language: str) -> str:
    return dates.format_skeleton(skeleton, from_ms(day * _DAY_MS), locale=language)


@lru_cache(maxsize=4096)
def _moment(minute: int, language: str) -> str:
    moment = from_ms(minute * _MINUTE_MS)
    day = dates.format_skeleton("yMMMMd", moment, locale=language)
    return f"{day}, {dates.format_time(moment, 'short', locale=language)} UTC"


def iso_seconds(at: int) -> str:
    """As a `datetime` attribute and RFC 3339 write it."""
    return from_ms(at).strftime("%Y-%m-%dT%H:%M:%SZ")
