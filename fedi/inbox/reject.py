"""Reject: a remote person refuses a local follower, before or after it had accepted it, or a quote."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.net.signers import Verified
from fedi.social import following, quoting
from fedi.store.store import Transaction


async def handle(activity: types.Reject, sender: Verified, tx: Transaction) -> None:
    """Nobody but the person who was asked may refuse."""
    if isinstance(activity.object, types.QuoteRequest) or await quoting.awaits(tx, activity.object):
        await quoting.rejected(tx, sender.account, activity.object)
    else:
        await following.rejected(tx, sender.account, activity.object)
