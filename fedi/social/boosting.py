"""Boosts: Announce, theirs and ours."""

from __future__ import annotations

from typing import Any

from fedi.activitypub import types
from fedi.activitypub.audience import visibility
from fedi.activitypub.uris import host_of
from fedi.errors import NotAllowed, NotFound, RemoteGone, RemoteMissing
from fedi.model.people import Account
from fedi.model.posts import Post, may_boost
from fedi.model.times import to_ms
from fedi.outbox.extras import NONE, extras_of_one
from fedi.outbox.posts import to_announce
from fedi.outbox.publish import Audience, activity_uri, addresses_of, publish
from fedi.services import Services
from fedi.social import receiving
from fedi.social.notifying import notify
from fedi.social.seeing import author_of, visible_original
from fedi.store.blocks import SUSPEND
from fedi.store.store import Transaction
from fedi.store.tombstones import deletion_claim

# --- what local people do -----------------------------------------------------------------------------


async def boost(tx: Transaction, booster: Account, post: Post, to: str = "public") -> Post:
    """Boost a post, `to` a visibility; the boost, which may be there already.

    Raises NotFound for what the booster may not see, NotAllowed for what may not be passed on.
    """
    post = await visible_original(tx, post, booster)
    if not may_boost(post, booster.id):
        raise NotAllowed(public="This post may not be boosted.")
    if known := await tx.posts.boost_by(booster.id, post.id):
        return known
    author = await author_of(tx, post)
    boost_id = tx.new_id()
    made = Post(
        id=boost_id,
        uri=addresses_of(booster).create(boost_id),
        account_id=booster.id,
        local=True,
        type="Announce",
        visibility=to if post.is_public and to in ("public", "unlisted", "private") else post.visibility,
        boost_of_id=post.id,
        created_at=tx.now,
    )
    await tx.posts.add(made)
    await tx.timelines.push(made.id, booster, created=tx.now)
    await notify(tx, author.id, "reblog", booster.id, post.id)
    extras = NONE if post.is_public else await extras_of_one(tx, post)
    announce = to_announce(made, booster, post, author, extras)
    await publish(tx, announce, by=booster, audience=_audience(made, author))
    return made


async def unboost(tx: Transaction, booster: Account, post: Post) -> Post:
    """Take back a boost of a post (or of what it boosts); nothing if there is none. The original."""
    original = await _original(tx, post)
    made = await tx.posts.boost_by(booster.id, original.id)
    if made is None:
        return original
    author = await author_of(tx, original)
    announce = to_announce(made, booster, original, author)
    undo = types.Undo(
        id=activity_uri(tx, booster)[1], actor=booster.uri, to=announce.to, cc=announce.cc, object=announce
    )
    await _remove(tx, made, original.account_id)
    audience = _audience(made, author, former_since=made.created_at)
    await publish(tx, undo, by=booster, audience=audience)
    return original


def _audience(boost: Post, author: Account, former_since: int | None = None) -> Audience:
    return Audience(
        inboxes=() if author.is_local else (author.delivery_inbox,),
        followers=True,
        former_since=former_since,
        visibility=boost.visibility,
    )


# --- what other servers tell us -----------------------------------------------------------------------


async def boosted(tx: Transaction, activity: types.Announce, booster: Account) -> None:
    """A remote person boosts a post; one that is not here is fetched first, by a job.

    Raises NotAllowed for a post that its author did not show to everybody.
    """
    shown_to = _visibility(activity, booster)
    if activity.id is None or shown_to == "direct":
        return
    post = await tx.posts.by_uri(activity.object)
    followed = booster.local_followers_count > 0
    if post is None and followed and activity.inlined is not None and _is_own(activity.inlined, booster):
        post = await receiving.received(tx, activity.inlined, booster, wanted=True)
    published = to_ms(activity.published) if activity.published else None
    if post is not None:
        if post.local or followed:
            await _add(tx, post, booster, activity.id, published, shown_to)
    elif followed and not await _is_gone(tx, activity.object, activity.id, booster):
        payload = {
            "account_id": booster.id,
            "object": activity.object,
            "uri": activity.id,
            "published": published,
            "visibility": shown_to,
        }
        await tx.jobs.add("fetch_announced", payload, key=f"fetch_announced:{activity.id}")


