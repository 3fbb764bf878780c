"""Deleting an account here: everyone who knows it is told, nothing of it stays, and nobody gets its name again."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.errors import NotFound
from fedi.model.people import Account
from fedi.outbox.publish import Audience, activity_uri, publish
from fedi.store.store import Transaction


async def delete_own(tx: Transaction, account: Account) -> None:
    """Somebody here leaves, for good. Raises NotFound for who is not here, or is a domain's own actor."""
    if not account.is_local or account.type == "Application" or account.deleted_at is not None:
        raise NotFound(f"{account.uri} is not a person here")
    await remove(tx, account)
    await tx.audit.add(account.id, "destroy", "User", account.id, account.handle)


async def remove(tx: Transaction, account: Account) -> None:
    """Delete what an account made. One of ours says so to every server that knows it.

    Its row stays as a tombstone: the address answers 410, and the name is taken. Its keys stay, to sign the farewell.
    """
    if account.is_local:
        await _farewell(tx, account)
        await tx.email_blocks.release_address_of(account.id)
        await tx.tombstones.add(account.uri, account.type, local=True)
    await tx.people.purge(account.id)


async def _farewell(tx: Transaction, account: Account) -> None:
    delete = types.Delete(
        id=activity_uri(tx, account)[1], actor=account.uri, object=account.uri, to=(types.PUBLIC,)
    )
    activity_id = await publish(tx, delete, by=account, audience=Audience(visibility="public"))
    await tx.deliveries.to_everyone(activity_id)
