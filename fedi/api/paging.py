"""Pages: `max_id`, `since_id`, `min_id` and `limit` in, a Link header (RFC 8288) out."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import urlencode

from quart import request

from fedi.api.context import Asker
from fedi.api.params import Params
from fedi.store.paging import Range

_MOVES = frozenset({"max_id", "since_id", "min_id"})


class Page(Protocol):
    """Anything with the ids of its first and last entry."""

    @property
    def first(self) -> int | None:
        """The newest entry's id."""
        ...

    @property
    def last(self) -> int | None:
        """The oldest entry's id."""
        ...


def asked(params: Params, *, default: int = 20, most: int = 40) -> Range:
    """Which page the client asks for."""
    return Range(
        limit=params.number("limit", default, lowest=1, highest=most),
        max_id=params.id("max_id"),
        since_id=params.id("since_id"),
        min_id=params.id("min_id"),
    )


def link(asker: Asker, page: Page) -> str | None:
    """The Link header: `next` leads to older entries, `prev` to newer ones. None for an empty page."""
    if page.first is None or page.last is None:
        return None
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in _MOVES]
    address = f"{asker.at.url}{request.path}?"
    older = address + urlencode([*kept, ("max_id", str(page.last))])
    newer = address + urlencode([*kept, ("min_id", str(page.first))])
    return f'<{older}>; rel="next", <{newer}>; rel="prev"'


def offset_link(asker: Asker, *, limit: int, offset: int, found: int) -> str | None:
    """The Link header of a ranking, which is paged by `offset`. None where there is nothing before or after."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "offset"]
    address = f"{asker.at.url}{request.path}?"
    links = []
    if found >= limit:
        links.append(f'<{address}{urlencode([*kept, ("offset", str(offset + limit))])}>; rel="next"')
    if offset:
        links.append(f'<{address}{urlencode([*kept, ("offset", str(max(offset - limit, 0)))])}>; rel="prev"')
    return ", ".join(links) or None
