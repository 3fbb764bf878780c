"""Blocking people, and servers."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.errors import Malformed, NotFound, Unprocessable
from fedi.model.people import Account, Relationship
from fedi.outbox.publish import Audience, activity_uri, publish
from fedi.social.following import part, relationship
from fedi.store.blocks import SEVERITIES, SUSPEND, domain_name
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


# --- servers ------------------------------------------------------------------------------------------


async def block_domain(tx: Transaction, name: str, severity: str, reason: str = "") -> str:
    """Suspend or silence a server and its subdomains; the name as it is kept.

    A suspended server's people no longer follow, nor are followed by, anybody here. Nothing is sent: there is
    no more talk with that server. Raises Unprocessable.
    """
    normal = _checked_name(name)
    if severity not in SEVERITIES:
        raise Unprocessable(f"unknown severity {severity!r}", public="Choose suspend or silence.")
    for domain in await tx.domains.all():
        if domain_name(domain.name) == normal or domain_name(domain.name).endswith(f".{normal}"):
            raise Unprocessable(f"{normal} would block {domain.name}", public="This is your own domain.")
    await tx.blocks.add_domain(normal, severity, reason)
    if severity == SUSPEND:
        await tx.follows.remove_of_domain(normal)
    return normal


async def unblock_domain(tx: Transaction, name: str) -> bool:
    """No longer suspend or silence a server; whether it was. Raises Unprocessable."""
    return await tx.blocks.remove_domain(_checked_name(name))


def _checked_name(name: str) -> str:
    try:
        return domain_name(name)
    except Malformed as error:
        raise Unprocessable(error.detail, public="This is not a domain name.") from error
