"""Posts of other servers: stored, edited and deleted as their authors say.

Whoever calls has proven that the document is its author's: by the author's signature, or by fetching it from the
author's server. That its id and its author are on the same host is `codec`'s to check (CVE-2024-37903).
"""

from __future__ import annotations

from typing import Any

import msgspec

from fedi.activitypub import types
from fedi.activitypub.uris import host_of
from fedi.errors import NotAllowed, RemoteGone, RemoteInvalid, RemoteMissing
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.model.times import to_ms
from fedi.net.actors import read_document
from fedi.services import Services
from fedi.social import polling, previewing, quoting, remote_posts
from fedi.social.notifying import notify
from fedi.social.remote_posts import People
from fedi.store.store import Transaction

OLD_MS = 86_400_000
"""An edit of a post that is not here is a late Create, unless the post is older than this (as in Mastodon)."""
PINS_MAX = 20
"""So many pins of a remote account are kept."""


async def received(
    tx: Transaction, post: types.Post, author: Account, *, wanted: bool = False
) -> Post | None:
    """Store a new post, put it into timelines and tell those it is for.

    None when it is here already, was deleted, or concerns nobody here (PROTOCOL section 5.1); `wanted` skips
    the last question, for what somebody here asked for. `author` was read in this transaction.
    """
    uris = remote_posts.addressed(post, author)
    unfollowed = author.local_followers_count <= 0
    if unfollowed and not wanted and not await tx.posts.is_relevant(author.id, uris, post.in_reply_to):
        return None
    people = await tx.people.by_uris(uris) if uris else {}
    parent = await _parent(tx, post, author)
    stored = await _admitted(tx, remote_posts.build(tx, post, author, parent, people), author)
    added = await tx.posts.add(stored, [one.id for one in people.values()])
    if added is None:
        return None
    await _keep_parts(tx, stored, post)
    await tx.timelines.push(stored.id, author, created=stored.created_at)
    await _tell_mentioned(tx, stored, people)
    if added.watched:
        await _tell_watchers(tx, stored)
    return stored


async def edited(tx: Transaction, post: types.Post, author: Account, *, wanted: bool = False) -> Post | None:
    """Take over a post's new form if it is newer than the one here, keeping the old one; the post as it is now.

    An Update with the same time or none only says that something beside the text changed. A post that is not
    here and young is new.
    """
    before = await tx.posts.by_uri(post.id)
    if before is None:
        if not wanted and post.published and to_ms(post.published) < tx.now - OLD_MS:
            return None
        return await received(tx, post, author, wanted=wanted)
    if before.account_id != author.id or before.boost_of_id is not None:
        raise NotAllowed(f"{author.uri} did not write {post.id}")
    if remote_posts.updated(post, tx.now) <= (before.edited_at or before.created_at):
        await _refreshed(tx, before, post, author)
        return before
    uris = remote_posts.addressed(post, author)
    people = await tx.people.by_uris(uris) if uris else {}
    after = await _admitted(tx, remote_posts.rebuild(tx, before, post, author, people), author)
    await tx.posts.edit(before, after, await _options(tx, before))
    if before.poll_id is not None and after.poll_id is None:
        await tx.polls.remove(before.poll_id)
    if before.is_quote and not after.is_quote and (made := await tx.quotes.of_post(before.id)):
        await tx.quotes.remove(made)
    await _keep_parts(tx, after, post)
    await quoting.changed(tx, after)
    await _change_mentions(tx, after, people)
    for booster in await tx.posts.local_boosters(after.id):
        await notify(tx, booster, "update", author.id, after.id)
    return after


async def deleted(tx: Transaction, uri: str, author: Account) -> None:
    """Delete the author's post (or boost) `uri`, and see to it that it does not come back."""
    post = await tx.posts.by_uri(uri)
    if post is None:
        await tx.tombstones.claim(uri, author.id)
        return
    if post.account_id != author.id:
        raise NotAllowed(f"{author.uri} did not write {uri}")
    await forget(tx, post)


async def forget(tx: Transaction, post: Post) -> None:
    """Delete another server's post, or boost, that is proven to be gone."""
    if post.boost_of_id is not None:
        await tx.notifications.remove(type="reblog", from_id=post.account_id, post_id=post.boost_of_id)
    await tx.posts.delete(post)
    await tx.tombstones.add(post.uri, post.type)


async def passed_on(tx: Transaction, activity: types.AnyActivity) -> None:
    """What a group passes on to its followers (FEP-1b12): its word alone, so the origin is asked (a job).

    Only posts count here; and to keep a busy group from making us fetch everything, only answers to posts that
    are here, and changes to those.
    """
    if not isinstance(activity, types.Create | types.Update | types.Delete):
        return
    if isinstance(activity, types.Create):
        parent = activity.object.in_reply_to if isinstance(activity.object, types.Post) else None
        known = parent is not None and await tx.posts.by_uri(parent) is not None
    else:
        known = await tx.posts.by_uri(_object_id(activity)) is not None
    if known:
        await ask_origin(tx, _object_id(activity), wanted=True)


