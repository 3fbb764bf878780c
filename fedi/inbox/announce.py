"""Announce: a remote person boosts a post, or a group passes on what its members do (FEP-1b12)."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.net.signers import Verified
from fedi.social import boosting, receiving
from fedi.store.store import Transaction


async def handle(activity: types.Announce, sender: Verified, tx: Transaction) -> None:
    """A boost is applied; an activity that is passed on is looked at where it comes from."""
    if activity.wrapped is None:
        await boosting.boosted(tx, activity, sender.account)
    elif sender.account.local_followers_count > 0:
        await receiving.passed_on(tx, activity.wrapped)
