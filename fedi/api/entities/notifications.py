"""Notification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from fedi.api.entities.accounts import Account, account
from fedi.api.entities.here import Here, time
from fedi.api.entities.statuses import Status
from fedi.model import people
from fedi.store.notifications import Notice


class Notification(Struct):
    """A notice of what somebody did."""

    id: str
    type: str
    created_at: str
    group_key: str
    account: Account
    status: Status | None
    report: None = None
    event: None = None
    moderation_warning: None = None
    collection: None = None
    fallback: None = None


def notifications(
    notices: Sequence[Notice], senders: Mapping[int, people.Account], about: Sequence[Status], at: Here
) -> list[Notification]:
    """The entities of notices. What is about a post that cannot be seen any more is left out."""
    statuses = {status.id: status for status in about}
    accounts = {sender.id: account(sender, at) for sender in senders.values()}
    return [
        Notification(
            id=str(notice.id),
            type=notice.type,
            created_at=time(notice.created_at),
            group_key=f"ungrouped-{notice.id}",
            account=accounts[notice.from_id],
            status=statuses.get(str(notice.post_id)),
        )
        for notice in notices
        if notice.from_id in accounts and (not notice.post_id or str(notice.post_id) in statuses)
    ]
