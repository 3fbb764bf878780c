"""GET, PUT and DELETE /api/v1/scheduled_statuses: posts that wait for their time."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.scheduled import scheduled
from fedi.api.paging import asked, link
from fedi.api.params import body, path_id, query
from fedi.api.responses import answer, nothing
from fedi.api.wishes import time_of
from fedi.errors import NotFound, Unprocessable
from fedi.social import scheduling
from fedi.store.paging import AccountPage

routes = Blueprint("api_scheduled_statuses", __name__, url_prefix="/api/v1/scheduled_statuses")


@routes.get("")
@member("read:statuses")
async def several(me: Asker) -> Response:
    """What one has for later."""
    async with me.services.store.read() as tx:
        found = await tx.scheduled.page(me.id, asked(query()))
    ends = (found[0].id, found[-1].id) if found else (None, None)
    return answer([scheduled(one, me.at) for one in found], link=link(me, AccountPage([], *ends)))


@routes.get("/<scheduled_id>")
@member("read:statuses")
async def one(me: Asker, scheduled_id: str) -> Response:
    """One of them."""
    async with me.services.store.read() as tx:
        found = await tx.scheduled.by_id(path_id(scheduled_id), me.id)
    if found is None:
        raise NotFound
    return answer(scheduled(found, me.at))


@routes.put("/<scheduled_id>")
@member("write:statuses")
async def move(me: Asker, scheduled_id: str) -> Response:
    """Give it another time."""
    at = time_of(await body(), "scheduled_at")
    async with me.services.store.write() as tx:
        if at is None:
            if await tx.scheduled.by_id(path_id(scheduled_id), me.id) is None:
                raise NotFound
            raise Unprocessable(public="Validation failed: Scheduled at can't be blank")
        found = await scheduling.move(tx, me.id, path_id(scheduled_id), at)
    return answer(scheduled(found, me.at))


@routes.delete("/<scheduled_id>")
@member("write:statuses")
async def cancel(me: Asker, scheduled_id: str) -> Response:
    """Give it up."""
    async with me.services.store.write() as tx:
        await scheduling.cancel(tx, me.id, path_id(scheduled_id))
    return nothing()
