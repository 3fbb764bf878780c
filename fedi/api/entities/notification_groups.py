"""NotificationGroup, GroupedNotificationsResults, PartialAccountWithAvatar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from fedi.api.entities.accounts import Account, account
from fedi.api.entities.here import Here, time
from fedi.api.entities.notifications import About, NotificationFallback
from fedi.api.entities.statuses import Status
from fedi.model import people
from fedi.store.notice_values import Group


class PartialAccount(Struct):
    """As much of an account as its picture needs."""

    id: str
    acct: str
    locked: bool
    bot: bool
    url: str
    avatar: str
    avatar_static: str
    avatar_description: str


class NotificationGroup(Struct):
    """Notices shown together. What is about a page is there for pages alone."""

    group_key: str
    notifications_count: int
    type: str
    most_recent_notification_id: int
    sample_account_ids: list[str]
    page_min_id: str | None
    page_max_id: str | None
    latest_page_notification_at: str | None
    status_id: str | None
    report: Any = None
    event: Any = None
    moderation_warning: Any = None
    collection: Any = None
    fallback: NotificationFallback | None = None


class GroupedNotificationsResults(Struct):
    """Groups, with everybody and everything in them once."""

    accounts: list[Account]
    statuses: list[Status]
    notification_groups: list[NotificationGroup]
    partial_accounts: list[PartialAccount] | None


def results(
    groups: Sequence[Group],
    found: Mapping[int, people.Account],
    statuses: Sequence[Status],
    at: Here,
    about: About,
    *,
    partial: bool = False,
) -> GroupedNotificationsResults:
    """The entity of a page. What is about a post that cannot be seen any more is left out.

    `partial`: only the latest person of each group in full, of the others what their picture needs.
    """
    seen = {status.id for status in statuses}
    kept = [one for one in groups if not one.notice.post_id or str(one.notice.post_id) in seen]
    kept = [one for one in kept if any(member in found for member in one.sample)]
    everybody = dict.fromkeys(member for one in kept for member in one.sample if member in found)
    # Whoever stands alone behind a notice, or first, is shown by name.
    named = {next(member for member in one.sample if member in found) for one in kept} if partial else set()
    full = [one for one in everybody if not partial or one in named]
    return GroupedNotificationsResults(
        accounts=[account(found[one], at) for one in full],
        statuses=_used(statuses, kept),
        notification_groups=[_group(one, found, about) for one in kept],
        partial_accounts=(
            [_partial(found[one], at) for one in everybody if one not in named] if partial else None
        ),
    )


def _used(statuses: Sequence[Status], kept: Sequence[Group]) -> list[Status]:
    used = {str(one.notice.post_id) for one in kept}
    return [status for status in statuses if status.id in used]


def _group(one: Group, found: Mapping[int, people.Account], about: About) -> NotificationGroup:
    notice = one.notice
    return NotificationGroup(
        group_key=one.key,
        notifications_count=one.count,
        type=notice.type,
        most_recent_notification_id=one.latest_id,
        sample_account_ids=[str(member) for member in one.sample if member in found],
        page_min_id=None if one.page_min_id is None else str(one.page_min_id),
        page_max_id=None if one.page_max_id is None else str(one.page_max_id),
        latest_page_notification_at=None if one.page_latest_at is None else time(one.page_latest_at),
        status_id=str(notice.post_id) if notice.post_id else None,
        **about.part(notice),
        fallback=about.fallback(notice, found.get(notice.from_id)),
    )


def _partial(person: people.Account, at: Here) -> PartialAccount:
    whole = account(person, at)
    return PartialAccount(
        id=whole.id,
        acct=whole.acct,
        locked=whole.locked,
        bot=whole.bot,
        url=whole.url,
        avatar=whole.avatar,
        avatar_static=whole.avatar_static,
        avatar_description=whole.avatar_description,
    )
