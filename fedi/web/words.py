"""What this server calls its things: one truth, two truths, a retruth."""

from __future__ import annotations

from typing import NamedTuple

from fedi.config.sections import Brand


class Words(NamedTuple):
    """The brand's words, ready for sentences."""

    name: str
    post: str
    posts: str
    repost: str
    reposts: str

    @classmethod
    def of(cls, brand: Brand) -> Words:
        """The words of the settings, with their plurals."""
        return cls(brand.name, brand.post, plural(brand.post), brand.repost, plural(brand.repost))


def plural(word: str) -> str:
    """The English plural of a regular noun; the settings only give the singular."""
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"


def titled(word: str) -> str:
    """The word at the start of a sentence; the rest of it as the operator wrote it."""
    return word[:1].upper() + word[1:]
