"""What moderators do about accounts: each verb with its effect, its line in the log, and a word to the person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from msgspec import Struct

from fedi.errors import NotAllowed, NotFound, Unprocessable
from fedi.model.people import Account, User
from fedi.model.permissions import outranks
from fedi.social import deleting, mailing, suspending
from fedi.social.notifying import notify
from fedi.store.reports import Report
from fedi.store.store import Transaction
from fedi.store.strikes import Strike

ACTIONS = ("none", "disable", "sensitive", "silence", "suspend")
_ONLY_HERE = frozenset(
    {"none", "disable"}
)  # there is nobody to warn, and no login, of another server's people
TEXT_MAX = 5_000
DENIED = "This action is not allowed"

Verb = Callable[[Transaction, Account], Awaitable[bool]]


class Action(Struct, frozen=True, kw_only=True):
    """What is done about an account, and why."""

    type: str
    text: str = ""
    preset_id: int | None = None
    report_id: int | None = None
    send_email: bool = False


async def act(tx: Transaction, moderator: User, target: Account, action: Action) -> Strike:
    """Do something about an account, warn its owner, and settle the reports about it.

    Raises Unprocessable, NotAllowed for whom the moderator does not outrank, NotFound for an unknown report.
    """
    _check(target, action)
    user = await check_outranked(tx, moderator, target)
    report = await _report(tx, target, action.report_id)
    await _DO[action.type](tx, target)
    strike = await _warn(tx, moderator, target, action, report)
    await _settle(tx, moderator, target, action, report)
    await tx.audit.add(
        moderator.id, action.type, "Account", target.id, target.handle, text=strike.text, strike=strike.id
    )
    if user is not None and (action.type != "none" or strike.text or action.send_email):
        await notify(tx, target.id, "moderation_warning", target.id, about_id=strike.id)
    if user is not None and action.send_email:
        await mailing.post(tx, user.id, f"warning_{action.type}", words=strike.text)
    return strike


async def enable(tx: Transaction, moderator: User, target: Account) -> None:
    """Let somebody sign in again."""
    await _undo(tx, moderator, target, "enable", lambda tx, who: tx.people_states.enable(who.id))


async def unsilence(tx: Transaction, moderator: User, target: Account) -> None:
    """No longer limit an account."""
    await _undo(tx, moderator, target, "unsilence", lambda tx, who: tx.people_states.unsilence(who.id))


async def unsensitive(tx: Transaction, moderator: User, target: Account) -> None:
    """No longer hide an account's media."""
    await _undo(tx, moderator, target, "unsensitive", lambda tx, who: tx.people_states.unsensitize(who.id))


async def unsuspend(tx: Transaction, moderator: User, target: Account) -> None:
    """Show an account again, and let it act. Raises NotAllowed where it is not suspended, or its data is gone."""
    if target.suspended_at is None or target.deleted_at is not None:
        raise NotAllowed(f"{target.uri} is not suspended", public=DENIED)
    await _undo(tx, moderator, target, "unsuspend", suspending.unsuspend)


async def approve(tx: Transaction, moderator: User, target: Account) -> None:
    """Let somebody in who waits. Raises NotAllowed for whom nobody has to let in."""
    await _waiting(tx, target)
    await tx.members.update(target.id, approved=True)
    await mailing.post(tx, target.id, "approved")
    await tx.audit.add(moderator.id, "approve", "User", target.id, target.handle)


async def reject(tx: Transaction, moderator: User, target: Account) -> None:
    """Do not let somebody in who waits: what they sent is deleted, and the name is free again."""
    user = await _waiting(tx, target)
    await mailing.post_to(tx, target, user, "rejected")
    await tx.people_states.forget(target.id)
    await tx.audit.add(moderator.id, "reject", "User", target.id, target.handle)


async def delete(tx: Transaction, moderator: User, target: Account) -> None:
    """Delete the data of a suspended account at once. Raises NotAllowed for any other."""
    if target.suspended_at is None or target.deleted_at is not None:
        raise NotAllowed(f"{target.uri} is not suspended", public=DENIED)
    await check_outranked(tx, moderator, target)
    await deleting.remove(tx, target)
    await tx.audit.add(moderator.id, "destroy", "Account", target.id, target.handle)


async def check_outranked(tx: Transaction, moderator: User, target: Account) -> User | None:
    """The login of an account that a moderator may decide about. Raises NotAllowed."""
    user = await tx.members.by_id(target.id) if target.is_local else None
    if target.id == moderator.id or (user is not None and not outranks(moderator.role, user.role)):
        raise NotAllowed(f"{moderator.role} {moderator.id} about {target.uri}", public=DENIED)
    return user


def _check(target: Account, action: Action) -> None:
    if target.type == "Application" and target.is_local:
        raise NotFound(f"{target.uri} is a domain's own")
    if action.type not in ACTIONS or (action.type in _ONLY_HERE and not target.is_local):
        raise Unprocessable(public="Validation failed: Type is not included in the list")
    if len(action.text) > TEXT_MAX:
        raise Unprocessable(public=f"Validation failed: Text is too long (maximum is {TEXT_MAX} characters)")


async def _disable(tx: Transaction, target: Account) -> bool:
    return await tx.people_states.disable(target.id)


async def _silence(tx: Transaction, target: Account) -> bool:
    return await tx.people_states.silence(target.id)


async def _sensitize(tx: Transaction, target: Account) -> bool:
    return await tx.people_states.sensitize(target.id)


async def _nothing(tx: Transaction, target: Account) -> bool:  # noqa: ARG001
    return True


_DO: dict[str, Verb] = {
    "none": _nothing,
    "disable": _disable,
    "sensitive": _sensitize,
    "silence": _silence,
    "suspend": suspending.suspend,
}


async def _report(tx: Transaction, target: Account, report_id: int | None) -> Report | None:
    if report_id is None:
        return None
    found = await tx.reports.by_id(report_id)
    if found is None or found.target_id != target.id:
        raise NotFound(f"no report {report_id} about {target.uri}")
    return found


async def _warn(
    tx: Transaction, moderator: User, target: Account, action: Action, report: Report | None
) -> Strike:
    preset = await tx.strikes.preset(action.preset_id) if action.preset_id is not None else None
    strike = Strike(
        id=tx.new_id(),
        target_id=target.id,
        account_id=moderator.id,
        report_id=report.id if report else None,
        action=action.type,
        text="\n\n".join(part for part in (preset, action.text.strip()) if part),
        post_ids=report.post_ids if report else (),
        created_at=tx.now,
    )
    await tx.strikes.add(strike)
    return strike


async def _settle(
    tx: Transaction, moderator: User, target: Account, action: Action, report: Report | None
) -> None:
    if action.type != "none":
        for report_id in await tx.reports.resolve_about(target.id, moderator.id):
            await tx.audit.add(moderator.id, "resolve", "Report", report_id, f"#{report_id}")
    elif report is not None and report.action_taken_at is None:
        await tx.reports.change(report.id, action_taken_at=tx.now, action_taken_by_id=moderator.id)
        await tx.audit.add(moderator.id, "resolve", "Report", report.id, f"#{report.id}")


async def _undo(tx: Transaction, moderator: User, target: Account, name: str, verb: Verb) -> None:
    await check_outranked(tx, moderator, target)
    if await verb(tx, target):
        await tx.audit.add(moderator.id, name, "Account", target.id, target.handle)


async def _waiting(tx: Transaction, target: Account) -> User:
    user = await tx.members.by_id(target.id) if target.is_local else None
    if user is None or user.approved:
        raise NotAllowed(f"{target.uri} does not wait", public=DENIED)
    return user
