"""Writing documents: the `@context` that the terms in use need, times, and what is left out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from fedi.activitypub.vocabulary import BASE, CONTEXTS, PREFIXES

Document = dict[str, Any]

ACTIVITYSTREAMS = "https://www.w3.org/ns/activitystreams"
SECURITY = "https://w3id.org/security/v1"

# Terms of ours that neither of the two contexts above defines, which a document defines for itself.
_EXTRA: Document = {
    term: definition
    for term, definition in BASE.items()
    if term not in PREFIXES
    and not any(term in CONTEXTS[url]["@context"] for url in (ACTIVITYSTREAMS, SECURITY))
}
_EXTRA_TERMS = _EXTRA.keys()
# Prefixes that those two contexts define.
_GIVEN = frozenset({"as", "sec", "xsd", "ldp"})


def with_context(body: Document) -> Document:
    """The document with its `@context` first: ActivityStreams, security, and the other terms it uses."""
    used: set[str] = set()
    _collect(body, used)
    context: list[Any] = [ACTIVITYSTREAMS, SECURITY]
    if used:
        context.append(dict(_definitions(tuple(sorted(used)))))
    return {"@context": context, **body}


def _collect(value: Any, used: set[str]) -> None:
    """Add the extra terms that a document uses, as keys or as types."""
    if value.__class__ is dict:
        used |= _EXTRA_TERMS & value
        kind = value.get("type")
        if kind.__class__ is str and kind in _EXTRA:
            used.add(kind)
        for item in value.values():
            if item.__class__ is dict or item.__class__ is list:
                _collect(item, used)
    else:
        for item in value:
            if item.__class__ is dict:
                _collect(item, used)


@lru_cache(maxsize=256)
def _definitions(used: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    """The definitions of these terms, preceded by the prefixes they need."""
    prefixes: dict[str, str] = {}
    for term in used:
        definition = _EXTRA[term]
        for name in [definition] if isinstance(definition, str) else definition.values():
            prefix = name.partition(":")[0]
            if prefix in PREFIXES and prefix not in _GIVEN:
                prefixes[prefix] = PREFIXES[prefix]
    return (*prefixes.items(), *((term, _EXTRA[term]) for term in used))


def present(pairs: Iterable[tuple[str, Any]]) -> Document:
    """A document of the pairs that have a value: None and empty tuples are left out."""
    return {name: value for name, value in pairs if value is not None and value != ()}


def stamp(moment: datetime | None) -> str | None:
    """A time as YYYY-MM-DDTHH:MM:SSZ. Fractions are dropped: not everyone reads them."""
    if moment is None:
        return None
    utc = moment.astimezone(UTC)
    return utc.replace(microsecond=0, tzinfo=None).isoformat() + "Z"
