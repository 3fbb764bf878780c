"""Favourites: Like, theirs and ours."""

from __future__ import annotations

from fedi.activitypub import types
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.outbox.publish import Audience, activity_uri, publish
from fedi.social import reacting
from fedi.social.notifying import notify
from fedi.social.seeing import author_of, visible_original
from fedi.store.store import Transaction

_PLAIN = frozenset({"❤", "❤️", "♥", "♥️"})
"""What Misskey sends for a like that says nothing else."""

# --- what local people do -----------------------------------------------------------------------------


async def favourite(tx: Transaction, account: Account, post: Post) -> Post:
    """Favourite a post, or what it boosts; that one, with what it counts now. Raises NotFound for what is hidden."""
    post = await visible_original(tx, post, account)
    author = await author_of(tx, post)
    uri = activity_uri(tx, account)[1]
    is_new = await tx.interactions.favourite(account.id, post.id, uri)
    if is_new:
        await notify(tx, author.id, "favourite", account.id, post.id)
    if is_new and not author.is_local:
        like = types.Like(id=uri, actor=account.uri, to=(author.uri,), object=post.uri)
        await publish(tx, like, by=account, audience=Audience(inboxes=(author.delivery_inbox,)))
    return await tx.posts.by_id(post.id) or post


async def unfavourite(tx: Transaction, account: Account, post: Post) -> Post:
    """Take back a favourite; nothing if there is none. The post as in `favourite`."""
    post = await visible_original(tx, post, account)
    uri = await tx.interactions.unfavourite(account.id, post.id)
    if uri is not None:
        await _take_back(tx, account, post, uri)
    return await tx.posts.by_id(post.id) or post


async def _take_back(tx: Transaction, account: Account, post: Post, uri: str) -> None:
    author = await author_of(tx, post)
    await tx.notifications.remove(account_id=author.id, type="favourite", from_id=account.id, post_id=post.id)
    if not author.is_local:
        like = types.Like(id=uri, actor=account.uri, object=post.uri)
        undo = types.Undo(id=activity_uri(tx, account)[1], actor=account.uri, to=(author.uri,), object=like)
        await publish(tx, undo, by=account, audience=Audience(inboxes=(author.delivery_inbox,)))


# --- what other servers tell us -----------------------------------------------------------------------


async def favourited(tx: Transaction, activity: types.Like, actor: Account) -> None:
    """A remote person likes a local post; with `content` it is a reaction.

    Likes of other servers' posts are not ours to count.
    """
    says_more = activity.content is not None and activity.content not in _PLAIN
    if says_more and await reacting.reacted(tx, activity, actor):
        return
    post = await reacting.local_target(tx, activity, actor)
    if post is None or activity.id is None:
        return
    if await tx.interactions.favourite(actor.id, post.id, activity.id):
        await notify(tx, post.account_id, "favourite", actor.id, post.id)


async def undone(tx: Transaction, actor: Account, *, object_uri: str | None, uri: str | None) -> bool:
    """A remote person takes back a Like, be it a favourite or a reaction; whether it was here."""
    if uri is not None and await reacting.undone(tx, actor, object_uri=None, uri=uri):
        return True
    post_id = await tx.interactions.liked_by_uri(actor.id, uri) if uri else None
    if post_id is None and object_uri and (post := await tx.posts.by_uri(object_uri)):
        post_id = post.id
    if post_id is None or await tx.interactions.unfavourite(actor.id, post_id) is None:
        return False
    await tx.notifications.remove(type="favourite", from_id=actor.id, post_id=post_id)
    return True
