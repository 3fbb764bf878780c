"""Following and blocking: /api/v1/accounts/:id/follow and its neighbours, /api/v1/blocks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.accounts import account
from fedi.api.entities.relationships import relationship
from fedi.api.paging import asked, link
from fedi.api.params import body, path_id, query
from fedi.api.responses import answer
from fedi.model.people import Account, Relationship
from fedi.social import blocking, following, reading
from fedi.store.paging import AccountPage
from fedi.store.store import Transaction

routes = Blueprint("api_relationships", __name__, url_prefix="/api/v1")

Verb = Callable[[Transaction, Account, Account], Awaitable[Relationship]]
_MOST = 100


@routes.get("/accounts/relationships")
@member("read:follows")
async def relationships(me: Asker) -> Response:
    """What is between one and the accounts `id[]`."""
    ids = query().ids("id", _MOST)
    async with me.services.store.read() as tx:
        known = await tx.people.by_ids(ids)
        found = await tx.follows.relationships(me.id, [one for one in ids if one in known])
    return answer([relationship(one) for one in found])


@routes.post("/accounts/<account_id>/follow")
@member("write:follows")
async def follow(me: Asker, account_id: str) -> Response:
    """Follow somebody, or change what one wants to see of them."""
    params = await body()
    async with me.services.store.write() as tx:
        person, other = await me.account(tx), await reading.person(tx, path_id(account_id))
        known = await tx.follows.between(person.id, other.id)
        found = await following.ask(
            tx,
            person,
            other,
            show_reblogs=params.flag("reblogs", known is None or known.show_reblogs),
            notify=params.flag("notify", known is not None and known.notify),
        )
    return answer(relationship(found))


@routes.post("/accounts/<account_id>/unfollow")
@member("write:follows")
async def unfollow(me: Asker, account_id: str) -> Response:
    """Follow somebody no longer, or withdraw what one asked."""
    return await _done(me, account_id, following.undo)


@routes.post("/accounts/<account_id>/remove_from_followers")
@member("write:follows")
async def remove_from_followers(me: Asker, account_id: str) -> Response:
    """Somebody follows one no longer."""
    return await _done(me, account_id, following.remove_follower)


@routes.post("/accounts/<account_id>/block")
@member("write:blocks")
async def block(me: Asker, account_id: str) -> Response:
    """Block somebody."""
    return await _done(me, account_id, blocking.block)


@routes.post("/accounts/<account_id>/unblock")
@member("write:blocks")
async def unblock(me: Asker, account_id: str) -> Response:
    """Block somebody no longer."""
    return await _done(me, account_id, blocking.unblock)


@routes.get("/blocks")
@member("read:blocks")
async def blocks(me: Asker) -> Response:
    """Whom one blocks."""
    ask = asked(query(), default=40, most=80)
    async with me.services.store.read() as tx:
        found = await tx.blocks.blocked(me.id, max_id=ask.max_id, limit=ask.limit)
    first, last = (found[0].id, found[-1].id) if found else (None, None)
    page = AccountPage(found, first, last)
    return answer([account(person, me.at) for person in found], link=link(me, page))


async def _done(me: Asker, account_id: str, verb: Verb) -> Response:
    async with me.services.store.write() as tx:
        other = await reading.person(tx, path_id(account_id))
        found = await verb(tx, await me.account(tx), other)
    return answer(relationship(found))
