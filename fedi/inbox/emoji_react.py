"""EmojiReact: a remote person reacts to a post here with an emoji."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.net.signers import Verified
from fedi.social import reacting
from fedi.store.store import Transaction


async def handle(activity: types.EmojiReact, sender: Verified, tx: Transaction) -> None:
    """Keep it, unless the Undo came first."""
    await reacting.reacted(tx, activity, sender.account)
