"""Content negotiation (RFC 9110 section 12.5.1): the same address has a page for people and a document for servers."""

from __future__ import annotations

from functools import lru_cache

ACTIVITY_TYPES = ("application/activity+json", "application/ld+json", "application/json")
"""What stands for our documents, whichever of them is asked for."""
PAGE_TYPES = ("text/html", "application/xhtml+xml")
_LONGEST = 1024
_RANGES = 32
_BY_NAME = 2


def prefers_activity(accept: str, *, otherwise: bool) -> bool:
    """Whether an Accept header prefers an ActivityPub document to a page; `otherwise` where it has no preference.

    Whoever names one of our types beside text/html, equally weighted, is a server: no browser does.
    """
    if not accept or accept == "*/*" or len(accept) > _LONGEST:
        return otherwise
    return _preference(accept, otherwise)


@lru_cache(maxsize=512)
def _preference(accept: str, otherwise: bool) -> bool:
    ranges = _ranges(accept)
    document = max(_weight(kind, ranges) for kind in ACTIVITY_TYPES)
    page = max(_weight(kind, ranges) for kind in PAGE_TYPES)
    if document[0] != page[0]:
        return document[0] > page[0]
    if document[0] == 0:
        return otherwise
    return document[1] == _BY_NAME or (otherwise and page[1] != _BY_NAME)


def _ranges(accept: str) -> dict[str, float]:
    """Media ranges with their weights; the highest where one is named twice."""
    found: dict[str, float] = {}
    for part in _split(accept)[:_RANGES]:
        kind, *parameters = (piece.strip() for piece in part.lower().split(";"))
        if kind:
            found[kind] = max(found.get(kind, 0.0), _quality(parameters))
    return found


def _split(accept: str) -> list[str]:
    """At the commas that are not inside a quoted parameter."""
    pieces = accept.split('"')
    outside = "".join(piece for number, piece in enumerate(pieces) if number % 2 == 0)
    return outside.split(",")


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _weight(kind: str, ranges: dict[str, float]) -> tuple[float, int]:
    """(weight, how closely it is named) of a type: by its name, else by its family, else by */*."""
    for closeness, name in ((_BY_NAME, kind), (1, f"{kind.partition('/')[0]}/*"), (0, "*/*")):
        if name in ranges:
            return ranges[name], closeness
    return 0.0, 0
