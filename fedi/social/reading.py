"""Looking at one thing: what may not be seen is not there."""

from __future__ import annotations

from fedi.errors import NotFound
from fedi.model.people import Account
from fedi.store.paging import PostPage
from fedi.store.store import Transaction


async def one(tx: Transaction, post_id: int, viewer_id: int | None) -> PostPage:
    """A page of one post. Raises NotFound unless the viewer may see it."""
    found = await tx.timelines.shown_among(viewer_id, [post_id])
    if not found.posts:
        raise NotFound
    return found


async def person(tx: Transaction, account_id: int) -> Account:
    """An account that may be shown. Raises NotFound for one that is not here, suspended or deleted."""
    found = await tx.people.by_id(account_id)
    if found is None or not found.is_active:
        raise NotFound
    return found


async def anyone(tx: Transaction, account_id: int) -> Account:
    """An account that is here, suspended or not: one may part even from those. Raises NotFound."""
    found = await tx.people.by_id(account_id)
    if found is None or found.deleted_at is not None:
        raise NotFound
    return found
