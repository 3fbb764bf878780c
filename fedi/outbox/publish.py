"""Publishing: an activity rendered once, stored with what is to be done about it, in the caller's transaction.

What it costs here does not grow with the followers. The job `fan_out` adds a row for each of their servers.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from fedi.activitypub import codec
from fedi.activitypub.types import AnyActivity, Other
from fedi.activitypub.uris import Addresses, host_of
from fedi.model.people import Account
from fedi.store.activities import StoredActivity
from fedi.store.store import Transaction

FAN_OUT = "fan_out"
"""The job's kind."""


class Audience(Struct, frozen=True):
    """Which servers get an activity.

    `inboxes`: of people it is for, in full (`Account.delivery_inbox`); those hosted here are left out.
    `followers`: the inboxes of the author's followers. `former_since` (ms since 1970): with `followers`, also
    those whose last follower left then or later, for the edit or deletion of a post published then.
    `visibility`: "public" and "unlisted" may be fetched by anyone, "private" is for followers and carries
    Collection-Synchronization (FEP-8fcf), "direct" is for `inboxes` alone.
    """

    inboxes: tuple[str, ...] = ()
    followers: bool = False
    former_since: int | None = None
    visibility: str = "direct"


def addresses_of(account: Account) -> Addresses:
    """The addresses of the domain that a local account belongs to."""
    parts = urlsplit(account.uri)
    return Addresses(f"{parts.scheme}://{parts.netloc}")


def activity_uri(tx: Transaction, by: Account) -> tuple[int, str]:
    """A new activity's id and its URI, for an activity of the local account `by`."""
    new = tx.new_id()
    return new, addresses_of(by).activity(new)


async def publish(tx: Transaction, activity: AnyActivity, *, by: Account, audience: Audience) -> int:
    """Send `activity` of the local account `by` to `audience`, once the transaction is committed; its id.

    An activity without a URI gets one.
    """
    if activity.id is None:
        activity = msgspec.structs.replace(activity, id=activity_uri(tx, by)[1])
    uri = activity.id or ""
    known = addresses_of(by).local_id(uri)
    activity_id = known[1] if known and known[0] == "activity" else tx.new_id()
    await tx.deliveries.add_with(
        StoredActivity(
            id=activity_id,
            uri=uri,
            account_id=by.id,
            type=activity.kind if isinstance(activity, Other) else type(activity).__name__,
            public=audience.visibility in ("public", "unlisted"),
            followers_only=audience.followers and audience.visibility == "private",
            document=codec.dumps(codec.render(activity)),
            created_at=tx.now,
            fan_out_since=_since(tx, audience) if audience.followers else None,
        ),
        await _direct(tx, audience.inboxes),
    )
    if audience.followers:
        await tx.jobs.add(FAN_OUT, {"account_id": by.id}, key=f"{FAN_OUT}:{by.id}")
    return activity_id


def _since(tx: Transaction, audience: Audience) -> int:
    # Whoever stops following between now and the fan-out was a follower when this was published.
    return tx.now if audience.former_since is None else audience.former_since


async def _direct(tx: Transaction, inboxes: tuple[str, ...]) -> list[tuple[str, int]]:
    """(inbox, host id) of those that are not here."""
    if not inboxes:
        return []
    hosts = {inbox: host_of(inbox) for inbox in inboxes}
    ids = await tx.hosts.theirs(hosts.values())
    return [(inbox, ids[host]) for inbox, host in hosts.items() if host in ids]
