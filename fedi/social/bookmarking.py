"""Bookmarks, and conversations that somebody wants to hear no more of: nobody else is told of either."""

from __future__ import annotations

from fedi.errors import NotAllowed
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.social.seeing import visible_original
from fedi.store.store import Transaction


async def bookmark(tx: Transaction, account: Account, post: Post) -> None:
    """Bookmark a post, or what it boosts. Raises NotFound for what the account may not see."""
    await tx.bookmarks.add(account.id, (await visible_original(tx, post, account)).id)


async def unbookmark(tx: Transaction, account: Account, post: Post) -> None:
    """Take the bookmark off again."""
    await tx.bookmarks.remove(account.id, post.boost_of_id or post.id)


async def mute(tx: Transaction, account: Account, post: Post) -> None:
    """No more notices from the conversation that a post belongs to."""
    await tx.bookmarks.mute(account.id, await _conversation(tx, account, post))


async def unmute(tx: Transaction, account: Account, post: Post) -> None:
    """Notices again."""
    await tx.bookmarks.unmute(account.id, await _conversation(tx, account, post))


async def _conversation(tx: Transaction, account: Account, post: Post) -> str:
    about = (await visible_original(tx, post, account)).conversation
    if about is None:
        raise NotAllowed(public="This action is not allowed")
    return about
