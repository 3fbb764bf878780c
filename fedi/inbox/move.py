"""Move: a remote person has another account now, and wants its followers to follow that one."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.errors import NotAllowed
from fedi.net.signers import Verified
from fedi.social import moving
from fedi.store.store import Transaction


async def handle(activity: types.Move, sender: Verified, tx: Transaction) -> None:
    """Check what needs no network; the rest is the job `follow_move`."""
    if activity.object != activity.actor or activity.target == activity.actor:
        raise NotAllowed(f"{activity.actor} cannot move {activity.object} to {activity.target}")
    await moving.begin(tx, sender.account, activity.target)
