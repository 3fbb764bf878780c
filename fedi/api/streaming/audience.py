"""Which streams a post is told in: what is of everyone's, and what is of each listener's own."""

from __future__ import annotations

from collections.abc import Iterator

from fedi.api.streaming.streams import Stream
from fedi.model.posts import Post
from fedi.store.events import Facts
from fedi.store.paging import PostPage


def public_streams(post: Post, page: PostPage) -> Iterator[Stream]:
    """The public streams that a new post belongs to: the rules of the public timelines."""
    author = page.authors.get(post.account_id)
    limited = author is None or author.silenced_at is not None
    if post.visibility != "public" or post.boost_of_id is not None or limited:
        return
    yield from _tagged(post.tags, post.local)
    to_somebody = post.in_reply_to_uri is not None or post.in_reply_to_id is not None
    if to_somebody and post.in_reply_to_account_id != post.account_id:
        return
    yield from _listed(post.local, bool(post.attachments))


def streams_of(gone: Facts) -> Iterator[Stream]:
    """The public streams that a deleted post may have been in."""
    if gone.public:
        yield from _tagged(gone.tags, gone.local)
        yield from _listed(gone.local, True)


def _tagged(tags: tuple[str, ...], local: bool) -> Iterator[Stream]:
    for tag in tags:
        yield Stream("hashtag", tag=tag.lower())
        if local:
            yield Stream("hashtag:local", tag=tag.lower())


def _listed(local: bool, media: bool) -> Iterator[Stream]:
    for name in ("public", "public:local" if local else "public:remote"):
        yield Stream(name)
        if media:
            yield Stream(f"{name}:media")
