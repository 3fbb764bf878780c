"""POST /api/v1/reports: somebody tells the moderators of an account, and of posts of it."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities import reports as entities
from fedi.api.params import body
from fedi.api.responses import answer
from fedi.errors import NotFound, Unprocessable
from fedi.social import reporting
from fedi.social.reporting import OBJECTS_MAX, Complaint
from fedi.store.site import SiteSettings
from fedi.store.store import Transaction

routes = Blueprint("api_reports", __name__, url_prefix="/api/v1/reports")


@routes.post("")
@member("write:reports")
async def report(me: Asker) -> Response:
    """Report an account; its own server is told too, if `forward` says so, without who reports."""
    params = await body()
    async with me.services.store.write() as tx:
        target = await tx.people.by_id(params.id("account_id") or 0)
        if target is None:
            raise NotFound
        wanted = params.ids("status_ids", OBJECTS_MAX)
        seen = await tx.timelines.shown_among(me.id, wanted)
        complaint = Complaint(
            posts=[post for post in seen.posts if post.boost_of_id is None],
            comment=params.text("comment").strip(),
            category=params.text("category") or "other",
            rule_ids=await _rules(tx, me, params.ids("rule_ids", OBJECTS_MAX)),
            collection_ids=tuple(params.ids("collection_ids", OBJECTS_MAX)),
            forward=params.flag("forward"),
            forward_domains=params.texts("forward_to_domains"),
        )
        made = await reporting.report(tx, await me.account(tx), target, complaint)
    return answer(entities.report(made, target, me.at))


async def _rules(tx: Transaction, me: Asker, ids: list[int]) -> tuple[int, ...]:
    if not ids:
        return ()
    known = {rule.id for rule in (await SiteSettings(tx).of(me.domain.id)).rules}
    if not known.issuperset(ids):
        raise Unprocessable(public="Validation failed: Rules does not reference valid rules")
    return tuple(ids)
