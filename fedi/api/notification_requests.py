"""Who asks to be let through: people whose mentions are held back. /api/v1/notifications/requests."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.accounts import Account, account
from fedi.api.entities.here import time
from fedi.api.entities.statuses import Status, statuses
from fedi.api.paging import asked, link
from fedi.api.params import body, path_id, query
from fedi.api.responses import answer, nothing
from fedi.errors import NotFound
from fedi.social import notice_requests
from fedi.store.notice_policies import Request
from fedi.store.paging import AccountPage
from fedi.store.store import Transaction

routes = Blueprint("api_notification_requests", __name__, url_prefix="/api/v1/notifications/requests")

_BULK_MOST = 1_000


class NotificationRequest(Struct):
    """Somebody whose mentions are held back."""

    id: str
    created_at: str
    updated_at: str
    notifications_count: str
    account: Account
    last_status: Status | None


@routes.get("")
@member("read:notifications")
async def requests(me: Asker) -> Response:
    """Who asks to be let through, the latest first."""
    async with me.services.store.read() as tx:
        found = await tx.notice_policies.requests(me.id, asked(query(), default=40, most=80))
        entities = await _requests(me, tx, found)
    first, last = (found[0].id, found[-1].id) if found else (None, None)
    return answer(entities, link=link(me, AccountPage([], first, last)))


@routes.get("/merged")
@member("read:notifications")
async def merged(me: Asker) -> Response:
    """Whether what was accepted is where it belongs."""
    async with me.services.store.read() as tx:
        return answer({"merged": await tx.notice_policies.merged(me.id)})


@routes.get("/<request_id>")
@member("read:notifications")
async def request(me: Asker, request_id: str) -> Response:
    """One of them."""
    async with me.services.store.read() as tx:
        found = await tx.notice_policies.request(me.id, path_id(request_id))
        entities = await _requests(me, tx, [found] if found else [])
    if not entities:
        raise NotFound
    return answer(entities[0])


@routes.post("/accept")
@member("write:notifications")
async def accept_several(me: Asker) -> Response:
    """Let several people through."""
    wanted = (await body()).ids("id", _BULK_MOST)
    async with me.services.store.write() as tx:
        await notice_requests.accept(tx, me.id, wanted)
    return nothing()


@routes.post("/dismiss")
@member("write:notifications")
async def dismiss_several(me: Asker) -> Response:
    """Take several requests away."""
    wanted = (await body()).ids("id", _BULK_MOST)
    async with me.services.store.write() as tx:
        await tx.notice_policies.dismiss(me.id, wanted)
    return nothing()


@routes.post("/<request_id>/accept")
@member("write:notifications")
async def accept(me: Asker, request_id: str) -> Response:
    """Let somebody through, with what was held back."""
    async with me.services.store.write() as tx:
        if not await notice_requests.accept(tx, me.id, [path_id(request_id)]):
            raise NotFound
    return nothing()


@routes.post("/<request_id>/dismiss")
@member("write:notifications")
async def dismiss(me: Asker, request_id: str) -> Response:
    """Take a request away, with what it holds back."""
    async with me.services.store.write() as tx:
        if not await tx.notice_policies.dismiss(me.id, [path_id(request_id)]):
            raise NotFound
    return nothing()


async def _requests(me: Asker, tx: Transaction, found: Sequence[Request]) -> list[NotificationRequest]:
    people = await tx.people.by_ids({one.from_id for one in found})
    view = await tx.timelines.shown_among(me.id, list({one.last_post_id: None for one in found}))
    shown = {status.id: status for status in statuses(view, me.at)}
    return [
        NotificationRequest(
            id=str(one.id),
            created_at=time(one.created_at),
            updated_at=time(one.updated_at),
            notifications_count=str(one.count),
            account=account(people[one.from_id], me.at),
            last_status=shown.get(str(one.last_post_id)),
        )
        for one in found
        if one.from_id in people
    ]
