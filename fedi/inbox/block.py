"""Block: a remote person blocks a local one."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.errors import NotAllowed
from fedi.net.signers import Verified
from fedi.social import blocking
from fedi.store.store import Transaction


async def handle(activity: types.Block, sender: Verified, tx: Transaction) -> None:
    """End follows both ways, unless the Undo came first."""
    target = await tx.people.by_uri(activity.object)
    if target is None or not target.is_local:
        raise NotAllowed(f"{activity.object} is nobody here")
    if activity.id is not None and await tx.tombstones.claimed(activity.id, sender.account.id) is not None:
        return
    await blocking.blocked(tx, activity, sender.account, target)
