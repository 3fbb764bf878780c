"""Notices in groups: /api/v2/notifications."""

from __future__ import annotations

from collections.abc import Sequence

from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.accounts import account
from fedi.api.entities.notification_groups import GroupedNotificationsResults, results
from fedi.api.entities.statuses import statuses
from fedi.api.notice_abouts import about
from fedi.api.notifications import COUNT_DEFAULT, COUNT_MOST, TYPES_MOST, which_of
from fedi.api.paging import asked, link
from fedi.api.params import Params, query
from fedi.api.responses import answer, nothing
from fedi.errors import BadRequest, NotFound
from fedi.social.noticing import look_up
from fedi.store.notice_values import Group
from fedi.store.notices import GROUPED
from fedi.store.paging import AccountPage
from fedi.store.store import Transaction

routes = Blueprint("api_notification_groups", __name__, url_prefix="/api/v2/notifications")

_EXPANSIONS = ("full", "partial_avatars")


@routes.get("")
@member("read:notifications")
async def several(me: Asker) -> Response:
    """What others did, the latest first, with what belongs together in one place."""
    params = query()
    partial = _is_partial(params)
    async with me.services.store.read() as tx:
        page = await tx.notifications.groups(
            me.id, which_of(params), _grouped(params), asked(params, default=40, most=80)
        )
        entity = await _results(me, tx, page.groups, params, partial=partial)
    return answer(entity, link=link(me, AccountPage([], page.first, page.last)))


@routes.get("/unread_count")
@member("read:notifications")
async def unread_count(me: Asker) -> Response:
    """How many groups have something after the notice that was read last."""
    params = query()
    limit = params.number("limit", COUNT_DEFAULT, lowest=1, highest=COUNT_MOST)
    async with me.services.store.read() as tx:
        count = await tx.notifications.unread_groups(me.id, which_of(params), _grouped(params), limit)
    return answer({"count": count})


@routes.get("/<group_key>")
@member("read:notifications")
async def one(me: Asker, group_key: str) -> Response:
    """A group."""
    async with me.services.store.read() as tx:
        group = await tx.notifications.group(me.id, group_key)
        if group is None:
            raise NotFound
        entity = await _results(me, tx, [group], query())
    if not entity.notification_groups:
        raise NotFound
    return answer(entity)


@routes.get("/<group_key>/accounts")
@member("read:notifications")
async def accounts(me: Asker, group_key: str) -> Response:
    """Everybody in a group, the latest first."""
    async with me.services.store.read() as tx:
        found = await tx.notifications.group_members(me.id, group_key, asked(query(), default=40, most=80))
        people = await tx.people.by_ids({member for _, member in found})
    entities = [
        account(people[one], me.at) for one in dict.fromkeys(who for _, who in found) if one in people
    ]
    first, last = (found[0][0], found[-1][0]) if found else (None, None)
    return answer(entities, link=link(me, AccountPage([], first, last)))


@routes.post("/<group_key>/dismiss")
@member("write:notifications")
async def dismiss(me: Asker, group_key: str) -> Response:
    """Take a group away."""
    async with me.services.store.write() as tx:
        await tx.notifications.dismiss_group(me.id, group_key)
    return nothing()


async def _results(
    me: Asker, tx: Transaction, groups: Sequence[Group], params: Params, *, partial: bool = False
) -> GroupedNotificationsResults:
    notices = [group.notice for group in groups]
    seen = await look_up(tx, me.id, notices, {one for group in groups for one in group.sample})
    things = await about(tx, notices, me.at, supported=params.texts("supported_types"), locale=me.locale)
    shown = statuses(seen.posts, me.at)
    return results(groups, seen.senders, shown, me.at, things, partial=partial)


def _grouped(params: Params) -> tuple[str, ...]:
    wanted = params.texts("grouped_types")
    return GROUPED if wanted is None else tuple(one for one in wanted[:TYPES_MOST] if one in GROUPED)


def _is_partial(params: Params) -> bool:
    wish = params.text("expand_accounts") or "full"
    if wish not in _EXPANSIONS:
        raise BadRequest(
            public=f"Invalid value for 'expand_accounts': '{wish[:60]}', "
            "allowed values are 'full' and 'partial_avatars'"
        )
    return wish == "partial_avatars"
