"""What an object says of a post beside its words: the poll in it, and what it quotes. Asked only where there is one."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from fedi.activitypub import types
from fedi.activitypub.types import PUBLIC
from fedi.model.people import Account
from fedi.model.polls import Poll
from fedi.model.posts import Post
from fedi.model.quotes import Quote, policy_of
from fedi.model.times import from_ms
from fedi.store.store import Transaction


class Extras(Struct, frozen=True):
    """A post's poll and quote."""

    poll: Poll | None = None
    quote: Quote | None = None


NONE = Extras()


async def extras_of(tx: Transaction, posts: Collection[Post]) -> dict[int, Extras]:
    """The extras of posts, by id; posts without any are left out."""
    asking = [post.poll_id for post in posts if post.poll_id is not None]
    quoting = [post.id for post in posts if post.is_quote]
    polls = await tx.polls.by_ids(asking) if asking else {}
    quotes = await tx.quotes.of_posts(quoting) if quoting else {}
    return {
        post.id: Extras(polls.get(post.poll_id or 0), quotes.get(post.id))
        for post in posts
        if post.poll_id is not None or post.is_quote
    }


async def extras_of_one(tx: Transaction, post: Post) -> Extras:
    """The extras of one post."""
    return (await extras_of(tx, [post])).get(post.id, NONE)


def to_poll(poll: Poll) -> types.Poll:
    """A poll as a Question has it; tallies stay at nothing while they are hidden and it is open."""
    told = not poll.hide_totals or poll.closed_at is not None
    return types.Poll(
        options=tuple(
            types.Option(title, poll.tallies[at] if told else 0) for at, title in enumerate(poll.options)
        ),
        multiple=poll.multiple,
        end_time=from_ms(poll.expires_at) if poll.expires_at is not None else None,
        closed=from_ms(poll.expires_at) if poll.closed_at is not None and poll.expires_at else None,
        voters_count=poll.voters_count,
    )


def to_policy(post: Post, author: Account) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who may quote a post of ours, without asking and by asking: actors and collections."""
    policy = policy_of(post)
    meaning = {
        "public": PUBLIC,
        "followers": author.followers_uri or author.uri,
        "following": author.following_uri or author.uri,
    }
    automatic = tuple(meaning[word] for word in policy.automatic if word in meaning)
    manual = tuple(meaning[word] for word in policy.manual if word in meaning)
    return automatic or (author.uri,), manual
