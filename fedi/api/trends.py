"""GET /api/v1/trends/...: what many people talk about now."""

from __future__ import annotations

from msgspec import Struct
from quart import Blueprint, Response

from fedi.api.auth import anyone
from fedi.api.context import Asker
from fedi.api.entities import cards
from fedi.api.entities.statuses import statuses
from fedi.api.entities.tags import History, history
from fedi.api.hashtags import tags_of
from fedi.api.paging import offset_link
from fedi.api.params import Params, query
from fedi.api.responses import answer
from fedi.api.site import site_of
from fedi.store.trends import Trends

routes = Blueprint("api_trends", __name__, url_prefix="/api/v1/trends")

_FURTHEST = 10_000


class TrendsLink(cards.PreviewCard, kw_only=True):
    """A link with its use in the last days."""

    history: list[History]


class Part(Struct, frozen=True):
    """Which part of a ranking is asked for."""

    limit: int
    offset: int


@routes.get("")
@routes.get("/tags")
@anyone("read:statuses")
async def tags(asker: Asker) -> Response:
    """Hashtags that many more people use than before."""
    site, part = await site_of(asker), _part(query(), default=10, most=20)
    async with asker.services.store.read() as tx:
        names = (
            await Trends(tx).tags(part.limit, part.offset, review=site.trends_review) if site.trends else []
        )
        found = await tags_of(tx, names, asker.viewer_id, asker.at)
    return answer(found, link=_link(asker, part, len(names)))


@routes.get("/statuses")
@anyone("read:statuses")
async def posts(asker: Asker) -> Response:
    """Posts that many people like."""
    site, part = await site_of(asker), _part(query(), default=20, most=40)
    async with asker.services.store.read() as tx:
        ids = (
            await Trends(tx).posts(asker.viewer_id, part.limit, part.offset, review=site.trends_review)
            if site.trends
            else []
        )
        page = await tx.timelines.shown_among(asker.viewer_id, ids, wanted=True)
    return answer(statuses(page, asker.at), link=_link(asker, part, len(ids)))


@routes.get("/links")
@anyone("read:statuses")
async def links(asker: Asker) -> Response:
    """Links that many people share."""
    site, part = await site_of(asker), _part(query(), default=10, most=20)
    async with asker.services.store.read() as tx:
        trends = Trends(tx)
        found = await trends.links(part.limit, part.offset, review=site.trends_review) if site.trends else []
        used = await trends.link_history([card.id for card in found])
    entities = [
        TrendsLink(**cards.values(card, asker.at), history=history(used.get(card.id, ()), tx.now))
        for card in found
    ]
    return answer(entities, link=_link(asker, part, len(found)))


def _part(params: Params, *, default: int, most: int) -> Part:
    limit = params.number("limit", default, lowest=1, highest=most)
    return Part(limit, params.number("offset", 0, highest=_FURTHEST))


def _link(asker: Asker, part: Part, found: int) -> str | None:
    return offset_link(asker, limit=part.limit, offset=part.offset, found=found)
