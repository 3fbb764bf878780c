"""GET /api/v1/notifications, and taking notices away."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.notifications import Notification, notifications
from fedi.api.entities.statuses import statuses
from fedi.api.notice_abouts import about
from fedi.api.paging import asked, link
from fedi.api.params import Params, path_id, query
from fedi.api.responses import answer, nothing
from fedi.errors import NotFound
from fedi.social.noticing import look_up
from fedi.store.notifications import Notice, Which
from fedi.store.paging import AccountPage
from fedi.store.store import Transaction

routes = Blueprint("api_notifications", __name__, url_prefix="/api/v1/notifications")

COUNT_DEFAULT, COUNT_MOST = 100, 1_000
TYPES_MOST = 64


@routes.get("")
@member("read:notifications")
async def several(me: Asker) -> Response:
    """What others did, the latest first."""
    params = query()
    ask, which = asked(params, default=40, most=80), which_of(params)
    async with me.services.store.read() as tx:
        found = await tx.notifications.list(
            me.id,
            max_id=ask.max_id,
            since_id=ask.since_id,
            min_id=ask.min_id,
            limit=ask.limit,
            types=which.types,
            exclude_types=which.exclude_types,
            from_id=which.from_id,
            include_filtered=which.include_filtered,
        )
        entities = await _entities(me, tx, found, params)
    first, last = (found[0].id, found[-1].id) if found else (None, None)
    return answer(entities, link=link(me, AccountPage([], first, last)))


@routes.get("/unread_count")
@member("read:notifications")
async def unread_count(me: Asker) -> Response:
    """How many came after the one that was read last."""
    params = query()
    limit = params.number("limit", COUNT_DEFAULT, lowest=1, highest=COUNT_MOST)
    async with me.services.store.read() as tx:
        count = await tx.notifications.unread(me.id, which_of(params), limit)
    return answer({"count": count})


@routes.get("/<notice_id>")
@member("read:notifications")
async def one(me: Asker, notice_id: str) -> Response:
    """A notice."""
    async with me.services.store.read() as tx:
        found = await tx.notifications.by_id(me.id, path_id(notice_id))
        entities = await _entities(me, tx, [found] if found else [], query())
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


def which_of(params: Params) -> Which:
    """Which notices a client asks for."""
    types = params.texts("types")
    return Which(
        None if types is None else tuple(types[:TYPES_MOST]),
        tuple(params.texts("exclude_types") or ())[:TYPES_MOST],
        params.id("account_id"),
        params.flag("include_filtered"),
    )


async def _entities(me: Asker, tx: Transaction, notices: list[Notice], params: Params) -> list[Notification]:
    seen = await look_up(tx, me.id, notices)
    things = await about(tx, notices, me.at, supported=params.texts("supported_types"), locale=me.locale)
    return notifications(notices, seen.senders, statuses(seen.posts, me.at), me.at, things)
