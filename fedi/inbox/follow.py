"""Follow: a remote person follows a local one, or asks to."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.errors import NotAllowed
from fedi.net.signers import Verified
from fedi.social import following
from fedi.store.store import Transaction

LATE_MS = 6 * 3_600_000
"""For so long an Undo that came first keeps out its Follow. Not for ever: some servers give a follow the same
id each time (Misskey: /follows/<follower>/<followee>)."""


async def handle(activity: types.Follow, sender: Verified, tx: Transaction) -> None:
    """Answer with Accept or Reject, or leave it to a person who approves its followers."""
    followee = await tx.people.by_uri(activity.object)
    if followee is None or not followee.is_local or not followee.is_active:
        raise NotAllowed(f"{activity.object} is nobody here")
    undone_at = await tx.tombstones.claimed(activity.id, sender.account.id) if activity.id else None
    if undone_at is not None and undone_at > tx.now - LATE_MS:
        return
    await following.asked(tx, activity, sender.account, followee)
