"""Telling people what happened."""

from __future__ import annotations

from fedi.store.notices import OWN
from fedi.store.store import Transaction


async def notify(
    tx: Transaction,
    account_id: int,
    type: str,  # noqa: A002
    from_id: int,
    post_id: int = 0,
    about_id: int = 0,
) -> None:
    """Tell a local person that `from_id` did something, once. It is decided and written as the transaction ends.

    `type` is Mastodon's: mention, status, reblog, follow, follow_request, favourite, poll, update, quote, ...
    `about_id` is the report (admin.report), severance (severed_relationships), warning (moderation_warning) or
    collection it is about. Nobody hears of their own deeds, nor from people they blocked or muted, of conversations
    and servers they muted, or what their policy drops (`store/notices.py`); who is no local person hears nothing.
    """
    if account_id != from_id or type in OWN:
        tx.notifications.give(account_id, type, from_id, post_id, about_id)
