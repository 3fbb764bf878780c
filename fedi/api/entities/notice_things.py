"""RelationshipSeveranceEvent, AccountWarning, Appeal: what notices tell of beside statuses and reports."""

from __future__ import annotations

from msgspec import Struct

from fedi.api.entities.accounts import Account, account
from fedi.api.entities.here import Here, time
from fedi.model import people
from fedi.store import strikes
from fedi.store.severances import Severance


class RelationshipSeveranceEvent(Struct):
    """Follows that ended at once, because of what was decided about an account or a server."""

    id: str
    type: str
    purged: bool
    target_name: str
    followers_count: int
    following_count: int
    created_at: str


class Appeal(Struct):
    """What somebody says against a warning."""

    text: str
    state: str


class AccountWarning(Struct):
    """A warning by the moderators."""

    id: str
    action: str
    text: str
    status_ids: list[str] | None
    target_account: Account
    appeal: Appeal | None
    created_at: str


def severance(found: Severance) -> RelationshipSeveranceEvent:
    """The entity of a severance. Nothing lists the accounts it was about, so that list is never there."""
    return RelationshipSeveranceEvent(
        id=str(found.id),
        type=found.type,
        purged=True,
        target_name=found.target_name,
        followers_count=found.followers_count,
        following_count=found.following_count,
        created_at=time(found.created_at),
    )


def warning(
    found: strikes.Strike, target: people.Account, appeal: strikes.Appeal | None, at: Here
) -> AccountWarning:
    """The entity of a warning."""
    return AccountWarning(
        id=str(found.id),
        action=found.action,
        text=found.text,
        status_ids=[str(one) for one in found.post_ids] or None,
        target_account=account(target, at),
        appeal=None if appeal is None else Appeal(appeal.text, appeal.state),
        created_at=time(found.created_at),
    )
