"""/api/v1/lists, and on which of them somebody is."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.accounts import account
from fedi.api.entities.lists import list_
from fedi.api.paging import asked, link
from fedi.api.params import Params, body, path_id, query
from fedi.api.responses import answer, nothing
from fedi.social import listing, reading
from fedi.store.paging import Range

routes = Blueprint("api_lists", __name__, url_prefix="/api/v1")

_DEFAULT_POLICY = "list"


@routes.get("/lists")
@member("read:lists")
async def several(me: Asker) -> Response:
    """One's lists."""
    async with me.services.store.read() as tx:
        found = await tx.lists.of(me.id)
    return answer([list_(one) for one in found])


@routes.post("/lists")
@member("write:lists")
async def create(me: Asker) -> Response:
    """Make a list."""
    params = await body()
    policy = params.text("replies_policy") or _DEFAULT_POLICY
    async with me.services.store.write() as tx:
        made = await listing.create(tx, me.id, params.text("title"), policy, params.flag("exclusive"))
    return answer(list_(made))


@routes.get("/lists/<list_id>")
@member("read:lists")
async def one(me: Asker, list_id: str) -> Response:
    """A list of one's own."""
    async with me.services.store.read() as tx:
        found = await listing.own(tx, me.id, path_id(list_id))
    return answer(list_(found))


@routes.put("/lists/<list_id>")
@member("write:lists")
async def change(me: Asker, list_id: str) -> Response:
    """Change a list. What is not sent stays as it is."""
    params = await body()
    async with me.services.store.write() as tx:
        before = await listing.own(tx, me.id, path_id(list_id))
        after = await listing.change(
            tx,
            before,
            params.text("title", before.title),
            params.text("replies_policy") or before.replies_policy,
            params.flag("exclusive", before.exclusive),
        )
    return answer(list_(after))


@routes.delete("/lists/<list_id>")
@member("write:lists")
async def remove(me: Asker, list_id: str) -> Response:
    """Delete a list."""
    async with me.services.store.write() as tx:
        await listing.remove(tx, await listing.own(tx, me.id, path_id(list_id)))
    return nothing()


@routes.get("/lists/<list_id>/accounts")
@member("read:lists")
async def accounts(me: Asker, list_id: str) -> Response:
    """Who is on a list; everybody at once with `limit=0`."""
    params = query()
    everybody = params.text("limit").strip() == "0"
    ask = Range(limit=listing.MEMBERS_MAX) if everybody else asked(params, default=40, most=80)
    async with me.services.store.read() as tx:
        found = await listing.own(tx, me.id, path_id(list_id))
        page = await tx.lists.members(found.id, ask)
    entities = [account(person, me.at) for person in page.accounts]
    return answer(entities, link=None if everybody else link(me, page))


@routes.post("/lists/<list_id>/accounts")
@member("write:lists")
async def join(me: Asker, list_id: str) -> Response:
    """Put people on a list."""
    ids = _account_ids(await body())
    async with me.services.store.write() as tx:
        await listing.join(tx, await listing.own(tx, me.id, path_id(list_id)), ids)
    return nothing()


@routes.delete("/lists/<list_id>/accounts")
@member("write:lists")
async def leave(me: Asker, list_id: str) -> Response:
    """Take people off a list."""
    ids = _account_ids(await body())
    async with me.services.store.write() as tx:
        await listing.leave(tx, await listing.own(tx, me.id, path_id(list_id)), ids)
    return nothing()


@routes.get("/accounts/<account_id>/lists")
@member("read:lists")
async def of_account(me: Asker, account_id: str) -> Response:
    """Those of one's lists that somebody is on."""
    async with me.services.store.read() as tx:
        person = await reading.person(tx, path_id(account_id))
        found = await tx.lists.with_member(me.id, person.id)
    return answer([list_(one) for one in found])


def _account_ids(params: Params) -> list[int]:
    return params.ids("account_ids", listing.MEMBERS_MAX)
