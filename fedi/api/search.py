"""GET /api/v2/search and GET /api/v1/accounts/search."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api import showing
from fedi.api.auth import anyone, member
from fedi.api.context import Asker
from fedi.api.entities.statuses import statuses
from fedi.api.entities.tags import Search
from fedi.api.hashtags import tags_of
from fedi.api.params import query
from fedi.api.responses import answer
from fedi.errors import BadRequest, Unauthenticated
from fedi.social import searching

routes = Blueprint("api_search", __name__, url_prefix="/api")

_FURTHEST = 10_000


@routes.get("/v2/search")
@anyone("read:search")
async def search(asker: Asker) -> Response:
    """People, posts, hashtags, and what stands at an address. Only members may have other servers asked, or page."""
    params = query()
    kind = params.text("type")
    if kind and kind not in searching.KINDS:
        raise BadRequest(public="There is no such type of results.")
    resolve, offset = params.flag("resolve"), params.number("offset", 0, highest=_FURTHEST)
    if asker.session is None and (resolve or offset):
        raise Unauthenticated(public="Search queries that resolve or page need an authenticated user")
    wanted = searching.Query(
        text=params.text("q"),
        viewer_id=asker.viewer_id,
        kinds=(kind,) if kind else searching.KINDS,
        resolve=resolve,
        following=params.flag("following"),
        reviewed=params.flag("exclude_unreviewed"),
        account_id=params.id("account_id"),
        limit=params.number("limit", 20, lowest=1, highest=40),
        offset=offset if kind else 0,
        max_id=params.id("max_id"),
        min_id=params.id("min_id"),
    )
    found = await searching.search(asker.services, asker.domain, wanted)
    async with asker.services.store.read() as tx:
        view = await tx.timelines.shown_among(asker.viewer_id, found.post_ids)
        tags = await tags_of(tx, found.hashtags, asker.viewer_id, asker.at)
        people = await showing.entities(tx, asker, found.accounts)
    return answer(Search(people, statuses(view, asker.at), tags))


@routes.get("/v1/accounts/search")
@member("read:accounts")
async def accounts(me: Asker) -> Response:
    """People by a part of their name or handle, or by all of it."""
    params = query()
    wanted = searching.Query(
        text=params.text("q"),
        viewer_id=me.id,
        kinds=("accounts",),
        resolve=params.flag("resolve"),
        following=params.flag("following"),
        limit=params.number("limit", 40, lowest=1, highest=80),
        offset=params.number("offset", 0, highest=_FURTHEST),
    )
    found = await searching.search(me.services, me.domain, wanted)
    async with me.services.store.read() as tx:
        return answer(await showing.entities(tx, me, found.accounts))
