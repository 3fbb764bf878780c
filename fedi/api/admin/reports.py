"""Reports for moderators: /api/v1/admin/reports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from quart import Blueprint, Response

from fedi.api.admin.guard import staff, user_of
from fedi.api.context import Asker
from fedi.api.entities.reports import AdminReport, admin_report
from fedi.api.entities.statuses import statuses
from fedi.api.paging import asked, link
from fedi.api.params import body, path_id, query
from fedi.api.responses import answer
from fedi.errors import NotFound
from fedi.model.people import User
from fedi.model.permissions import MANAGE_REPORTS
from fedi.social import handling_reports
from fedi.store.paging import AccountPage
from fedi.store.reports import Report, Wanted
from fedi.store.site import SiteSettings
from fedi.store.store import Transaction

routes = Blueprint("api_admin_reports", __name__, url_prefix="/api/v1/admin/reports")

Verb = Callable[[Transaction, User, Report], Awaitable[None]]
_READ, _WRITE = "admin:read:reports", "admin:write:reports"
_MOST_RULES = 50


@routes.get("")
@staff(MANAGE_REPORTS, _READ)
async def reports(me: Asker) -> Response:
    """Reports that are open, or with `resolved` those that are settled."""
    params = query()
    origin = params.text("target_origin")
    wanted = Wanted(
        resolved=params.flag("resolved"),
        reporter_id=params.id("account_id"),
        target_id=params.id("target_account_id"),
        target_local={"local": True, "remote": False}.get(origin),
        target_domain=params.text("by_target_domain").lower() or None,
    )
    ask = asked(params, default=100, most=200)
    async with me.services.store.read() as tx:
        found = await tx.reports.page(wanted, ask)
        shown = await _entities(tx, me, found)
    page = AccountPage([], found[0].id if found else None, found[-1].id if found else None)
    return answer(shown, link=link(me, page))


@routes.get("/<report_id>")
@staff(MANAGE_REPORTS, _READ)
async def one(me: Asker, report_id: str) -> Response:
    """A report."""
    async with me.services.store.read() as tx:
        return answer((await _entities(tx, me, [await _find(tx, report_id)]))[0])


@routes.put("/<report_id>")
@staff(MANAGE_REPORTS, _WRITE)
async def change(me: Asker, report_id: str) -> Response:
    """Say of what kind the report is, and which rules were broken."""
    params = await body()
    category = params.text("category") or None
    rules = params.ids("rule_ids", _MOST_RULES) if params.given("rule_ids") else None
    async with me.services.store.write() as tx:
        found = await _find(tx, report_id)
        known = {rule.id for rule in (await SiteSettings(tx).of(me.domain.id)).rules} if rules else set()
        await handling_reports.classify(tx, user_of(me), found, category, rules, known)
        return answer((await _entities(tx, me, [await _find(tx, report_id)]))[0])


@routes.post("/<report_id>/assign_to_self")
@staff(MANAGE_REPORTS, _WRITE)
async def assign_to_self(me: Asker, report_id: str) -> Response:
    """Take a report on oneself."""
    return await _done(me, report_id, handling_reports.assign)


@routes.post("/<report_id>/unassign")
@staff(MANAGE_REPORTS, _WRITE)
async def unassign(me: Asker, report_id: str) -> Response:
    """Leave a report to others."""
    return await _done(me, report_id, handling_reports.unassign)


@routes.post("/<report_id>/resolve")
@staff(MANAGE_REPORTS, _WRITE)
async def resolve(me: Asker, report_id: str) -> Response:
    """Nothing more is to be done about a report."""
    return await _done(me, report_id, handling_reports.resolve)


@routes.post("/<report_id>/reopen")
@staff(MANAGE_REPORTS, _WRITE)
async def reopen(me: Asker, report_id: str) -> Response:
    """Something is to be done about a report again."""
    return await _done(me, report_id, handling_reports.reopen)


async def _done(me: Asker, report_id: str, verb: Verb) -> Response:
    async with me.services.store.write() as tx:
        await verb(tx, user_of(me), await _find(tx, report_id))
        return answer((await _entities(tx, me, [await _find(tx, report_id)]))[0])


async def _find(tx: Transaction, report_id: str) -> Report:
    found = await tx.reports.by_id(path_id(report_id))
    if found is None:
        raise NotFound
    return found


async def _entities(tx: Transaction, me: Asker, found: Sequence[Report]) -> list[AdminReport]:
    if not found:
        return []
    people = {
        one
        for each in found
        for one in (each.reporter_id, each.target_id, each.assigned_id, each.action_taken_by_id)
        if one is not None
    }
    dossiers = await tx.dossiers.by_ids(people)
    # Whoever may see the posts: a moderator has to see what was reported.
    posts = await tx.timelines.told(list({post for each in found for post in each.post_ids}))
    shown = {status.id: status for status in statuses(posts, me.at)}
    rules: dict[int, Any] = {}
    if any(each.rule_ids for each in found):
        site = await SiteSettings(tx).of(me.domain.id)
        rules = {one.id: {"id": str(one.id), "text": one.text, "hint": one.hint} for one in site.rules}
    return [admin_report(each, dossiers, shown, rules, me.at) for each in found]
