"""Blocking people."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.errors import Malformed, NotFound
from fedi.model.people import Account, Relationship
from fedi.outbox.publish import Audience, activity_uri, publish
from fedi.social.following import part, relationship
from fedi.store.store import Transaction

# --- local people -------------------------------------------------------------------------------------


async def block(tx: Transaction, account: Account, target: Account) -> Relationship:
    """A local person blocks another: follows end both ways, and a remote server is told why."""
    if account.id == target.id:
        raise NotFound("nobody blocks oneself")
    if await tx.blocks.between(account.id, target.id) is None:
        await part(tx, account, target)
        uri = activity_uri(tx, account)[1]
        await tx.blocks.add(account.id, target.id, uri)
        await tx.notifications.remove(account_id=account.id, from_id=target.id)
        if not target.is_local:
            activity = types.Block(id=uri, actor=account.uri, object=target.uri, to=(target.uri,))
            await publish(tx, activity, by=account, audience=Audience(inboxes=(target.inbox,)))
    return await relationship(tx, account, target)


async def unblock(tx: Transaction, account: Account, target: Account) -> Relationship:
    """A local person no longer blocks another. What ended with the block stays ended."""
    gone = await tx.blocks.remove(account.id, target.id)
    if gone is not None and not target.is_local:
        undo = types.Undo(
            id=activity_uri(tx, account)[1],
            actor=account.uri,
            object=types.Block(id=gone.uri, actor=account.uri, object=target.uri),
            to=(target.uri,),
        )
        await publish(tx, undo, by=account, audience=Audience(inboxes=(target.inbox,)))
    return await relationship(tx, account, target)


# --- other servers ------------------------------------------------------------------------------------


async def blocked(tx: Transaction, activity: types.Block, actor: Account, target: Account) -> None:
    """A remote person blocks a local one. Its server hears that the follows ended here too."""
    if activity.id is None:
        raise Malformed("a Block without an id")
    await part(tx, target, actor)
    await tx.blocks.add(actor.id, target.id, activity.id)


async def unblocked(tx: Transaction, actor: Account, *, object_uri: str | None, uri: str | None) -> bool:
    """A remote person unblocks `object_uri`, or takes back its Block `uri`; whether there was one."""
    if object_uri is not None:
        target = await tx.people.by_uri(object_uri)
        return target is not None and await tx.blocks.remove(actor.id, target.id) is not None
    known = await tx.blocks.by_uri(uri, account_id=actor.id) if uri is not None else None
    return known is not None and await tx.blocks.remove(known.account_id, known.target_id) is not None
