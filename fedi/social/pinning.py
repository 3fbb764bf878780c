"""Pins: Add to and Remove from `featured`, theirs and ours."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.activitypub.types import PUBLIC
from fedi.errors import NotAllowed, NotFound, Unprocessable
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.outbox.publish import Audience, activity_uri, publish
from fedi.social import featuring, receiving
from fedi.store.store import Transaction

PINS_MAX = 5

# --- what local people do -----------------------------------------------------------------------------


async def pin(tx: Transaction, account: Account, post: Post) -> None:
    """Show a post of one's own first on one's profile. Raises Unprocessable for what cannot be pinned."""
    if post.account_id != account.id:
        raise NotFound(f"{account.uri} cannot pin {post.uri}")
    if post.boost_of_id is not None or post.visibility == "direct":
        raise Unprocessable(public="Validation failed: Only posts that others can see can be pinned")
    added = await tx.featured.add(account.id, post.id, PINS_MAX)
    if added is None:
        raise Unprocessable(public=f"Validation failed: You have already pinned {PINS_MAX} posts")
    if added and account.featured_uri:
        await _send(
            tx, account, post, types.Add(actor=account.uri, object=post.uri, target=account.featured_uri)
        )


async def unpin(tx: Transaction, account: Account, post: Post) -> None:
    """Take a pin off; nothing if there is none."""
    if await tx.featured.remove(account.id, post.id) and account.featured_uri:
        await _send(
            tx, account, post, types.Remove(actor=account.uri, object=post.uri, target=account.featured_uri)
        )


async def _send(tx: Transaction, account: Account, post: Post, change: types.Add | types.Remove) -> None:
    everybody = post.is_public
    addressed = (PUBLIC,) if everybody else ()
    followers = (account.followers_uri,) if account.followers_uri else ()
    # Mastodon's have no id, which Misskey needs.
    own = type(change)(
        id=activity_uri(tx, account)[1],
        actor=change.actor,
        to=addressed or followers,
        cc=followers if everybody else (),
        object=change.object,
        target=change.target,
    )
    visibility = "public" if everybody else "private"
    await publish(tx, own, by=account, audience=Audience(followers=True, visibility=visibility))


# --- what other servers tell us -----------------------------------------------------------------------


async def pinned(tx: Transaction, activity: types.Add, actor: Account) -> None:
    """A remote person pins a post of theirs; one that is not here is fetched if anybody here follows them."""
    if activity.hashtag is not None:
        await featuring.featured(tx, activity.hashtag, actor)
        return
    if activity.target != actor.featured_uri:
        return
    post = await tx.posts.by_uri(activity.object)
    if post is None:
        if actor.local_followers_count > 0:
            await receiving.ask_origin(tx, activity.object, wanted=True, pin_for=actor.id)
        return
    if post.account_id != actor.id or post.boost_of_id is not None:
        raise NotAllowed(f"{actor.uri} did not write {post.uri}")
    await tx.featured.add(actor.id, post.id, receiving.PINS_MAX)


async def unpinned(tx: Transaction, activity: types.Remove, actor: Account) -> None:
    """A remote person takes a pin off."""
    if activity.hashtag is not None:
        await featuring.unfeatured(tx, activity.hashtag, actor)
        return
    if activity.target != actor.featured_uri:
        return
    post = await tx.posts.by_uri(activity.object)
    if post is not None:
        await tx.featured.remove(actor.id, post.id)
