"""Add: a remote person pins a post of theirs."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.net.signers import Verified
from fedi.social import pinning
from fedi.store.store import Transaction


async def handle(activity: types.Add, sender: Verified, tx: Transaction) -> None:
    """Only `featured` means something here; other collections are left alone."""
    await pinning.pinned(tx, activity, sender.account)
