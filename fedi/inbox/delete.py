"""Delete: a remote person deletes a post, a boost, or themselves."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.activitypub.uris import same_origin
from fedi.errors import NotAllowed
from fedi.net.signers import Verified
from fedi.social import quoting, receiving
from fedi.store.store import Transaction


async def handle(activity: types.Delete, sender: Verified, tx: Transaction) -> None:
    """Only what is the sender's own. What is not here yet stays out when it comes."""
    if activity.object == sender.account.uri:
        await tx.people.purge(sender.account.id)
        return
    if not same_origin(activity.object, sender.account.uri):
        raise NotAllowed(f"{activity.object} is not of {sender.account.uri}")
    if not await quoting.unstamped(tx, activity.object, sender.account):
        await receiving.deleted(tx, activity.object, sender.account)
