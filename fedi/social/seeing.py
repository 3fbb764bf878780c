"""What a person may see of a post before they act on it."""

from __future__ import annotations

from fedi.errors import NotFound
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.store.store import Transaction


async def visible_original(tx: Transaction, post: Post, viewer: Account) -> Post:
    """The post, or what it boosts. Raises NotFound where the viewer may not see it: not even that it is there."""
    found: Post | None = post
    if post.boost_of_id is not None:
        found = await tx.posts.by_id(post.boost_of_id)
    if found is None or not await tx.posts.may_see(found, viewer.id):
        raise NotFound(f"{viewer.uri} may not see {post.uri}")
    return found


async def author_of(tx: Transaction, post: Post) -> Account:
    """Who wrote a post."""
    author = await tx.people.by_id(post.account_id)
    if author is None:
        raise NotFound(f"the author of {post.uri} is gone")
    return author
