"""Whom one may want to follow: /api/v1/suggestions, /api/v2/suggestions, /api/v1/directory."""

from __future__ import annotations

from msgspec import Struct
from quart import Blueprint, Response

from fedi.api import showing
from fedi.api.auth import anyone, member
from fedi.api.context import Asker
from fedi.api.entities.accounts import Account
from fedi.api.params import path_id, query
from fedi.api.responses import answer, nothing
from fedi.api.site import site_of
from fedi.errors import BadRequest
from fedi.store.discovery import Discovery

routes = Blueprint("api_suggestions", __name__, url_prefix="/api")

_ORDERS = ("active", "new")
_FURTHEST = 10_000
# The word of Mastodon before 4.3 for the first of the sources.
_SOURCE = {
    "featured": "staff",
    "friends_of_friends": "past_interactions",
    "similar_to_recently_followed": "past_interactions",
    "most_interactions": "global",
    "most_followed": "global",
}


class Suggestion(Struct):
    """Somebody, and why."""

    source: str
    sources: list[str]
    account: Account


@routes.get("/v2/suggestions")
@member("read:accounts")
async def suggestions(me: Asker) -> Response:
    """People one may want to follow, with the reasons."""
    return answer(await _suggested(me))


@routes.get("/v1/suggestions")
@member("read:accounts")
async def suggestions_v1(me: Asker) -> Response:
    """The people alone."""
    return answer([one.account for one in await _suggested(me)])


@routes.delete("/v1/suggestions/<account_id>")
@member("read", "write:accounts")
async def dismiss(me: Asker, account_id: str) -> Response:
    """Never suggest somebody again."""
    async with me.services.store.write() as tx:
        await Discovery(tx).dismiss(me.id, path_id(account_id))
    return nothing()


@routes.get("/v1/directory")
@anyone("read:accounts")
async def directory(asker: Asker) -> Response:
    """People who may be discovered: who was active last, or is new."""
    params = query()
    order = params.text("order") or "active"
    if order not in _ORDERS:
        raise BadRequest(public="The order is active or new.")
    async with asker.services.store.read() as tx:
        ids = await Discovery(tx).directory(
            asker.viewer_id,
            order=order,
            local=params.flag("local"),
            limit=params.number("limit", 40, lowest=1, highest=80),
            offset=params.number("offset", 0, highest=_FURTHEST),
        )
        found = await tx.people.by_ids(ids)
        shown = await showing.entities(tx, asker, [found[one] for one in ids if one in found])
    return answer(shown)


async def _suggested(me: Asker) -> list[Suggestion]:
    limit = query().number("limit", 40, lowest=1, highest=80)
    site = await site_of(me)
    async with me.services.store.read() as tx:
        handles = [
            one if "@" in one.removeprefix("@") else f"{one}@{me.domain.name}" for one in site.featured
        ]
        reasons = await Discovery(tx).suggested(me.id, handles, limit)
        found = await tx.people.by_ids(list(reasons))
        shown = await showing.entities(tx, me, [found[one] for one in reasons if one in found])
    return [Suggestion(_SOURCE[reasons[int(one.id)][0]], reasons[int(one.id)], one) for one in shown]
