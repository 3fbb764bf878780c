"""What is needed to show a page of posts: their authors, what they boost, and what the reader did with them.

A page costs the same few statements however many posts are on it.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from fedi.errors import NotFound
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.store.paging import PostPage
from fedi.store.store import Transaction
from fedi.store.viewing import Flags


class View(Struct, frozen=True):
    """Posts, ready to be shown."""

    posts: list[Post]
    originals: dict[int, Post]
    authors: dict[int, Account]
    flags: Flags


async def view(tx: Transaction, page: PostPage, viewer_id: int | None) -> View:
    """A page with everything that is shown of it; without what accounts wrote that are suspended or deleted."""
    everything = [*page.posts, *page.originals.values()]
    authors = await tx.timelines.authors({post.account_id for post in everything})
    flags = await tx.posts.flags_for(viewer_id, [post.id for post in everything if post.boost_of_id is None])
    posts = [post for post in page.posts if _is_active(authors.get(post.account_id))]
    return View(posts, page.originals, authors, flags)


def _is_active(author: Account | None) -> bool:
    return author is not None and author.suspended_at is None and author.deleted_at is None


async def view_ids(tx: Transaction, post_ids: Sequence[int], viewer_id: int | None) -> View:
    """Those of `post_ids` that the viewer may see, in that order."""
    return await view(tx, await tx.timelines.shown_among(viewer_id, post_ids), viewer_id)


async def view_one(tx: Transaction, post_id: int, viewer_id: int | None) -> View:
    """One post. Raises NotFound unless the viewer may see it."""
    found = await view_ids(tx, [post_id], viewer_id)
    if not found.posts:
        raise NotFound
    return found


async def person(tx: Transaction, account_id: int) -> Account:
    """An account that may be shown. Raises NotFound for one that is not here, suspended or deleted."""
    found = await tx.people.by_id(account_id)
    if found is None or not found.is_active:
        raise NotFound
    return found
