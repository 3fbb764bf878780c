"""Pages of posts: the newest first, older ones behind a link."""

from __future__ import annotations

from quart import request

from fedi.errors import NotFound
from fedi.store.paging import PostPage, Range

PAGE = 20


def asked() -> Range:
    """Which part is asked for, by `?max_id=`."""
    text = request.args.get("max_id")
    if text is None:
        return Range(limit=PAGE)
    if not text.isascii() or not text.isdecimal() or len(text) > 19 or int(text) >= 2**63:
        raise NotFound(f"no page {text[:40]!r}")
    return Range(limit=PAGE, max_id=int(text))


def older(page: PostPage) -> int | None:
    """Where the next older page begins; None on the last one, and after one that was not full."""
    return page.last if len(page.posts) == PAGE else None
