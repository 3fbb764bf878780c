"""Web Push: waking people's apps (RFC 8030), with a key that is made on the first start."""

from __future__ import annotations

from fedi.net.webpush import VapidKey, new_vapid_key
from fedi.services import Services
from fedi.store.store import Transaction


async def vapid_public_key(tx: Transaction) -> str:
    """The key that apps subscribe with, base64url; made if there is none yet, so `tx` must be one that writes."""
    return (await vapid_key(tx)).public_key


async def vapid_key(tx: Transaction) -> VapidKey:
    """Both halves of that key."""
    found = await tx.push.vapid_key()
    if found is None:
        made = new_vapid_key()
        await tx.push.keep_vapid_key(made.public_key, made.private_pem)
        found = await tx.push.vapid_key() or (made.public_key, made.private_pem)
    return VapidKey(*found)


async def public_key(services: Services) -> str:
    """The key that apps subscribe with, where there is no transaction at hand."""
    async with services.store.read() as tx:
        found = await tx.push.vapid_key()
    if found is not None:
        return found[0]
    async with services.store.write() as tx:
        return await vapid_public_key(tx)