async def undone(tx: Transaction, actor: Account, *, object_uri: str | None, uri: str | None) -> bool:
    """A remote person takes back a boost, named by its own URI or by what it boosts; whether it was here."""
    made = await tx.posts.by_uri(uri) if uri else None
    if made is None and object_uri and (original := await tx.posts.by_uri(object_uri)):
        made = await tx.posts.boost_by(actor.id, original.id)
    if made is None or made.boost_of_id is None or made.account_id != actor.id:
        return False
    original = await tx.posts.by_id(made.boost_of_id)
    await _remove(tx, made, original.account_id if original else 0)
    return True


async def run(services: Services, payload: dict[str, Any]) -> None:
    """The job `fetch_announced`: fetch what was boosted from its origin, and apply the boost. May run twice."""
    try:
        found = await receiving.fetch(services, payload["object"])
    except (RemoteGone, RemoteMissing):
        return
    post, author = found
    async with services.store.write() as tx:
        booster = await tx.people.by_id(payload["account_id"])
        stored = await receiving.received(tx, post, author, wanted=True) or await tx.posts.by_uri(post.id)
        if stored is not None and booster is not None and booster.is_active:
            shown_to = payload["visibility"]
            await _add(tx, stored, booster, payload["uri"], payload["published"], shown_to)
        await tx.jobs.done(payload["job_id"])


def _visibility(activity: types.Announce, booster: Account) -> str:
    # Relays and some older servers address an Announce to nobody and mean everybody.
    if not activity.to and not activity.cc:
        return "public"
    return visibility(activity.to, activity.cc, booster.followers_uri)


def _is_own(post: types.Post, booster: Account) -> bool:
    """Its signature covers the booster's own post; anybody else's has to be fetched."""
    return post.attributed_to == booster.uri


async def _is_gone(tx: Transaction, post_uri: str, uri: str, booster: Account) -> bool:
    return bool(await tx.tombstones.among([post_uri, uri, deletion_claim(uri, booster.id)]))


async def _check_author(tx: Transaction, post: Post, booster: Account) -> None:
    """A boost brings in nobody who is suspended here (GHSA-5h2f-wg8j-xqwp), nor a blocked person's name."""
    author = await author_of(tx, post)
    if author.is_local:
        refused = await tx.blocks.between(author.id, booster.id) is not None
    else:
        found = await tx.blocks.domain_severities({host_of(author.uri), author.domain})
        refused = not author.is_active or SUSPEND in found.values()
    if refused:
        raise NotAllowed(f"{booster.uri} may not bring in {author.uri}")


async def _add(
    tx: Transaction, post: Post, booster: Account, uri: str, published: int | None, shown_to: str
) -> None:
    if post.boost_of_id is not None or not may_boost(post, booster.id):
        raise NotAllowed(f"{post.uri} may not be boosted by {booster.uri}")
    await _check_author(tx, post, booster)
    created_at = tx.now if published is None else max(0, min(published, tx.now))
    made = Post(
        id=tx.id_at(created_at),
        uri=uri,
        account_id=booster.id,
        local=False,
        type="Announce",
        visibility=shown_to if post.is_public else post.visibility,
        boost_of_id=post.id,
        created_at=created_at,
        fetched_at=tx.now,
    )
    if await tx.posts.add(made):
        await tx.timelines.push(made.id, booster, created=created_at)
        await notify(tx, post.account_id, "reblog", booster.id, post.id)


async def _remove(tx: Transaction, made: Post, author_id: int) -> None:
    await tx.posts.delete(made)
    await tx.tombstones.add(made.uri, "Announce", local=made.local)
    await tx.notifications.remove(
        account_id=author_id, type="reblog", from_id=made.account_id, post_id=made.boost_of_id
    )


async def _original(tx: Transaction, post: Post) -> Post:
    original = post if post.boost_of_id is None else await tx.posts.by_id(post.boost_of_id)
    if original is None:
        raise NotFound(f"what {post.uri} boosted is gone")
    return original