async def ask_origin(tx: Transaction, uri: str, *, wanted: bool = False, pin_for: int | None = None) -> None:
    """Have the post `uri` fetched from where it lives, and kept as it is found there.

    `pin_for`: the account that pinned it, which counts if it turns out to be the author.
    """
    payload = {"uri": uri, "wanted": wanted, "pin_for": pin_for}
    await tx.jobs.add("fetch_post", payload, key=f"fetch_post:{uri}:{pin_for}")


async def run(services: Services, payload: dict[str, Any]) -> None:
    """The job `fetch_post`: a post as its own server has it now; deleted here if it is gone there."""
    uri: str = payload["uri"]
    try:
        post, author = await fetch(services, uri)
    except (RemoteGone, RemoteMissing) as error:
        async with services.store.write() as tx:
            known = await tx.posts.by_uri(uri)
            # "Not found" is also what others get who may not see a post: we asked for nobody in particular.
            if known is not None and not known.local and (known.is_public or isinstance(error, RemoteGone)):
                await forget(tx, known)
            await tx.jobs.done(payload["job_id"])
        return
    async with services.store.write() as tx:
        stored = await edited(tx, post, author, wanted=payload["wanted"])
        if payload["pin_for"] == author.id and stored is not None:
            await tx.featured.add(author.id, stored.id, PINS_MAX)
        await tx.jobs.done(payload["job_id"])


async def fetch(services: Services, uri: str) -> tuple[types.Post, Account]:
    """A post and its author from their server. Raises the FetchErrors, NotAllowed for whom we do not deal with."""
    if await services.severity(host_of(uri)) == "suspend":
        raise NotAllowed(f"{uri} is on a blocked server")
    document = await services.net.fetch(uri, signer=await services.actors.instance_key())
    post = await read_document(document.data)
    if not isinstance(post, types.Post):
        raise RemoteInvalid(f"{uri} is not a post")
    author = await services.actors.find(post.attributed_to)
    if author.uri != post.attributed_to:
        raise RemoteInvalid(f"{uri} is by {post.attributed_to}, which calls itself {author.uri}")
    if not author.is_active:
        raise NotAllowed(f"{author.uri} is suspended or deleted here")
    return post, author


async def refresh_actor(services: Services, payload: dict[str, Any]) -> None:
    """The job `refresh_actor`: an actor changed and did not say how."""
    await services.actors.find(payload["uri"], fresh=True)


async def _keep_parts(tx: Transaction, stored: Post, post: types.Post) -> None:
    """What belongs to a post beside its words."""
    if stored.poll_id is not None:
        await polling.found(tx, stored, post.poll)
    if stored.is_quote:
        await quoting.found(tx, stored, post)
    await previewing.look(tx, stored)


async def _refreshed(tx: Transaction, before: Post, post: types.Post, author: Account) -> None:
    """The text is the same; tallies, the consent to a quote, and who may quote may be new."""
    await tx.posts.refreshed(before.id)
    policy = remote_posts.quote_policy(post, author)
    if policy is not None and policy != before.quote_policy:
        await tx.posts.set_policy(before.id, policy)
    if before.poll_id is not None:
        await polling.found(tx, before, post.poll)
    if before.is_quote:
        await quoting.found(tx, before, post)


async def _options(tx: Transaction, post: Post) -> tuple[str, ...]:
    poll = await tx.polls.by_id(post.poll_id) if post.poll_id is not None else None
    return poll.options if poll is not None else ()


def _object_id(activity: types.Create | types.Update | types.Delete) -> str:
    return activity.object if isinstance(activity.object, str) else activity.object.id


async def _parent(tx: Transaction, post: types.Post, author: Account) -> Post | None:
    if post.in_reply_to is None:
        return None
    parent = await tx.posts.by_uri(post.in_reply_to)
    if parent is not None and parent.boost_of_id is not None:
        return None
    if parent is None or parent.is_public or await tx.posts.may_see(parent, author.id):
        return parent
    return None  # an answer to what its author may not know of stands alone


async def _admitted(tx: Transaction, stored: Post, author: Account) -> Post:
    """The post without its files where moderators want none from there."""
    if stored.attachments and (await tx.blocks.domain_rule(author.domain)).reject_media:
        return msgspec.structs.replace(stored, attachments=(), emojis=())
    return stored


async def _tell_mentioned(tx: Transaction, post: Post, people: People) -> None:
    named = {one.id for one in post.mentions}
    for account in people.values():
        # Whom a message is addressed to hears of it even where its text does not name them.
        if account.is_local and (account.id in named or post.visibility == "direct"):
            await notify(tx, account.id, "mention", post.account_id, post.id)


async def _tell_watchers(tx: Transaction, post: Post) -> None:
    answers_others = post.in_reply_to_uri and post.in_reply_to_account_id != post.account_id
    if post.visibility == "direct" or answers_others or post.created_at < tx.now - OLD_MS:
        return
    for watcher in await tx.posts.watchers(post.account_id):
        await notify(tx, watcher, "status", post.account_id, post.id)


async def _change_mentions(tx: Transaction, post: Post, people: People) -> None:
    await tx.posts.retag(post.id, post.tags)
    before = await tx.posts.mentioned_ids(post.id)
    now = {account.id for account in people.values()}
    if before - now:
        await tx.posts.unmention(post.id, before - now)
    await tx.posts.mention(post.id, now - before)
    new = {uri: account for uri, account in people.items() if account.id not in before}
    await _tell_mentioned(tx, post, new)
