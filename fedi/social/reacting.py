"""Reactions of people elsewhere: EmojiReact (Pleroma, Akkoma, Hollo), and Like with a content (Misskey)."""

from __future__ import annotations

import re

from fedi.activitypub import types
from fedi.errors import NotAllowed
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.social.notifying import notify
from fedi.store.store import Transaction

EACH_MAX = 16
"""So many different emoji may one person leave on a post."""

_NAMED = re.compile(r":([a-zA-Z0-9_+-]{1,100})(?:@[^:\s]{0,253})?:")
_CHARACTER_MAX = 16  # of a joined emoji, in code points


async def reacted(tx: Transaction, activity: types.Like | types.EmojiReact, actor: Account) -> bool:
    """A remote person reacts to a local post; False if that is no reaction we can show.

    Its author hears of it as of a favourite, the nearest that Mastodon's apps have a word for.
    """
    read = _emoji(activity)
    if read is None or activity.id is None:
        return False
    post = await local_target(tx, activity, actor)
    if post is None:
        return True
    emoji, url = read
    if await tx.interactions.react(actor.id, post.id, emoji, url, activity.id, EACH_MAX):
        await notify(tx, post.account_id, "favourite", actor.id, post.id)
    return True


async def undone(tx: Transaction, actor: Account, *, object_uri: str | None, uri: str | None) -> bool:
    """A remote person takes back a reaction; whether it was here. Without its URI, all of theirs on the post."""
    if uri is not None:
        return await tx.interactions.unreact(actor.id, uri) is not None
    post = await tx.posts.by_uri(object_uri) if object_uri else None
    return post is not None and await tx.interactions.unreact_all(actor.id, post.id)


async def local_target(
    tx: Transaction, activity: types.Like | types.EmojiReact, actor: Account
) -> Post | None:
    """The local post that is liked, unless there is none or its Undo came first. Raises NotAllowed if it is hidden."""
    post = await tx.posts.by_uri(activity.object)
    if post is None or not post.local or post.boost_of_id is not None:
        return None
    if not await tx.posts.may_see(post, actor.id):
        raise NotAllowed(f"{actor.uri} may not see {post.uri}")
    if activity.id is not None and await tx.tombstones.claimed(activity.id, actor.id) is not None:
        return None
    return post


def _emoji(activity: types.Like | types.EmojiReact) -> tuple[str, str | None] | None:
    """The character, or `:name:` with the address of its picture."""
    content = (activity.content or "").strip()
    if match := _NAMED.fullmatch(content):
        return (f":{match[1]}:", activity.emoji.url) if activity.emoji else None
    # A character of the emoji kind: no letters, and nothing that could be markup.
    if not content or len(content) > _CHARACTER_MAX or content.isascii() or any(map(str.isalpha, content)):
        return None
    return content, None
