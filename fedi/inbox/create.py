"""Create: a remote person posts."""

from __future__ import annotations

import msgspec

from fedi.activitypub import types
from fedi.errors import NotAllowed
from fedi.net.signers import Verified
from fedi.social import polling, receiving
from fedi.store.store import Transaction


async def handle(activity: types.Create, sender: Verified, tx: Transaction) -> None:
    """Keep the author's own post; what somebody else is said to have written is asked of its origin."""
    author, post = sender.account, activity.object
    if activity.actor != author.uri:
        raise NotAllowed(f"{author.uri} signed for {activity.actor}")
    if isinstance(post, types.Post) and await polling.voted(tx, (post, *activity.more), author):
        return
    if isinstance(post, str) or post.attributed_to != author.uri:
        # Only for whom somebody here follows: nobody else makes us fetch things.
        if author.local_followers_count > 0:
            await receiving.ask_origin(tx, post if isinstance(post, str) else post.id)
        return
    if not (post.to or post.cc):
        post = msgspec.structs.replace(post, to=activity.to, cc=activity.cc)
    await receiving.received(tx, post, author)
