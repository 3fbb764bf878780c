"""Update: a remote person changes a post, or their profile."""

from __future__ import annotations

import msgspec

from fedi.activitypub import types
from fedi.errors import NotAllowed
from fedi.net import actors
from fedi.net.signers import Verified
from fedi.social import receiving
from fedi.store.store import Transaction


async def handle(activity: types.Update, sender: Verified, tx: Transaction) -> None:
    """Only what is the sender's own; without the new form in it, the origin is asked."""
    changed = activity.object
    match changed:
        case types.Actor():
            if changed.id != sender.account.uri:
                raise NotAllowed(f"{sender.account.uri} is not {changed.id}")
            await actors.keep(tx, changed)
        case types.Post():
            if changed.attributed_to != sender.account.uri:
                raise NotAllowed(f"{sender.account.uri} did not write {changed.id}")
            if not (changed.to or changed.cc):
                changed = msgspec.structs.replace(changed, to=activity.to, cc=activity.cc)
            await receiving.edited(tx, changed, sender.account)
        case str():
            await _look(tx, changed, sender)


async def _look(tx: Transaction, uri: str, sender: Verified) -> None:
    if uri == sender.account.uri:
        await tx.jobs.add("refresh_actor", {"uri": uri}, key=f"refresh_actor:{uri}")
        return
    known = await tx.posts.by_uri(uri)
    if known is not None and known.account_id == sender.account.id:
        await receiving.ask_origin(tx, uri)
