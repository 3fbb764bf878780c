"""Reading single properties out of documents that other servers wrote: leniently, and never with a surprise.

A property may hold one value or a list, a URI may be a string or an object with an id, and anything may be of
the wrong kind altogether. What cannot be read is None, or empty; who needs it says so with `required`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from fedi.activitypub.types import PUBLIC
from fedi.activitypub.uris import is_http, plain_uri
from fedi.activitypub.vocabulary import NAMES
from fedi.errors import Malformed

Document = dict[str, Any]

MAX_NAME = 2_048
"""Display names, user names, hashtags, alternative URIs (Mastodon's cap)."""
MAX_SUMMARY = 20_000
"""The bio of an actor (Mastodon's cap)."""
MAX_ALT = 10_000
"""The description of an attachment."""
MAX_NUMBER = 2**53 - 1

_PUBLIC_NAMES = frozenset({"as:Public", "Public", PUBLIC})
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")


def items(value: Any) -> list[Any]:
    """The values of a property that may have none, one or many."""
    if value is None:
        return []
    return value if value.__class__ is list else [value]


def single(value: Any) -> Any:
    """The value of a property that should have one: of a list the first."""
    if value.__class__ is list:
        return value[0] if value else None
    return value


def fields(value: Any) -> Document:
    """A nested object, or an empty one."""
    value = single(value)
    return value if value.__class__ is dict else {}


def text(value: Any, limit: int | None = None) -> str | None:
    """A string, of a list the first. Cut to `limit` characters; without NUL, which databases refuse."""
    if value.__class__ is list:
        value = next((item for item in value if item.__class__ is str), None)
    if value.__class__ is not str:
        return None
    if "\0" in value:
        value = value.replace("\0", "")
    result: str = value if limit is None or len(value) <= limit else value[:limit]
    return result


def uri(value: Any) -> str | None:
    """An http(s) URI: a string, an object with an `id`, or a Link with a `href`; of a list the first."""
    if value.__class__ is str:
        return value if plain_uri(value) or is_http(value) else None
    if value.__class__ is dict:
        found = value.get("id") or value.get("href")
        return found if is_http(found) else None
    if value.__class__ is list:
        return next((found for item in value if item.__class__ is not list and (found := uri(item))), None)
    return None


def own_id(document: Document) -> str | None:
    """The `id` of a document, if it is an http(s) URI."""
    found = document.get("id")
    return found if is_http(found) else None


def required(value: str | None, what: str) -> str:
    """`value`, or Malformed for a property that must be there."""
    if value is None:
        raise Malformed(f"no usable {what}")
    return value


def uris(value: Any) -> tuple[str, ...]:
    """The http(s) URIs of a property, each once, in order."""
    if value.__class__ is str:
        return (value,) if is_http(value) else ()
    return tuple(dict.fromkeys(found for item in items(value) if (found := uri(item)) is not None))


def audience(value: Any) -> tuple[str, ...]:
    """`to`, `cc` or `audience`: as `uris`, with the public address in full however it was written."""
    found: dict[str, None] = {}
    for item in items(value):
        if item.__class__ is not str:
            if one := uri(item):
                found[one] = None
        elif item in _PUBLIC_NAMES:
            found[PUBLIC] = None
        elif plain_uri(item) or is_http(item):
            found[item] = None
    return tuple(found)


def time(value: Any) -> datetime | None:
    """An xsd:dateTime in UTC; without an offset it is taken as UTC. None if it is none."""
    value = single(value)
    if value.__class__ is not str or not 8 <= len(value) <= 40:
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def number(value: Any) -> int | None:
    """A whole number from 0 to 2**53 - 1."""
    value = single(value)
    if value.__class__ is float and value.is_integer():
        value = int(value)
    return value if value.__class__ is int and 0 <= value <= MAX_NUMBER else None


def flag(value: Any) -> bool | None:
    """A boolean."""
    value = single(value)
    return value if value.__class__ is bool else None


def kind(document: Document, known: frozenset[str]) -> str | None:
    """The `type` of a document, of several the first that is `known`; None if none is."""
    value: str | None = document.get("type")
    if value.__class__ is str and value in known:
        return value
    named = (NAMES.get(item, item) for item in items(value) if item.__class__ is str)  # it may be a full IRI
    return next((item for item in named if item in known), None)


def link(value: Any) -> str | None:
    """A page to look at: an http(s) URI, a Link, or the text/html one of several (PeerTube, Bridgy Fed)."""
    if value.__class__ is str:
        return uri(value)
    fallback = None
    for item in items(value):
        found = uri(item.get("href") or item.get("url") if item.__class__ is dict else item)
        if item.__class__ is dict and item.get("mediaType") == "text/html" and found:
            return found
        fallback = fallback or found
    return fallback


def languages(value: Any) -> dict[str, str]:
    """A language map, {language tag: text}, without what is no language."""
    found: dict[str, str] = {}
    if value.__class__ is dict:
        for tag, words in value.items():
            name, content = language(tag), text(words)
            if name is not None and content is not None:
                found.setdefault(name, content)
    return found


@lru_cache(maxsize=1024)
def language(tag: str) -> str | None:
    """A language tag in the case that BCP 47 recommends (RFC 5646 section 2.1.1); None for und and non-tags."""
    if _LANGUAGE.fullmatch(tag) is None or tag.lower() == "und":
        return None
    first, *rest = tag.split("-")
    cased = (
        part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part.lower() for part in rest
    )
    return "-".join((first.lower(), *cased))


def translated(document: Document, name: str) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """A text and its language map (`content` and `contentMap`), each filled from the other.

    The pair that equals the text comes first, the others by language: see `Post.content_map`.
    """
    plain = text(document.get(name))
    by_language = languages(document.get(f"{name}Map"))
    if not by_language:
        return plain, ()
    if plain is None and by_language:
        plain = by_language[min(by_language)]
    return plain, tuple(sorted(by_language.items(), key=lambda pair: (pair[1] != plain, pair[0])))
