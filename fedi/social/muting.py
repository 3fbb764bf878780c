"""Muting: nothing of somebody in one's lists, and by choice no notices, for a while or for good. Nobody is told."""

from __future__ import annotations

from typing import Any

from fedi.errors import Unprocessable
from fedi.model.people import Account, Relationship
from fedi.services import Services
from fedi.social.following import relationship
from fedi.store.store import Transaction

END_MUTE = "end_mute"
"""The job's kind."""
_LONGEST = 10 * 365 * 86_400


async def mute(
    tx: Transaction, account: Account, target: Account, *, notifications: bool = True, seconds: int = 0
) -> Relationship:
    """Mute somebody for so many seconds, 0 for good. Muting oneself does nothing. Raises Unprocessable."""
    if not 0 <= seconds <= _LONGEST:
        raise Unprocessable(public="Validation failed: Duration is not included in the list")
    if account.id != target.id:
        expires_at = tx.now + seconds * 1_000 if seconds else None
        await tx.mutes.put(account.id, target.id, notifications=notifications, expires_at=expires_at)
        if notifications:
            await tx.notifications.remove(account_id=account.id, from_id=target.id)
        if expires_at is not None:
            pair = {"account_id": account.id, "target_id": target.id}
            key = f"{END_MUTE}:{account.id}:{target.id}:{expires_at}"
            await tx.jobs.add(END_MUTE, pair, key=key, run_at=expires_at)
    return await relationship(tx, account, target)


async def unmute(tx: Transaction, account: Account, target: Account) -> Relationship:
    """Mute somebody no longer."""
    await tx.mutes.remove(account.id, target.id)
    return await relationship(tx, account, target)


async def run(services: Services, payload: dict[str, Any]) -> None:
    """The job: a mute's time is over, unless it was prolonged or has ended."""
    async with services.store.write() as tx:
        await tx.mutes.expire(payload["account_id"], payload["target_id"])
