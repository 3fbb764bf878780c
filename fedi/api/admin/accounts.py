"""Accounts for moderators: /api/v1/admin/accounts, /api/v2/admin/accounts, and what is done about one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from quart import Blueprint, Response

from fedi.api.admin.guard import staff, user_of
from fedi.api.context import Asker
from fedi.api.entities.admin_accounts import admin_account
from fedi.api.paging import asked, link
from fedi.api.params import Params, body, path_id, query
from fedi.api.responses import answer, nothing
from fedi.errors import BadRequest, NotFound
from fedi.model.people import ROLES, Account, User
from fedi.model.permissions import DELETE_USER_DATA, MANAGE_USERS, OF_ROLE
from fedi.social import moderating
from fedi.social.moderating import Action
from fedi.store.dossiers import STATUSES, Dossier, Wanted
from fedi.store.paging import AccountPage
from fedi.store.store import Transaction

routes = Blueprint("api_admin_accounts", __name__, url_prefix="/api")

Verb = Callable[[Transaction, User, Account], Awaitable[None]]
_READ, _WRITE = "admin:read:accounts", "admin:write:accounts"
_ONE = "/v1/admin/accounts/<account_id>"
_STAFF = tuple(role for role in ROLES if OF_ROLE[role])
_ROLE_IDS = {"-99": "user", "1": "moderator", "2": "admin", "3": "owner"}


@routes.get("/v1/admin/accounts")
@staff(MANAGE_USERS, _READ)
async def accounts(me: Asker) -> Response:
    """Accounts, by the words of the first version of this method."""
    params = query()
    statuses = [status for status in STATUSES if params.flag(status)]
    local = True if params.flag("local") else False if params.flag("remote") else None
    roles = _STAFF if params.flag("staff") else None
    return await _page(me, params, local, statuses, roles)


@routes.get("/v2/admin/accounts")
@staff(MANAGE_USERS, _READ)
async def accounts_by_origin(me: Asker) -> Response:
    """Accounts, by the words of the second version."""
    params = query()
    origin, status = params.text("origin"), params.text("status")
    if origin not in ("", "local", "remote"):
        raise BadRequest(public="origin is local or remote.")
    if status not in ("", *STATUSES):
        raise BadRequest(public=f"status is one of {', '.join(STATUSES)}.")
    ids = params.texts("role_ids")
    roles = _STAFF if params.text("permissions") == "staff" else None
    if ids is not None:
        roles = tuple(_ROLE_IDS[one] for one in ids if one in _ROLE_IDS)
    local = {"": None, "local": True, "remote": False}[origin]
    return await _page(me, params, local, [status] if status else [], roles)


@routes.get(_ONE)
@staff(MANAGE_USERS, _READ)
async def one(me: Asker, account_id: str) -> Response:
    """An account."""
    async with me.services.store.read() as tx:
        return answer(admin_account(await _dossier(tx, account_id), me.at))


@routes.delete(_ONE)
@staff(DELETE_USER_DATA, _WRITE)
async def delete(me: Asker, account_id: str) -> Response:
    """Delete the data of a suspended account, for good."""
    return await _done(me, account_id, moderating.delete)


@routes.post(f"{_ONE}/action")
@staff(MANAGE_USERS, _WRITE)
async def action(me: Asker, account_id: str) -> Response:
    """Do something about an account, and say so to its owner."""
    params = await body()
    wanted = Action(
        type=params.text("type"),
        text=params.text("text"),
        preset_id=params.id("warning_preset_id"),
        report_id=params.id("report_id"),
        send_email=params.flag("send_email_notification"),
    )
    async with me.services.store.write() as tx:
        target = (await _dossier(tx, account_id)).account
        await moderating.act(tx, user_of(me), target, wanted)
    return nothing()


@routes.post(f"{_ONE}/approve")
@staff(MANAGE_USERS, _WRITE)
async def approve(me: Asker, account_id: str) -> Response:
    """Let somebody in who waits."""
    return await _done(me, account_id, moderating.approve)


@routes.post(f"{_ONE}/reject")
@staff(MANAGE_USERS, _WRITE)
async def reject(me: Asker, account_id: str) -> Response:
    """Do not let somebody in; their account is gone, and the answer is what it was."""
    async with me.services.store.write() as tx:
        found = await _dossier(tx, account_id)
        await moderating.reject(tx, user_of(me), found.account)
    return answer(admin_account(found, me.at))


@routes.post(f"{_ONE}/enable")
@staff(MANAGE_USERS, _WRITE)
async def enable(me: Asker, account_id: str) -> Response:
    """Let somebody sign in again."""
    return await _done(me, account_id, moderating.enable)


@routes.post(f"{_ONE}/unsensitive")
@staff(MANAGE_USERS, _WRITE)
async def unsensitive(me: Asker, account_id: str) -> Response:
    """No longer hide an account's media."""
    return await _done(me, account_id, moderating.unsensitive)


@routes.post(f"{_ONE}/unsilence")
@staff(MANAGE_USERS, _WRITE)
async def unsilence(me: Asker, account_id: str) -> Response:
    """No longer limit an account."""
    return await _done(me, account_id, moderating.unsilence)


@routes.post(f"{_ONE}/unsuspend")
@staff(MANAGE_USERS, _WRITE)
async def unsuspend(me: Asker, account_id: str) -> Response:
    """Show an account again, and let it act."""
    return await _done(me, account_id, moderating.unsuspend)


async def _page(
    me: Asker, params: Params, local: bool | None, statuses: list[str], roles: tuple[str, ...] | None
) -> Response:
    wanted = Wanted(
        local=local,
        statuses=tuple(statuses),
        roles=roles,
        username=params.text("username") or None,
        display_name=params.text("display_name") or None,
        by_domain=params.text("by_domain").lower() or None,
        email=params.text("email") or None,
        ip=params.text("ip") or None,
        invited_by=params.id("invited_by"),
    )
    ask = asked(params, default=100, most=200)
    async with me.services.store.read() as tx:
        found = await tx.dossiers.page(wanted, ask)
    ids = [one.account.id for one in found]
    page = AccountPage([], ids[0] if ids else None, ids[-1] if ids else None)
    return answer([admin_account(one, me.at) for one in found], link=link(me, page))


async def _done(me: Asker, account_id: str, verb: Verb) -> Response:
    async with me.services.store.write() as tx:
        await verb(tx, user_of(me), (await _dossier(tx, account_id)).account)
    async with me.services.store.read() as tx:
        return answer(admin_account(await _dossier(tx, account_id), me.at))


async def _dossier(tx: Transaction, account_id: str) -> Dossier:
    wanted = path_id(account_id)
    found = (await tx.dossiers.by_ids([wanted])).get(wanted)
    if found is None or (found.account.is_local and found.account.type == "Application"):
        raise NotFound
    return found
