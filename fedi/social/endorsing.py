"""Whom people show on their profiles, and what they note about others."""

from __future__ import annotations

from fedi.errors import Unprocessable
from fedi.model.people import Account, Relationship
from fedi.social.following import relationship
from fedi.store.store import Transaction

COMMENT_MAX = 2_000


async def endorse(tx: Transaction, account: Account, target: Account) -> Relationship:
    """Show somebody whom one follows on one's profile. Raises Unprocessable."""
    if not await tx.endorsements.add(account.id, target.id):
        raise Unprocessable(
            public="Validation failed: You must be already following the person you want to endorse"
        )
    return await relationship(tx, account, target)


async def unendorse(tx: Transaction, account: Account, target: Account) -> Relationship:
    """Show somebody no longer."""
    await tx.endorsements.remove(account.id, target.id)
    return await relationship(tx, account, target)


async def note(tx: Transaction, account: Account, target: Account, comment: str) -> Relationship:
    """Note something about somebody; an empty text takes it away. Raises Unprocessable."""
    if len(comment) > COMMENT_MAX:
        raise Unprocessable(
            public=f"Validation failed: Comment is too long (maximum is {COMMENT_MAX} characters)"
        )
    await tx.account_notes.put(account.id, target.id, comment)
    return await relationship(tx, account, target)
