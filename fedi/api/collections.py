"""/api/v1/collections, and those of an account: people whom somebody recommends together."""

from __future__ import annotations

from msgspec import Struct
from quart import Blueprint, Response

from fedi.api import showing
from fedi.api.auth import anyone, member
from fedi.api.context import Asker
from fedi.api.entities.accounts import Account
from fedi.api.entities.collections import (
    Collection,
    CollectionItem,
    CollectionWithAccounts,
    collection,
    item,
)
from fedi.api.paging import offset_link
from fedi.api.params import Params, body, path_id, query
from fedi.api.responses import answer, nothing
from fedi.errors import BadRequest
from fedi.social import collecting, reading
from fedi.social.collecting import ITEMS_MAX, Draft
from fedi.store import collections as store
from fedi.store.collections import Collections
from fedi.store.store import Transaction

routes = Blueprint("api_collections", __name__, url_prefix="/api/v1")

_FURTHEST = 10_000


class Wrapped(Struct):
    """One collection."""

    collection: Collection


class WrappedItem(Struct):
    """One person in a collection."""

    collection_item: CollectionItem


class Page(Struct):
    """Collections of somebody."""

    collections: list[Collection]


class PageWithPreviews(Page):
    """Collections that somebody is in, with the people who made them."""

    partial_accounts: list[Account]


@routes.post("/collections")
@member("write:collections")
async def create(me: Asker) -> Response:
    """Make a collection."""
    params = await body()
    account_ids = params.ids("account_ids", ITEMS_MAX + 1)
    async with me.services.store.write() as tx:
        owner = await me.account(tx)
        made = await collecting.create(tx, me.domain, owner, _draft(params), account_ids)
        return answer(Wrapped(await _one(tx, me, made)))


@routes.get("/collections/<collection_id>")
@anyone("read:collections")
async def one(asker: Asker, collection_id: str) -> Response:
    """A collection with the people in it."""
    async with asker.services.store.read() as tx:
        found = await collecting.visible(tx, asker.viewer_id, path_id(collection_id))
        items = (await Collections(tx).items([found.id]))[found.id]
        people = await tx.people.by_ids({one.account_id for one in items} | {found.account_id})
        shown = await showing.entities(tx, asker, list(people.values()))
    return answer(CollectionWithAccounts(collection(found, items, asker.at), shown))


@routes.patch("/collections/<collection_id>")
@member("write:collections")
async def update(me: Asker, collection_id: str) -> Response:
    """Change what a collection says."""
    params = await body()
    async with me.services.store.write() as tx:
        changed = await collecting.change(tx, me.id, path_id(collection_id), _draft(params))
        return answer(Wrapped(await _one(tx, me, changed)))


@routes.delete("/collections/<collection_id>")
@member("write:collections")
async def remove(me: Asker, collection_id: str) -> Response:
    """Delete a collection."""
    async with me.services.store.write() as tx:
        found = await collecting.owned(tx, me.id, path_id(collection_id))
        await Collections(tx).remove(found.id)
    return nothing()


@routes.post("/collections/<collection_id>/items")
@member("write:collections")
async def put_in(me: Asker, collection_id: str) -> Response:
    """Put somebody in."""
    account_id = (await body()).id("account_id")
    if account_id is None:
        raise BadRequest(public="The parameter account_id is missing.")
    async with me.services.store.write() as tx:
        found = await collecting.owned(tx, me.id, path_id(collection_id))
        added = await collecting.put_in(tx, await me.account(tx), found, [account_id])
    return answer(WrappedItem(item(added[0])))


@routes.delete("/collections/<collection_id>/items/<item_id>")
@member("write:collections")
async def take_out(me: Asker, collection_id: str, item_id: str) -> Response:
    """Take somebody out."""
    async with me.services.store.write() as tx:
        found = await collecting.owned(tx, me.id, path_id(collection_id))
        await collecting.take_out(tx, found, path_id(item_id))
    return nothing()


@routes.post("/collections/<collection_id>/items/<item_id>/revoke")
@member("write:collections")
async def revoke(me: Asker, collection_id: str, item_id: str) -> Response:
    """Leave somebody's collection."""
    async with me.services.store.write() as tx:
        found = await collecting.visible(tx, me.id, path_id(collection_id))
        await collecting.revoke(tx, me.id, found.id, path_id(item_id))
    return nothing()


@routes.get("/accounts/<account_id>/collections")
@anyone("read:collections")
async def of_account(asker: Asker, account_id: str) -> Response:
    """What somebody put together."""
    limit, offset = _part(query())
    async with asker.services.store.read() as tx:
        person = await reading.person(tx, path_id(account_id))
        found = await Collections(tx).of(person.id, asker.viewer_id or 0, limit, offset)
        entities = await _many(tx, asker, found)
    link = offset_link(asker, limit=limit, offset=offset, found=len(found))
    return answer(Page(entities), link=link)


@routes.get("/accounts/<account_id>/in_collections")
@anyone("read:collections")
async def with_account(asker: Asker, account_id: str) -> Response:
    """What somebody was put into."""
    limit, offset = _part(query())
    async with asker.services.store.read() as tx:
        person = await reading.person(tx, path_id(account_id))
        found = await Collections(tx).with_(person.id, asker.viewer_id or 0, limit, offset)
        entities = await _many(tx, asker, found)
        owners = await tx.people.by_ids({one.account_id for one in found})
        shown = await showing.entities(tx, asker, list(owners.values()))
    link = offset_link(asker, limit=limit, offset=offset, found=len(found))
    return answer(PageWithPreviews(entities, shown), link=link)


def _draft(params: Params) -> Draft:
    return Draft(
        name=_text(params, "name"),
        description=_text(params, "description"),
        language=_text(params, "language"),
        tag=_text(params, "tag_name"),
        sensitive=params.flag("sensitive") if _is_there(params, "sensitive") else None,
        discoverable=params.flag("discoverable") if _is_there(params, "discoverable") else None,
    )


def _text(params: Params, name: str) -> str | None:
    return params.text(name) if _is_there(params, name) else None


def _is_there(params: Params, name: str) -> bool:
    return params.text(name, _ABSENT) != _ABSENT


_ABSENT = "\x00"


def _part(params: Params) -> tuple[int, int]:
    return params.number("limit", 40, lowest=1, highest=80), params.number("offset", 0, highest=_FURTHEST)


async def _one(tx: Transaction, asker: Asker, found: store.Collection) -> Collection:
    return (await _many(tx, asker, [found]))[0]


async def _many(tx: Transaction, asker: Asker, found: list[store.Collection]) -> list[Collection]:
    if not found:
        return []
    items = await Collections(tx).items([one.id for one in found])
    return [collection(one, items[one.id], asker.at) for one in found]
