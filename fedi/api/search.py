"""GET /api/v2/search."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api.auth import anyone
from fedi.api.context import Asker
from fedi.api.entities.accounts import account
from fedi.api.entities.statuses import statuses
from fedi.api.entities.tags import Search, tag
from fedi.api.params import query
from fedi.api.responses import answer
from fedi.errors import BadRequest, Unauthenticated
from fedi.social import searching

routes = Blueprint("api_search", __name__, url_prefix="/api/v2")


@routes.get("/search")
@anyone("read:search")
async def search(asker: Asker) -> Response:
    """People, hashtags, and what stands at an address. Only members may have other servers asked, or page."""
    params = query()
    kind = params.text("type")
    if kind and kind not in searching.KINDS:
        raise BadRequest(public="There is no such type of results.")
    resolve, offset = params.flag("resolve"), params.number("offset", 0, highest=10_000)
    if asker.session is None and (resolve or offset):
        raise Unauthenticated(public="Search queries that resolve or page need an authenticated user")
    found = await searching.search(
        asker.services,
        asker.domain,
        searching.Query(
            text=params.text("q"),
            kinds=(kind,) if kind else searching.KINDS,
            resolve=resolve,
            limit=params.number("limit", 20, lowest=1, highest=40),
            offset=offset if kind else 0,
        ),
    )
    async with asker.services.store.read() as tx:
        view = await tx.timelines.shown_among(asker.viewer_id, found.post_ids)
        people = found.accounts
        if params.flag("following") and asker.viewer_id is not None:
            followed = await tx.follows.followed_among(asker.viewer_id, [person.id for person in people])
            people = [person for person in people if person.id in followed]
    return answer(
        Search(
            [account(person, asker.at) for person in people],
            statuses(view, asker.at),
            [tag(name, asker.at) for name in found.hashtags],
        )
    )
