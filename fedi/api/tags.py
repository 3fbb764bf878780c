"""Hashtags: /api/v1/tags/:name, followed and shown on profiles, and /api/v1/followed_tags."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api.auth import anyone, member
from fedi.api.context import Asker
from fedi.api.hashtags import tags_of
from fedi.api.paging import asked, link
from fedi.api.params import query
from fedi.api.responses import answer
from fedi.social import featuring, following_tags
from fedi.store.paging import AccountPage
from fedi.store.store import Transaction

routes = Blueprint("api_tags", __name__, url_prefix="/api/v1")


@routes.get("/tags/<name>")
@anyone("read")
async def one(asker: Asker, name: str) -> Response:
    """A hashtag, whether anybody used it or not."""
    tag = featuring.tag_name(name).lower()
    async with asker.services.store.read() as tx:
        return await _shown(tx, asker, tag)


@routes.post("/tags/<name>/follow")
@member("write:follows")
async def follow(me: Asker, name: str) -> Response:
    """Have posts with a hashtag in one's home."""
    tag = featuring.tag_name(name).lower()
    async with me.services.store.write() as tx:
        await following_tags.follow(tx, me.id, tag)
        return await _shown(tx, me, tag)


@routes.post("/tags/<name>/unfollow")
@member("write:follows")
async def unfollow(me: Asker, name: str) -> Response:
    """Have them there no longer."""
    tag = featuring.tag_name(name).lower()
    async with me.services.store.write() as tx:
        await following_tags.unfollow(tx, me.id, tag)
        return await _shown(tx, me, tag)


@routes.post("/tags/<name>/feature")
@member("write:accounts")
async def feature(me: Asker, name: str) -> Response:
    """Show a hashtag on one's profile."""
    given = featuring.tag_name(name)
    async with me.services.store.write() as tx:
        await featuring.feature(tx, await me.account(tx), given)
        return await _shown(tx, me, given.lower())


@routes.post("/tags/<name>/unfeature")
@member("write:accounts")
async def unfeature(me: Asker, name: str) -> Response:
    """Show it no longer."""
    tag = featuring.tag_name(name).lower()
    async with me.services.store.write() as tx:
        await featuring.unfeature(tx, await me.account(tx), tag)
        return await _shown(tx, me, tag)


@routes.get("/followed_tags")
@member("read:follows")
async def followed(me: Asker) -> Response:
    """The hashtags that one follows."""
    ask = asked(query(), default=100, most=200)
    async with me.services.store.read() as tx:
        found = await tx.followed_tags.of(me.id, ask)
        shown = await tags_of(tx, [one.tag for one in found], me.viewer_id, me.at)
    ends = (found[0].id, found[-1].id) if found else (None, None)
    return answer(shown, link=link(me, AccountPage([], *ends)))


async def _shown(tx: Transaction, asker: Asker, tag: str) -> Response:
    return answer((await tags_of(tx, [tag], asker.viewer_id, asker.at))[0])
