"""Like: a remote person favourites a post here, or reacts to it (Misskey)."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.net.signers import Verified
from fedi.social import favouriting
from fedi.store.store import Transaction


async def handle(activity: types.Like, sender: Verified, tx: Transaction) -> None:
    """Count it, unless the Undo came first."""
    await favouriting.favourited(tx, activity, sender.account)
