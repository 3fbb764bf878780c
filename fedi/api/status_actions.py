"""What people do with a status: reblog, favourite, pin; and who did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from quart import Blueprint, Response

from fedi.api.auth import anyone, member
from fedi.api.context import Asker
from fedi.api.entities.accounts import account
from fedi.api.entities.statuses import status
from fedi.api.paging import asked, link
from fedi.api.params import body, path_id, query
from fedi.api.responses import answer
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.social import bookmarking, boosting, favouriting, pinning, reading
from fedi.store.paging import AccountPage
from fedi.store.store import Transaction

routes = Blueprint("api_status_actions", __name__, url_prefix="/api/v1/statuses/<status_id>")

Verb = Callable[[Transaction, Account, Post], Awaitable[Any]]


@routes.post("/reblog")
@member("write:statuses")
async def reblog(me: Asker, status_id: str) -> Response:
    """Boost a status; the answer is the boost."""
    to = (await body()).text("visibility", "public")
    async with me.services.store.write() as tx:
        view = await reading.one(tx, path_id(status_id), me.id)
        boost = await boosting.boost(tx, await me.account(tx), view.posts[0], to)
        view = await reading.one(tx, boost.id, me.id)
    return answer(status(view, me.at))


@routes.post("/unreblog")
@member("write:statuses")
async def unreblog(me: Asker, status_id: str) -> Response:
    """Take a boost back; the answer is what was boosted."""
    async with me.services.store.write() as tx:
        view = await reading.one(tx, path_id(status_id), me.id)
        original = await boosting.unboost(tx, await me.account(tx), view.posts[0])
        view = await reading.one(tx, original.id, me.id)
    return answer(status(view, me.at))


@routes.post("/favourite")
@member("write:favourites")
async def favourite(me: Asker, status_id: str) -> Response:
    """Favourite a status."""
    return await _done(me, status_id, favouriting.favourite)


@routes.post("/unfavourite")
@member("write:favourites")
async def unfavourite(me: Asker, status_id: str) -> Response:
    """Take a favourite back."""
    return await _done(me, status_id, favouriting.unfavourite)


@routes.post("/pin")
@member("write:accounts")
async def pin(me: Asker, status_id: str) -> Response:
    """Show a status of one's own first on one's profile."""
    return await _done(me, status_id, pinning.pin)


@routes.post("/unpin")
@member("write:accounts")
async def unpin(me: Asker, status_id: str) -> Response:
    """Take a pin off."""
    return await _done(me, status_id, pinning.unpin)


@routes.post("/bookmark")
@member("write:bookmarks")
async def bookmark(me: Asker, status_id: str) -> Response:
    """Bookmark a status: nobody else hears of it."""
    return await _done(me, status_id, bookmarking.bookmark)


@routes.post("/unbookmark")
@member("write:bookmarks")
async def unbookmark(me: Asker, status_id: str) -> Response:
    """Take a bookmark off."""
    return await _done(me, status_id, bookmarking.unbookmark)


@routes.post("/mute")
@member("write:mutes")
async def mute(me: Asker, status_id: str) -> Response:
    """No more notices from a conversation."""
    return await _done(me, status_id, bookmarking.mute)


@routes.post("/unmute")
@member("write:mutes")
async def unmute(me: Asker, status_id: str) -> Response:
    """Notices from a conversation again."""
    return await _done(me, status_id, bookmarking.unmute)


@routes.get("/reblogged_by")
@anyone("read:statuses")
async def reblogged_by(asker: Asker, status_id: str) -> Response:
    """Who boosted a status."""
    ask = asked(query(), default=40, most=80)
    async with asker.services.store.read() as tx:
        view = await reading.one(tx, path_id(status_id), asker.viewer_id)
        found = await tx.interactions.boosters(view.posts[0].id, ask)
    return _people(asker, found)


@routes.get("/favourited_by")
@anyone("read:statuses")
async def favourited_by(asker: Asker, status_id: str) -> Response:
    """Who favourited a status."""
    ask = asked(query(), default=40, most=80)
    async with asker.services.store.read() as tx:
        view = await reading.one(tx, path_id(status_id), asker.viewer_id)
        found = await tx.interactions.favouriters(view.posts[0].id, ask)
    return _people(asker, found)


async def _done(me: Asker, status_id: str, verb: Verb) -> Response:
    async with me.services.store.write() as tx:
        view = await reading.one(tx, path_id(status_id), me.id)
        await verb(tx, await me.account(tx), view.posts[0])
        post = view.posts[0]
        view = await reading.one(tx, post.boost_of_id or post.id, me.id)
    return answer(status(view, me.at))


def _people(asker: Asker, found: list[tuple[int, Account]]) -> Response:
    first, last = (found[0][0], found[-1][0]) if found else (None, None)
    page = AccountPage([person for _, person in found], first, last)
    return answer([account(person, asker.at) for person in page.accounts], link=link(asker, page))
