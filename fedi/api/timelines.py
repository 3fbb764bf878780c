"""GET /api/v1/timelines/..."""

from __future__ import annotations

from msgspec import structs
from quart import Blueprint, Response

from fedi.api.auth import anyone, member
from fedi.api.context import Asker
from fedi.api.entities.statuses import statuses
from fedi.api.paging import asked, link
from fedi.api.params import Params, path_id, query
from fedi.api.responses import answer
from fedi.errors import NotFound
from fedi.social import listing
from fedi.store.paging import PostPage
from fedi.store.timeline_lists import Source, TagQuery

routes = Blueprint("api_timelines", __name__, url_prefix="/api/v1")


@routes.get("/timelines/home")
@member("read:statuses")
async def home(me: Asker) -> Response:
    """Posts of the people one follows."""
    ask = asked(query())
    async with me.services.store.read() as tx:
        page = await tx.timelines.home(me.id, ask)
    return _answer(me, page)


@routes.get("/timelines/public")
@anyone("read:statuses")
async def public(asker: Asker) -> Response:
    """Posts for everyone."""
    params = query()
    async with asker.services.store.read() as tx:
        page = await tx.timelines.public(asker.viewer_id, _source(params), asked(params))
    return _answer(asker, page)


@routes.get("/timelines/tag/<hashtag>")
@anyone("read:statuses")
async def tag(asker: Asker, hashtag: str) -> Response:
    """Posts for everyone with a hashtag."""
    params = query()
    tags = TagQuery(
        hashtag.lower().removeprefix("#"), _tags(params, "any"), _tags(params, "all"), _tags(params, "none")
    )
    async with asker.services.store.read() as tx:
        page = await tx.timelines.tagged(asker.viewer_id, tags, _source(params), asked(params))
    return _answer(asker, page)


@routes.get("/timelines/link")
@anyone("read:statuses")
async def linking(asker: Asker) -> Response:
    """Posts for everyone with a link to the page `url`."""
    params = query()
    async with asker.services.store.read() as tx:
        card = await tx.cards.by_url(params.text("url"))
        if card is None:
            raise NotFound
        page = await tx.timelines.linking(asker.viewer_id, card.id, asked(params))
    return _answer(asker, page)


@routes.get("/timelines/direct")
@member("read:statuses")
async def direct(me: Asker) -> Response:
    """Direct posts that one wrote or got. Conversations have taken its place."""
    ask = asked(query())
    async with me.services.store.read() as tx:
        found = await tx.conversations.post_ids(me.id, ask)
        page = await tx.timelines.shown_among(me.id, found, wanted=True)
    if found:
        page = structs.replace(page, first=found[0], last=found[-1])
    return _answer(me, page)


@routes.get("/timelines/list/<list_id>")
@member("read:lists")
async def of_list(me: Asker, list_id: str) -> Response:
    """Posts of the people on a list."""
    ask = asked(query())
    async with me.services.store.read() as tx:
        page = await tx.timelines.of_list(await listing.own(tx, me.id, path_id(list_id)), ask)
    return _answer(me, page)


def _answer(asker: Asker, page: PostPage) -> Response:
    return answer(statuses(page, asker.at), link=link(asker, page))


def _source(params: Params) -> Source:
    return Source(params.flag("local"), params.flag("remote"), params.flag("only_media"))


def _tags(params: Params, name: str) -> tuple[str, ...]:
    return tuple(tag.lower().removeprefix("#") for tag in (params.texts(name) or [])[:8] if tag)
