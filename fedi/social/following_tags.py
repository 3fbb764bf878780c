"""Following hashtags: public posts with them come into one's home."""

from __future__ import annotations

from fedi.store.store import Transaction


async def follow(tx: Transaction, account_id: int, tag: str) -> None:
    """Follow a hashtag (lower case, no #); its latest posts are in one's home at once."""
    if await tx.followed_tags.add(account_id, tag):
        await tx.timelines.merge_tag(account_id, tag)


async def unfollow(tx: Transaction, account_id: int, tag: str) -> None:
    """Follow a hashtag no longer; what was in one's home for it alone goes."""
    if await tx.followed_tags.remove(account_id, tag):
        await tx.timelines.unmerge_tag(account_id, tag)
