"""Accept: a remote person lets a local one follow it, or quote a post."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.net.signers import Verified
from fedi.social import following, quoting
from fedi.store.store import Transaction


async def handle(activity: types.Accept, sender: Verified, tx: Transaction) -> None:
    """Nobody but the person who was asked may accept, and only what was asked (CVE-2025-30741)."""
    if isinstance(activity.object, types.QuoteRequest) or await quoting.awaits(tx, activity.object):
        await quoting.accepted(tx, sender.account, activity.object, activity.result)
    else:
        await following.accepted(tx, sender.account, activity.object)
