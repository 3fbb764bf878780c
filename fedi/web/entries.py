"""Posts with what a page says about them: who wrote, passed on and is answered. One question for all the people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from fedi.model.people import Account
from fedi.model.posts import Edit, Post
from fedi.store.paging import PostPage
from fedi.store.store import Transaction


class Entry(Struct, frozen=True, kw_only=True):
    """A post on a page; `depth` in its thread."""

    post: Post
    author: Account
    boosted_by: Account | None = None
    answers: Account | None = None
    pinned: bool = False
    depth: int = 0


class Thread(Struct, frozen=True, kw_only=True):
    """A post in its conversation."""

    above: list[Entry]
    entry: Entry
    below: list[Entry]
    edits: list[Edit]


async def of_page(tx: Transaction, page: PostPage) -> list[Entry]:
    """The entries of a page of posts, boosts shown as what they boost."""
    people = await _people(tx, [*page.posts, *page.originals.values()])
    found = []
    for post in page.posts:
        if post.boost_of_id is None:
            found.append(_entry(post, people))
        elif original := page.originals.get(post.boost_of_id):
            found.append(_entry(original, people, boosted_by=people[post.account_id]))
    return found


async def pinned(tx: Transaction, author: Account) -> list[Entry]:
    """An account's pinned posts that everybody may see."""
    posts = [post for post in await tx.featured.of(author.id) if post.is_public]
    people = await _people(tx, posts)
    return [_entry(post, people, pinned=True) for post in posts]


def pinned_first(pins: list[Entry], others: list[Entry]) -> list[Entry]:
    """A profile's first page: pins on top, each post once."""
    above = {pin.post.id for pin in pins}
    return [*pins, *(one for one in others if one.boosted_by or one.post.id not in above)]


async def thread(tx: Transaction, post: Post) -> Thread:
    """A public post with what everybody may see of its conversation."""
    above = await tx.posts.seen_by(None, await tx.posts.ancestors(post))
    below = await tx.posts.seen_by(None, await tx.posts.descendants(post))
    edits = await tx.posts.edits(post.id) if post.edited_at is not None else []
    people = await _people(tx, [*above, post, *below])
    return Thread(
        above=[_entry(one, people) for one in _of_active(above, people)],
        entry=_entry(post, people),
        below=_with_depth(post, _of_active(below, people), people),
        edits=edits,
    )


async def _people(tx: Transaction, posts: Sequence[Post]) -> dict[int, Account]:
    ids = {post.account_id for post in posts}
    ids |= {post.in_reply_to_account_id for post in posts if post.in_reply_to_account_id is not None}
    return await tx.people.by_ids(ids)


def _entry(
    post: Post,
    people: dict[int, Account],
    *,
    boosted_by: Account | None = None,
    pinned: bool = False,
    depth: int = 0,
) -> Entry:
    return Entry(
        post=post,
        author=people[post.account_id],
        boosted_by=boosted_by,
        answers=people.get(post.in_reply_to_account_id or 0),
        pinned=pinned,
        depth=depth,
    )


def _of_active(posts: Iterable[Post], people: dict[int, Account]) -> list[Post]:
    return [post for post in posts if people[post.account_id].is_active]


def _with_depth(root: Post, posts: list[Post], people: dict[int, Account]) -> list[Entry]:
    """Answers in thread order; one whose parent is not shown stands as if it answered the post itself."""
    depths = {root.id: 0}
    found = []
    for post in posts:
        depths[post.id] = depths.get(post.in_reply_to_id or 0, 0) + 1
        found.append(_entry(post, people, depth=depths[post.id]))
    return found
