"""What a person does not want to read: filters, and which of them a post matches.

Whole words are looked up among the words of a text, a question for each that costs the same however long the text.
Everything else is looked for with `str.find`, which takes time in proportion to text and word, whatever they are made
of; regular expressions made of people's words would not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from unicodedata import category

from msgspec import Struct

from fedi.model.polls import Ballot
from fedi.model.posts import Post
from fedi.model.sanitizing import plain

CONTEXTS = ("home", "notifications", "public", "thread", "account")
ACTIONS = ("warn", "hide", "blur")
_WORD = re.compile(r"\w+")
KEYWORD_MAX = 512
"""Characters of a keyword."""
_TEXT_MAX = 10_000  # characters of a post that are looked at
_WORK_MAX = 10_000  # characters compared in vain, for a word that stands within longer ones again and again


class Keyword(Struct, frozen=True):
    """A word or phrase; `whole_word`: not as a part of a longer word."""

    id: int
    keyword: str
    whole_word: bool


class FilteredPost(Struct, frozen=True):
    """A post that a filter names."""

    id: int
    post_id: int


class Filter(Struct, frozen=True, kw_only=True):
    """A filter: where it applies, what is to be done, and with what. Times in ms since 1970."""

    id: int
    account_id: int
    title: str
    context: tuple[str, ...]
    action: str
    expires_at: int | None = None
    created_at: int
    keywords: tuple[Keyword, ...] = ()
    posts: tuple[FilteredPost, ...] = ()


class Match(Struct, frozen=True):
    """A filter that a post matches, by which of its keywords, or because it names the post."""

    filter: Filter
    keywords: tuple[str, ...]
    posts: tuple[int, ...]


Matches = dict[int, tuple[Match, ...]]
"""By the id of the post, or of the boost and of what it boosts."""


class Sieve:
    """All filters of one person, ready for many posts."""

    def __init__(self, filters: Iterable[Filter]) -> None:
        self._filters = [
            (
                one,
                [_Needle(keyword) for keyword in one.keywords],
                frozenset(named.post_id for named in one.posts),
            )
            for one in filters
        ]

    def matches(self, posts: Iterable[Post], polls: Mapping[int, Ballot], now: int) -> Matches:
        """What is found in posts; in what they boost, for boosts of what is among them."""
        found: Matches = {}
        live = [one for one in self._filters if one[0].expires_at is None or one[0].expires_at > now]
        if not live:
            return found
        known = {post.id: post for post in posts}
        # Boosts come last: a filter that names the boost is told of where the boost's original is shown in it.
        for post in sorted(known.values(), key=_is_boost):
            shown = known.get(post.boost_of_id, post) if post.boost_of_id else post
            ids = {post.id, shown.id}
            text = _words(shown, polls.get(shown.poll_id) if shown.poll_id is not None else None)
            matched = tuple(match for one in live if (match := _match(one, ids, text)) is not None)
            if matched:
                found[post.id] = found[shown.id] = matched
        return found


class _Text(Struct, frozen=True):
    """The words of a post in lower case, in order and as a set."""

    text: str
    words: frozenset[str]


class _Needle:
    def __init__(self, keyword: Keyword) -> None:
        self.keyword = keyword.keyword
        self._folded = keyword.keyword.casefold()
        # Where it begins or ends with a sign, there is no word to be whole.
        self._left = keyword.whole_word and _in_word(self._folded[0])
        self._right = keyword.whole_word and _in_word(self._folded[-1])
        self._is_word = keyword.whole_word and all(map(_in_word, self._folded))
        self._tries = max(16, _WORK_MAX // len(self._folded))

    def is_in(self, given: _Text) -> bool:
        if self._is_word:
            return self._folded in given.words
        text = given.text
        if not (self._left or self._right):
            return self._folded in text
        at = text.find(self._folded)
        for _ in range(self._tries):
            if at < 0:
                return False
            end = at + len(self._folded)
            inside = (self._left and at > 0 and _in_word(text[at - 1])) or (
                self._right and end < len(text) and _in_word(text[end])
            )
            if not inside:
                return True
            at = text.find(self._folded, at + 1)
        return False


def _is_boost(post: Post) -> bool:
    return post.boost_of_id is not None


def _match(one: tuple[Filter, list[_Needle], frozenset[int]], ids: set[int], text: _Text) -> Match | None:
    given, needles, named = one
    words = tuple(needle.keyword for needle in needles if needle.is_in(text))
    posts = tuple(named & ids) if named else ()
    return Match(given, words, posts) if words or posts else None


def _words(post: Post, ballot: Ballot | None) -> _Text:
    pictures = tuple(one.description for one in post.attachments if one.description)
    options = ballot.poll.options if ballot is not None else ()
    return _folded(post.summary, post.content, pictures, options)


@lru_cache(maxsize=512)
def _folded(summary: str, content: str, pictures: tuple[str, ...], options: tuple[str, ...]) -> _Text:
    # Parts stay apart: no phrase may be found across them.
    joined = "\n\n".join((summary, plain(content), *options, *pictures))
    text = joined[:_TEXT_MAX].casefold()
    # Vowel signs and accents that stand alone belong to words, which \w does not know.
    marked = not text.isascii() and any(category(one)[0] == "M" for one in text)
    apart = "".join(one if _in_word(one) else " " for one in text).split() if marked else _WORD.findall(text)
    return _Text(text, frozenset(apart))


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_" or category(character)[0] == "M"
