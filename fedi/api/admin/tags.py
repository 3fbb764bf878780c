"""Hashtags for moderators: /api/v1/admin/tags. A hashtag's id is its name."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api.admin.guard import staff
from fedi.api.admin.reviewed import AdminTag, admin_tags
from fedi.api.context import Asker
from fedi.api.params import body, query
from fedi.api.responses import answer
from fedi.errors import NotFound
from fedi.model.permissions import MANAGE_TAXONOMIES
from fedi.social import reviewing
from fedi.store.store import Transaction
from fedi.store.tags import Tags
from fedi.store.trends import Trends

routes = Blueprint("api_admin_tags", __name__, url_prefix="/api/v1/admin/tags")

_LONGEST = 200


@routes.get("")
@staff(MANAGE_TAXONOMIES, "admin:read")
async def tags(me: Asker) -> Response:
    """Hashtags that trended or were decided about, by name."""
    params = query()
    limit = params.number("limit", 100, lowest=1, highest=200)
    async with me.services.store.read() as tx:
        states = await Trends(tx).tag_states_page(limit, params.text("max_id")[:_LONGEST])
        found = await admin_tags(tx, me, [one.name for one in states])
    link = (
        f'<{me.at.url}/api/v1/admin/tags?limit={limit}&max_id={found[-1].id}>; rel="next"' if found else None
    )
    return answer(found, link=link)


@routes.get("/<name>")
@staff(MANAGE_TAXONOMIES, "admin:read")
async def one(me: Asker, name: str) -> Response:
    """A hashtag that somebody used, or that was decided about."""
    async with me.services.store.read() as tx:
        return answer(await _entity(tx, me, name))


@routes.put("/<name>")
@staff(MANAGE_TAXONOMIES, "admin:write")
async def change(me: Asker, name: str) -> Response:
    """Decide whether a hashtag may trend, be used, and be found; what is not given stays."""
    params = await body()
    async with me.services.store.write() as tx:
        known = await _entity(tx, me, name)
        await reviewing.tag(
            tx,
            me.id,
            known.name,
            trendable=params.flag("trendable", known.trendable),
            usable=params.flag("usable", known.usable),
            listable=params.flag("listable", known.listable),
        )
        return answer(await _entity(tx, me, name))


async def _entity(tx: Transaction, me: Asker, name: str) -> AdminTag:
    wanted = name.lower().removeprefix("#")[:_LONGEST]
    known = wanted in await Trends(tx).tag_states([wanted])
    if not known and wanted not in await Tags(tx).starting_with(wanted, 1):
        raise NotFound
    return (await admin_tags(tx, me, [wanted]))[0]
