"""Who quotes a status, and who may: /api/v1/statuses/{id}/quotes and /interaction_policy."""

from __future__ import annotations

from msgspec import structs
from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.statuses import status, statuses
from fedi.api.paging import asked, link
from fedi.api.params import body, path_id, query
from fedi.api.responses import answer
from fedi.errors import NotFound, Unprocessable
from fedi.model.quotes import POLICIES, chosen
from fedi.social import quoting, reading

routes = Blueprint("api_quotes", __name__, url_prefix="/api/v1/statuses/<status_id>")


@routes.get("/quotes")
@member("read:statuses")
async def several(me: Asker, status_id: str) -> Response:
    """The statuses that quote this one."""
    ask = asked(query())
    async with me.services.store.read() as tx:
        post = (await reading.one(tx, path_id(status_id), me.id)).posts[0]
        found = await tx.quotes.page(post.id, ask)
        page = await tx.timelines.shown_among(me.id, found, wanted=True)
    if found:
        page = structs.replace(page, first=found[0], last=found[-1])
    return answer(statuses(page, me.at), link=link(me, page))


@routes.post("/quotes/<quoting_id>/revoke")
@member("write:statuses")
async def revoke(me: Asker, status_id: str, quoting_id: str) -> Response:
    """Take back that one's status may be quoted there."""
    async with me.services.store.write() as tx:
        quoted = (await reading.one(tx, path_id(status_id), me.id)).posts[0]
        other = await tx.posts.by_id(path_id(quoting_id))
        if other is None:
            raise NotFound
        await quoting.revoke(tx, await me.account(tx), quoted, other)
        view = await reading.one(tx, other.id, me.id)
    return answer(status(view, me.at))


@routes.put("/interaction_policy")
@member("write:statuses")
async def set_policy(me: Asker, status_id: str) -> Response:
    """Say who may quote a status of one's own from now on."""
    params = await body()
    assert me.session is not None
    name = params.text("quote_approval_policy") or me.session.user.default_quote_policy
    if name not in POLICIES:
        raise Unprocessable(public="Validation failed: Quote approval policy is not included in the list")
    async with me.services.store.write() as tx:
        post = (await reading.one(tx, path_id(status_id), me.id)).posts[0]
        if post.account_id != me.id:
            raise NotFound
        await quoting.set_policy(tx, await me.account(tx), post, chosen(name, post.visibility))
        view = await reading.one(tx, post.id, me.id)
    return answer(status(view, me.at))
