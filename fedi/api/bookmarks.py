"""GET /api/v1/bookmarks and /api/v1/favourites."""

from __future__ import annotations

from msgspec import structs
from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.statuses import statuses
from fedi.api.paging import asked, link
from fedi.api.params import query
from fedi.api.responses import answer
from fedi.store.store import Transaction

routes = Blueprint("api_bookmarks", __name__, url_prefix="/api/v1")


@routes.get("/bookmarks")
@member("read:bookmarks")
async def bookmarks(me: Asker) -> Response:
    """What one bookmarked, the latest bookmark first."""
    async with me.services.store.read() as tx:
        return await _page(me, tx, await tx.bookmarks.page(me.id, asked(query())))


@routes.get("/favourites")
@member("read:favourites")
async def favourites(me: Asker) -> Response:
    """What one favourited, the latest favourite first."""
    async with me.services.store.read() as tx:
        return await _page(me, tx, await tx.bookmarks.favourites(me.id, asked(query())))


async def _page(me: Asker, tx: Transaction, found: list[tuple[int, int]]) -> Response:
    page = await tx.timelines.shown_among(me.id, [post_id for _, post_id in found])
    if found:
        # Pages go by when it was bookmarked, and hold what one may still see.
        page = structs.replace(page, first=found[0][0], last=found[-1][0])
    return answer(statuses(page, me.at), link=link(me, page))
