"""What somebody typed into a search box, read: words, "phrases", -exclusions and operators like from: and has:."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct

from fedi.model.words import words
from fedi.store.search import PostQuery

_PART = re.compile(r'([+-]?)(?:([a-z]{2,9}):)?("[^"]*"|\S+)', re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,2}", re.IGNORECASE)
_HAS = {
    **{name: name for name in ("media", "poll", "link", "image", "video", "audio", "embed")},
    "images": "image",
    "videos": "video",
    "links": "link",
    "polls": "poll",
    "embeds": "embed",
}
_IS = frozenset({"reply", "sensitive", "quote"})
_SCOPES = frozenset({"all", "library", "public"})
_PARTS_MAX = 40


class Asked(Struct, frozen=True, kw_only=True):
    """A search. `authors` and `not_authors` are handles as they were typed, `me` for oneself."""

    query: PostQuery
    authors: tuple[str, ...] = ()
    not_authors: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked for that a post could have."""
        return not self.authors and not self.not_authors and self.query == PostQuery(scope=self.query.scope)


class _Reading:
    """What was read so far."""

    def __init__(self) -> None:
        self.wanted: list[list[str]] = []
        self.unwanted: list[list[str]] = []
        self.traits: list[tuple[str, bool]] = []
        self.authors: list[str] = []
        self.not_authors: list[str] = []
        self.language: dict[bool, str] = {}
        self.since: int | None = None
        self.until: int | None = None
        self.scope = "all"

    def take(self, sign: str, operator: str, value: str) -> None:
        yes = sign != "-"
        plain = value.strip('"')
        if operator and self._operator(operator.lower(), plain, yes):
            return
        found = words(f"{operator} {plain}" if operator else plain)
        if found:
            (self.wanted if yes else self.unwanted).append(found)

    def _operator(self, operator: str, value: str, yes: bool) -> bool:
        """Take an operator; False for what is none, and is two words with a colon between them."""
        lower = value.lower()
        if operator == "from":
            (self.authors if yes else self.not_authors).append(lower.removeprefix("@"))
        elif operator == "has" and lower in _HAS:
            self.traits.append((_HAS[lower], yes))
        elif operator == "is" and lower in _IS:
            self.traits.append((lower, yes))
        elif operator == "in" and lower in _SCOPES:
            self.scope = lower
        elif operator == "language" and _LANGUAGE.fullmatch(value):
            self.language[yes] = lower
        elif operator in ("before", "after", "during") and (day := _day(value)):
            self._time(operator, day, yes)
        else:
            return False
        return True

    def _time(self, operator: str, day: date, yes: bool) -> None:
        begins, ends = _ms(day), _ms(day + timedelta(days=1))
        if operator == "during":
            # All days but one are no stretch of time: such a part is left out.
            self.since, self.until = (begins, ends) if yes else (self.since, self.until)
        elif operator == "before":
            self.since, self.until = (self.since, begins) if yes else (begins, self.until)
        else:
            self.since, self.until = (ends, self.until) if yes else (self.since, ends)

    def asked(self) -> Asked:
        query = PostQuery(
            wanted=tuple(self.wanted),
            unwanted=tuple(self.unwanted),
            traits=tuple(self.traits),
            language=self.language.get(True),
            not_language=self.language.get(False),
            since=self.since,
            until=self.until,
            scope=self.scope,
        )
        return Asked(query=query, authors=tuple(self.authors), not_authors=tuple(self.not_authors))


def read(text: str) -> Asked:
    """What is asked for. Days are those of UTC; a word that reads like an operator and is none is a word."""
    reading = _Reading()
    for sign, operator, value in _PART.findall(text)[:_PARTS_MAX]:
        reading.take(sign, operator, value)
    return reading.asked()


def _day(value: str) -> date | None:
    if not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _ms(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)
