"""Filter, FilterKeyword, FilterStatus, FilterResult, V1::Filter."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from fedi.api.entities.here import time
from fedi.model import filtering


class FilterKeyword(Struct):
    """A word or phrase that a filter looks for."""

    id: str
    keyword: str
    whole_word: bool


class FilterStatus(Struct):
    """A status that a filter names."""

    id: str
    status_id: str


class Filter(Struct):
    """A filter. https://docs.joinmastodon.org/entities/Filter/."""

    id: str
    title: str
    context: tuple[str, ...]
    expires_at: str | None
    filter_action: str
    # Left out of a FilterResult, where apps would take an empty list for the filter's keywords.
    keywords: list[FilterKeyword] | UnsetType = UNSET
    statuses: list[FilterStatus] | UnsetType = UNSET


class FilterResult(Struct):
    """A filter that a status matches, and why."""

    filter: Filter
    keyword_matches: tuple[str, ...] | None
    status_matches: list[str] | None


class V1Filter(Struct):
    """A keyword as older apps know filters."""

    id: str
    phrase: str
    context: tuple[str, ...]
    whole_word: bool
    expires_at: str | None
    irreversible: bool


def keyword(found: filtering.Keyword) -> FilterKeyword:
    """The entity of a keyword."""
    return FilterKeyword(str(found.id), found.keyword, found.whole_word)


def entry(found: filtering.FilteredPost) -> FilterStatus:
    """The entity of a post in a filter."""
    return FilterStatus(str(found.id), str(found.post_id))


def filter_(found: filtering.Filter) -> Filter:
    """The entity of a filter with all that it looks for."""
    made = _bare(found)
    made.keywords = [keyword(one) for one in found.keywords]
    made.statuses = [entry(one) for one in found.posts]
    return made


def filter_results(matches: tuple[filtering.Match, ...]) -> list[FilterResult]:
    """What a status matched."""
    return [
        FilterResult(_bare(one.filter), one.keywords or None, [str(post) for post in one.posts] or None)
        for one in matches
    ]


def v1_filter(found: filtering.Filter, word: filtering.Keyword) -> V1Filter:
    """The entity of a keyword, for older apps."""
    return V1Filter(
        str(word.id),
        word.keyword,
        found.context,
        word.whole_word,
        _expiry(found),
        found.action == "hide",
    )


def _bare(found: filtering.Filter) -> Filter:
    return Filter(str(found.id), found.title, found.context, _expiry(found), found.action)


def _expiry(found: filtering.Filter) -> str | None:
    return None if found.expires_at is None else time(found.expires_at)
