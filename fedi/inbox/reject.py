"""Reject: a remote person refuses a local follower, before or after it had accepted it."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.net.signers import Verified
from fedi.social import following
from fedi.store.store import Transaction


async def handle(activity: types.Reject, sender: Verified, tx: Transaction) -> None:
    """Nobody but the person who was asked may refuse."""
    await following.rejected(tx, sender.account, activity.object)
