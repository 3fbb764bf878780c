"""Undo: a remote person takes back something it did."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from fedi.activitypub import types
from fedi.activitypub.uris import same_origin
from fedi.errors import NotAllowed
from fedi.model.people import Account
from fedi.net.signers import Verified
from fedi.social import blocking, boosting, favouriting, following, reacting
from fedi.store.store import Transaction


class Undone(Protocol):
    """A verb that takes back what `actor` did to `object_uri`, or its activity `uri`."""

    def __call__(
        self, tx: Transaction, actor: Account, *, object_uri: str | None, uri: str | None
    ) -> Awaitable[bool]:
        """Whether there was anything to take back."""
        ...


_VERBS: dict[type[types.Activity], Undone] = {
    types.Follow: following.undone,
    types.Block: blocking.unblocked,
    types.Like: favouriting.undone,
    types.Announce: boosting.undone,
    types.EmojiReact: reacting.undone,
}


async def handle(activity: types.Undo, sender: Verified, tx: Transaction) -> None:
    """Only the actor itself takes back what it did; what has not come yet is kept out when it comes."""
    inner = activity.object
    if isinstance(inner, str):
        await _undo_by_id(inner, sender.account, tx)
        return
    if inner.actor != activity.actor:
        raise NotAllowed(f"{activity.actor} cannot undo what {inner.actor} did")
    if isinstance(inner, types.Accept):
        if not isinstance(inner.object, types.QuoteRequest):
            await following.unaccepted(tx, sender.account, inner.object)
        return
    was_here = await _VERBS[type(inner)](tx, sender.account, object_uri=inner.object, uri=inner.id)
    if inner.id is not None and not was_here:
        await _keep_out(inner.id, type(inner).__name__, sender.account, tx)


async def _undo_by_id(uri: str, actor: Account, tx: Transaction) -> None:
    # What kind it was is not said: each verb looks among what this actor did.
    for verb in _VERBS.values():
        if await verb(tx, actor, object_uri=None, uri=uri):
            return
    await _keep_out(uri, None, actor, tx)


async def _keep_out(uri: str, kind: str | None, actor: Account, tx: Transaction) -> None:
    # Only ids of the actor's own server, and there only what this actor itself sends: nobody decides what we take
    # from anybody else. What was here once did not come late: this is an Undo that was sent twice, and a follow may
    # be repeated under the same id (Misskey).
    if same_origin(uri, actor.uri) and not await tx.received.has(uri, actor.id):
        await tx.tombstones.claim(uri, actor.id, kind)
