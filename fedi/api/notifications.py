"""GET /api/v1/notifications, and taking notices away."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.notifications import Notification, notifications
from fedi.api.entities.statuses import statuses
from fedi.api.paging import asked, link
from fedi.api.params import path_id, query
from fedi.api.responses import answer, nothing
from fedi.errors import NotFound
from fedi.store.notifications import Notice
from fedi.store.paging import AccountPage
from fedi.store.store import Transaction

routes = Blueprint("api_notifications", __name__, url_prefix="/api/v1/notifications")


@routes.get("")
@member("read:notifications")
async def several(me: Asker) -> Response:
    """What others did, the latest first."""
    params = query()
    ask = asked(params, default=40, most=80)
    async with me.services.store.read() as tx:
        found = await tx.notifications.list(
            me.id,
            max_id=ask.max_id,
            since_id=ask.since_id,
            min_id=ask.min_id,
            limit=ask.limit,
            types=params.texts("types"),
            exclude_types=params.texts("exclude_types") or (),
            from_id=params.id("account_id"),
        )
        entities = await _entities(me, tx, found)
    first, last = (found[0].id, found[-1].id) if found else (None, None)
    return answer(entities, link=link(me, AccountPage([], first, last)))


@routes.get("/<notice_id>")
@member("read:notifications")
async def one(me: Asker, notice_id: str) -> Response:
    """A notice."""
    async with me.services.store.read() as tx:
        found = await tx.notifications.by_id(me.id, path_id(notice_id))
        entities = await _entities(me, tx, [found] if found else [])
    if not entities:
        raise NotFound
    return answer(entities[0])


@routes.post("/clear")
@member("write:notifications")
async def clear(me: Asker) -> Response:
    """Take all notices away."""
    async with me.services.store.write() as tx:
        await tx.notifications.clear(me.id)
    return nothing()


@routes.post("/<notice_id>/dismiss")
@member("write:notifications")
async def dismiss(me: Asker, notice_id: str) -> Response:
    """Take a notice away."""
    async with me.services.store.write() as tx:
        if not await tx.notifications.dismiss(me.id, path_id(notice_id)):
            raise NotFound
    return nothing()


async def _entities(me: Asker, tx: Transaction, notices: list[Notice]) -> list[Notification]:
    senders = await tx.people.by_ids({notice.from_id for notice in notices})
    about = list({notice.post_id for notice in notices if notice.post_id})
    view = await tx.timelines.shown_among(me.id, about)
    return notifications(notices, senders, statuses(view, me.at), me.at)
