"""/api/v2/filters, their keywords and the statuses they name."""

from __future__ import annotations

from msgspec import structs
from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.filters import entry, filter_, keyword
from fedi.api.params import Params, body, path_id
from fedi.api.responses import answer, nothing
from fedi.social import filtering
from fedi.social.filtering import Change
from fedi.store.store import Transaction

routes = Blueprint("api_filters", __name__, url_prefix="/api/v2/filters")

_DEFAULT_ACTION = "warn"


@routes.get("")
@member("read:filters")
async def several(me: Asker) -> Response:
    """One's filters."""
    async with me.services.store.read() as tx:
        found = await tx.filters.of(me.id)
    return answer([filter_(one) for one in found])


@routes.post("")
@member("write:filters")
async def create(me: Asker) -> Response:
    """Make a filter."""
    params = await body()
    action = params.text("filter_action") or _DEFAULT_ACTION
    async with me.services.store.write() as tx:
        made = filtering.new(tx, me.id, params.text("title"), params.texts("context") or [], action)
        made = structs.replace(made, expires_at=expiry(tx, params, None))
        kept = await filtering.keep(tx, made, _changes(params))
    return answer(filter_(kept))


@routes.get("/<filter_id>")
@member("read:filters")
async def one(me: Asker, filter_id: str) -> Response:
    """A filter of one's own."""
    async with me.services.store.read() as tx:
        found = await filtering.own(tx, me.id, path_id(filter_id))
    return answer(filter_(found))


@routes.put("/<filter_id>")
@member("write:filters")
async def change(me: Asker, filter_id: str) -> Response:
    """Change a filter and its keywords. What is not sent stays as it is."""
    params = await body()
    async with me.services.store.write() as tx:
        before = await filtering.own(tx, me.id, path_id(filter_id))
        wanted = structs.replace(
            before,
            title=params.text("title", before.title),
            context=tuple(params.texts("context") or before.context),
            action=params.text("filter_action") or before.action,
            expires_at=expiry(tx, params, before.expires_at),
        )
        kept = await filtering.keep(tx, wanted, _changes(params))
    return answer(filter_(kept))


@routes.delete("/<filter_id>")
@member("write:filters")
async def remove(me: Asker, filter_id: str) -> Response:
    """Delete a filter."""
    async with me.services.store.write() as tx:
        await filtering.remove(tx, await filtering.own(tx, me.id, path_id(filter_id)))
    return nothing()


@routes.get("/<filter_id>/keywords")
@member("read:filters")
async def keywords(me: Asker, filter_id: str) -> Response:
    """What a filter looks for."""
    async with me.services.store.read() as tx:
        found = await filtering.own(tx, me.id, path_id(filter_id))
    return answer([keyword(word) for word in found.keywords])


@routes.post("/<filter_id>/keywords")
@member("write:filters")
async def add_keyword(me: Asker, filter_id: str) -> Response:
    """Have a filter look for something more."""
    params = await body()
    wanted = Change(keyword=params.text("keyword"), whole_word=_whole_word(params))
    async with me.services.store.write() as tx:
        kept = await filtering.keep(tx, await filtering.own(tx, me.id, path_id(filter_id)), [wanted])
    return answer(keyword(kept.keywords[-1]))


@routes.get("/keywords/<keyword_id>")
@member("read:filters")
async def one_keyword(me: Asker, keyword_id: str) -> Response:
    """A keyword of one's own."""
    async with me.services.store.read() as tx:
        _, word = await filtering.by_keyword(tx, me.id, path_id(keyword_id))
    return answer(keyword(word))


@routes.put("/keywords/<keyword_id>")
@member("write:filters")
async def change_keyword(me: Asker, keyword_id: str) -> Response:
    """Change a keyword."""
    params = await body()
    async with me.services.store.write() as tx:
        found, word = await filtering.by_keyword(tx, me.id, path_id(keyword_id))
        wanted = Change(word.id, params.text("keyword", word.keyword), _whole_word(params))
        kept = await filtering.keep(tx, found, [wanted])
    return answer(next(keyword(one) for one in kept.keywords if one.id == word.id))


@routes.delete("/keywords/<keyword_id>")
@member("write:filters")
async def remove_keyword(me: Asker, keyword_id: str) -> Response:
    """Take a keyword out of its filter."""
    async with me.services.store.write() as tx:
        found, word = await filtering.by_keyword(tx, me.id, path_id(keyword_id))
        await filtering.remove_keyword(tx, found, word)
    return nothing()


@routes.get("/<filter_id>/statuses")
@member("read:filters")
async def entries(me: Asker, filter_id: str) -> Response:
    """The statuses that a filter names."""
    async with me.services.store.read() as tx:
        found = await filtering.own(tx, me.id, path_id(filter_id))
    return answer([entry(one) for one in found.posts])


@routes.post("/<filter_id>/statuses")
@member("write:filters")
async def add_status(me: Asker, filter_id: str) -> Response:
    """Have a filter name a status."""
    params = await body()
    async with me.services.store.write() as tx:
        found = await filtering.own(tx, me.id, path_id(filter_id))
        made = await filtering.name_post(tx, found, params.id("status_id"))
    return answer(entry(made))


@routes.get("/statuses/<entry_id>")
@member("read:filters")
async def one_status(me: Asker, entry_id: str) -> Response:
    """The entry of a status in a filter."""
    async with me.services.store.read() as tx:
        _, found = await filtering.by_entry(tx, me.id, path_id(entry_id))
    return answer(entry(found))


@routes.delete("/statuses/<entry_id>")
@member("write:filters")
async def remove_status(me: Asker, entry_id: str) -> Response:
    """A filter no longer names a status; the entry that there was."""
    async with me.services.store.write() as tx:
        which, found = await filtering.by_entry(tx, me.id, path_id(entry_id))
        await filtering.forget_post(tx, which, found)
    return answer(entry(found))


def expiry(tx: Transaction, params: Params, before: int | None) -> int | None:
    """When a filter ends, by `expires_in`: as before where that is not sent, never where it is empty."""
    if not params.named("expires_in"):
        return before
    seconds = params.number("expires_in", 0, lowest=0) if params.text("expires_in") else None
    return filtering.expiring(tx, seconds)


def _changes(params: Params) -> list[Change]:
    return [
        Change(
            one.id("id"),
            one.text("keyword") if one.named("keyword") else None,
            _whole_word(one),
            one.flag("_destroy"),
        )
        for one in params.parts("keywords_attributes", filtering.KEYWORDS_MAX)
    ]


def _whole_word(params: Params) -> bool | None:
    return params.flag("whole_word") if params.named("whole_word") else None
