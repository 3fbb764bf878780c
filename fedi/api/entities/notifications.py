"""Notification, NotificationFallback, and what a notice may be about beside a status."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct

from fedi.api.entities.accounts import Account, account
from fedi.api.entities.here import Here, time
from fedi.api.entities.statuses import Status
from fedi.model import people
from fedi.social.notice_texts import headline
from fedi.store.notifications import Notice

_FIELDS = {
    "admin.report": "report",
    "severed_relationships": "event",
    "moderation_warning": "moderation_warning",
    "added_to_collection": "collection",
    "collection_update": "collection",
}


class NotificationFallback(Struct):
    """What an app can show of a type that it does not know."""

    title: str
    summary: str | None
    details: str | None = None


class About(Struct, frozen=True):
    """What notices of a page are about beside statuses: entities by type and id; and which types the app knows.

    `supported` None: it did not say, and gets no fallbacks. `locale`: the language of fallbacks.
    """

    things: Mapping[tuple[str, int], Any] = {}
    supported: Collection[str] | None = None
    locale: str | None = None

    def part(self, notice: Notice) -> dict[str, Any]:
        """The attribute that holds what this notice is about, by its name."""
        name = _FIELDS.get(notice.type)
        return {name: self.things.get((notice.type, notice.about_id))} if name else {}

    def fallback(self, notice: Notice, sender: people.Account | None) -> NotificationFallback | None:
        """What stands for a notice of a type that the app does not know."""
        if self.supported is None or notice.type in self.supported or sender is None:
            return None
        return NotificationFallback(headline(notice.type, sender, self.locale), None)


class Notification(Struct):
    """A notice of what somebody did."""

    id: str
    type: str
    created_at: str
    group_key: str
    account: Account
    status: Status | None
    report: Any = None
    event: Any = None
    moderation_warning: Any = None
    collection: Any = None
    fallback: NotificationFallback | None = None


def notifications(
    notices: Sequence[Notice],
    senders: Mapping[int, people.Account],
    shown: Sequence[Status],
    at: Here,
    about: About | None = None,
) -> list[Notification]:
    """The entities of notices. What is about a post that cannot be seen any more is left out."""
    about = about or About()
    statuses = {status.id: status for status in shown}
    accounts = {sender.id: account(sender, at) for sender in senders.values()}
    return [
        Notification(
            id=str(notice.id),
            type=notice.type,
            created_at=time(notice.created_at),
            group_key=notice.key,
            account=accounts[notice.from_id],
            status=statuses.get(str(notice.post_id)),
            **about.part(notice),
            fallback=about.fallback(notice, senders.get(notice.from_id)),
        )
        for notice in notices
        if notice.from_id in accounts and (not notice.post_id or str(notice.post_id) in statuses)
    ]
