"""Who asks to follow a locked account: /api/v1/follow_requests."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api import showing
from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.relationships import relationship
from fedi.api.paging import asked
from fedi.api.params import path_id, query
from fedi.api.responses import answer
from fedi.social import following, reading

routes = Blueprint("api_follow_requests", __name__, url_prefix="/api/v1/follow_requests")


@routes.get("")
@member("read:follows")
async def waiting(me: Asker) -> Response:
    """Who waits for an answer."""
    ask = asked(query(), default=40, most=80)
    async with me.services.store.read() as tx:
        found = await tx.follows.requests(
            me.id, max_id=ask.max_id, since_id=ask.since_id, min_id=ask.min_id, limit=ask.limit
        )
        return await showing.page(tx, me, found)


@routes.post("/<account_id>/authorize")
@member("write:follows")
async def authorize(me: Asker, account_id: str) -> Response:
    """Let somebody follow one."""
    async with me.services.store.write() as tx:
        other = await reading.person(tx, path_id(account_id))
        found = await following.accept(tx, await me.account(tx), other)
    return answer(relationship(found))


@routes.post("/<account_id>/reject")
@member("write:follows")
async def reject(me: Asker, account_id: str) -> Response:
    """Do not let somebody follow one."""
    async with me.services.store.write() as tx:
        other = await reading.anyone(tx, path_id(account_id))
        found = await following.reject(tx, await me.account(tx), other)
    return answer(relationship(found))
