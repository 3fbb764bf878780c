"""Telling people what happened."""

from __future__ import annotations

from fedi.store.store import Transaction


async def notify(tx: Transaction, account_id: int, type: str, from_id: int, post_id: int = 0) -> bool:  # noqa: A002
    """Tell a local person that `from_id` did something, once; whether they are told.

    `type` is Mastodon's: mention, status, reblog, follow, follow_request, favourite, update, ... Nobody hears of
    their own deeds or from people they blocked, and an account that is not a local person's hears nothing.
    """
    if account_id == from_id:
        return False
    return await tx.notifications.add(account_id, type, from_id, post_id)
