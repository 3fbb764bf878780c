"""What a local person types: counted as Mastodon counts, and rendered with its mentions, hashtags and links."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from msgspec import Struct

from fedi.activitypub.uris import Addresses
from fedi.errors import Unprocessable
from fedi.model.people import Account
from fedi.social import markdown

URL_COUNTS_AS = 23
"""Every address counts as this many characters, however long it is (Mastodon's `characters_reserved_per_url`)."""
MENTIONS_MAX = 50
TAGS_MAX = 50

_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_AFTER_URL = ".,:;!?)'"
_JOINER = "\u200d"
_FLAGS = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)


class Rendered(Struct, frozen=True, kw_only=True):
    """A text as HTML. `tags` are in lower case without #, `mentions` in the order of the text, each once."""

    html: str
    tags: tuple[str, ...]
    mentions: tuple[Account, ...]


def find_handles(text: str) -> list[str]:
    """The handles that a text mentions, in lower case: `ana` for somebody here, `bo@example.org`; each once."""
    return list(dict.fromkeys(markdown.scan(text).handles))[:MENTIONS_MAX]


def render(text: str, mentions: Mapping[str, Account], addresses: Addresses) -> Rendered:
    """Markdown to HTML. `mentions` holds the accounts of the handles that were found; others stay words."""
    found = markdown.Found(accounts=mentions, addresses=addresses)
    html = markdown.render(text, found)
    return Rendered(
        html=html,
        tags=tuple(dict.fromkeys(found.tags))[:TAGS_MAX],
        mentions=tuple({account.id: account for account in found.mentioned}.values()),
    )


def check(text: str, summary: str, limit: int, *, may_be_empty: bool = False) -> None:
    """Raise Unprocessable for a post that is empty, or longer than `limit` as `count` counts."""
    if not (text.strip() or may_be_empty):
        raise Unprocessable(public="Validation failed: Text can't be blank")
    # What is far too long is not worth counting: an address of any length counts as 23.
    if len(text) + len(summary) > limit * 20 or count(text) + count(summary) > limit:
        raise Unprocessable(public=f"Validation failed: Text character limit of {limit} exceeded")


def count(text: str) -> int:
    """The length of a text: an address counts as 23, a remote mention without its domain, a family emoji once."""
    text = _URL.sub(_reserved, text)
    text = markdown.MENTION.sub(lambda match: "@" + match[1], text)
    return len(text) if text.isascii() else _graphemes(text)


def _reserved(match: re.Match[str]) -> str:
    after = len(match[0]) - len(match[0].rstrip(_AFTER_URL))
    return "x" * (URL_COUNTS_AS + after)


def _graphemes(text: str) -> int:
    """About what Unicode calls extended grapheme clusters (UAX 29): marks, joined emoji and flags count once."""
    counted, joined, half_flag = 0, False, False
    for character in text:
        code = ord(character)
        flag = code in _FLAGS
        extends = (
            character == _JOINER
            or code in _SKIN_TONES
            or unicodedata.category(character) in ("Mn", "Me", "Mc")
        )
        if not (extends or joined or (flag and half_flag)):
            counted += 1
        half_flag = flag and not half_flag
        joined = character == _JOINER
    return counted
