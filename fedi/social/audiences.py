"""Which servers hear of changes to a post."""

from __future__ import annotations

from fedi.model.posts import Post
from fedi.outbox.publish import Audience
from fedi.store.store import Transaction


async def everyone_with(tx: Transaction, post: Post) -> Audience:
    """Every server that may have the post: for its edits, its tallies and its deletion."""
    return Audience(
        inboxes=await tx.posts.holders(post),
        followers=post.visibility != "direct",
        former_since=post.created_at,
        visibility=post.visibility,
    )
