"""What trends, to be looked at: /api/v1/admin/trends."""

from __future__ import annotations

from typing import Any

import msgspec
from quart import Blueprint, Response

from fedi.api.admin.guard import staff
from fedi.api.admin.reviewed import admin_tags, publisher
from fedi.api.context import Asker
from fedi.api.entities import cards
from fedi.api.entities.statuses import statuses
from fedi.api.entities.tags import history
from fedi.api.paging import offset_link
from fedi.api.params import Params, path_id, query
from fedi.api.responses import answer
from fedi.errors import NotFound
from fedi.model.cards import Card
from fedi.model.permissions import MANAGE_TAXONOMIES
from fedi.social import reviewing
from fedi.store.paging import LAST
from fedi.store.store import Transaction
from fedi.store.trend_reviews import TrendReviews
from fedi.store.trends import Provider, Trends

routes = Blueprint("api_admin_trends", __name__, url_prefix="/api/v1/admin/trends")

_READ, _WRITE = "admin:read", "admin:write"
_FURTHEST = 10_000
_LONGEST = 200


@routes.get("/tags")
@staff(MANAGE_TAXONOMIES, _READ)
async def tags(me: Asker) -> Response:
    """Hashtags that trend, those too that were refused or nobody looked at."""
    limit, offset = _part(query())
    async with me.services.store.read() as tx:
        found = await admin_tags(tx, me, await TrendReviews(tx).tags(limit, offset))
    return answer(found, link=offset_link(me, limit=limit, offset=offset, found=len(found)))


@routes.post("/tags/<name>/<verb>")
@staff(MANAGE_TAXONOMIES, _WRITE)
async def decide_tag(me: Asker, name: str, verb: str) -> Response:
    """Let a hashtag trend, or not."""
    wanted = name.lower().removeprefix("#")[:_LONGEST]
    async with me.services.store.write() as tx:
        if wanted not in await Trends(tx).tag_states([wanted]):
            raise NotFound
        await reviewing.trending_tag(tx, me.id, wanted, trendable=_decision(verb))
        return answer((await admin_tags(tx, me, [wanted]))[0])


@routes.get("/statuses")
@staff(MANAGE_TAXONOMIES, _READ)
async def posts(me: Asker) -> Response:
    """Posts that trend, those too that were refused or nobody looked at."""
    limit, offset = _part(query())
    async with me.services.store.read() as tx:
        found = await TrendReviews(tx).posts(limit, offset)
        page = await tx.timelines.shown_among(me.id, [one.id for one in found])
    open_ = {str(one.id) for one in found if one.trendable is None}
    entities = [
        msgspec.to_builtins(one) | {"requires_review": one.id in open_} for one in statuses(page, me.at)
    ]
    return answer(entities, link=offset_link(me, limit=limit, offset=offset, found=len(found)))


@routes.post("/statuses/<post_id>/<verb>")
@staff(MANAGE_TAXONOMIES, _WRITE)
async def decide_post(me: Asker, post_id: str, verb: str) -> Response:
    """Let a post trend, or not."""
    wanted = path_id(post_id)
    async with me.services.store.write() as tx:
        await reviewing.status(tx, me.id, wanted, trendable=_decision(verb))
        page = await tx.timelines.shown_among(me.id, [wanted])
    shown = statuses(page, me.at)
    if not shown:
        raise NotFound
    return answer(msgspec.to_builtins(shown[0]) | {"requires_review": False})


@routes.get("/links")
@staff(MANAGE_TAXONOMIES, _READ)
async def links(me: Asker) -> Response:
    """Links that trend, those too that were refused or nobody looked at."""
    limit, offset = _part(query())
    async with me.services.store.read() as tx:
        found = await TrendReviews(tx).links(limit, offset)
        entities = await _links(tx, me, found)
    return answer(entities, link=offset_link(me, limit=limit, offset=offset, found=len(found)))


@routes.post("/links/<card_id>/<verb>")
@staff(MANAGE_TAXONOMIES, _WRITE)
async def decide_link(me: Asker, card_id: str, verb: str) -> Response:
    """Let a link trend, or not."""
    wanted, trendable = path_id(card_id), _decision(verb)
    async with me.services.store.write() as tx:
        await reviewing.link(tx, me.id, wanted, trendable=trendable)
        card = await TrendReviews(tx).link(wanted)
        if card is None:
            raise NotFound
        return answer((await _links(tx, me, [(card, trendable)]))[0])


@routes.get("/links/publishers")
@staff(MANAGE_TAXONOMIES, _READ)
async def publishers(me: Asker) -> Response:
    """Hosts whose links trended."""
    params = query()
    limit = params.number("limit", 100, lowest=1, highest=200)
    async with me.services.store.read() as tx:
        found = await Trends(tx).providers(limit, params.id("max_id") or LAST)
    entities = [publisher(one) for one in found]
    at = f"{me.at.url}/api/v1/admin/trends/links/publishers?limit={limit}"
    return answer(entities, link=f'<{at}&max_id={entities[-1].id}>; rel="next"' if entities else None)


@routes.post("/links/publishers/<provider_id>/<verb>")
@staff(MANAGE_TAXONOMIES, _WRITE)
async def decide_publisher(me: Asker, provider_id: str, verb: str) -> Response:
    """Let links to a host trend, or not."""
    wanted = path_id(provider_id)
    async with me.services.store.write() as tx:
        await reviewing.publisher(tx, me.id, wanted, trendable=_decision(verb))
        return answer(publisher(await _provider(tx, wanted)))


async def _provider(tx: Transaction, provider_id: int) -> Provider:
    found = await Trends(tx).providers(1, provider_id + 1)
    if not found or found[0].id != provider_id:
        raise NotFound
    return found[0]


async def _links(tx: Transaction, me: Asker, found: list[tuple[Card, bool | None]]) -> list[dict[str, Any]]:
    used = await Trends(tx).link_history([card.id for card, _ in found])
    return [
        msgspec.to_builtins(cards.card(card, me.at))
        | {
            "id": str(card.id),
            "requires_review": trendable is None,
            "history": msgspec.to_builtins(history(used.get(card.id, ()), tx.now)),
        }
        for card, trendable in found
    ]


def _part(params: Params) -> tuple[int, int]:
    return params.number("limit", 20, lowest=1, highest=100), params.number("offset", 0, highest=_FURTHEST)


def _decision(verb: str) -> bool:
    if verb not in ("approve", "reject"):
        raise NotFound
    return verb == "approve"
