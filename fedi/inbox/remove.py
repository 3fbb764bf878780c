"""Remove: a remote person takes a pin off."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.net.signers import Verified
from fedi.social import pinning
from fedi.store.store import Transaction


async def handle(activity: types.Remove, sender: Verified, tx: Transaction) -> None:
    """Only `featured` means something here; other collections are left alone."""
    await pinning.unpinned(tx, activity, sender.account)
