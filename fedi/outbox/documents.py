"""What each of our addresses answers to other servers: actors, posts, activities, and what is left of them."""

from __future__ import annotations

from msgspec import Struct

from fedi.activitypub import codec, types
from fedi.activitypub.writing import Document
from fedi.errors import NotFound
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.model.times import from_ms
from fedi.outbox.actors import to_actor
from fedi.outbox.extras import extras_of_one
from fedi.outbox.posts import to_create, to_post
from fedi.outbox.publish import addresses_of
from fedi.store.activities import StoredActivity
from fedi.store.follows import FOLLOWING
from fedi.store.public_replies import PublicReplies
from fedi.store.store import Transaction

FIRST_REPLIES = 5
"""Replies told in the post's own document: the author's, with which a thread goes on (as many as Mastodon)."""


class Answer(Struct, frozen=True):
    """A document, or its bytes. `public`: shared caches may keep it; `always`: in secure mode as well."""

    document: Document | bytes
    public: bool = True
    status: int = 200
    always: bool = False


async def actor(tx: Transaction, account_id: int) -> Answer:
    """The actor of a person here; 410 for one that is deleted. Raises NotFound.

    One that is suspended says so: 410 would mean for good, and others would delete what they have.
    """
    account = await person(tx, account_id)
    if account.deleted_at is not None:
        return gone_actor(account)
    return Answer(codec.dumps(await rendered_actor(tx, account)))


async def instance_actor(tx: Transaction, account_id: int | None) -> Answer:
    """The actor of a domain itself, readable without a signature even in secure mode."""
    account = await tx.people.by_id(account_id) if account_id is not None else None
    if account is None:
        raise NotFound("the domain has no actor yet")
    return Answer(codec.dumps(await rendered_actor(tx, account)), always=True)


async def rendered_actor(tx: Transaction, account: Account) -> Document:
    """The document of a local account."""
    return codec.render(to_actor(account, await tx.keys.of(account.id)))


async def person(tx: Transaction, account_id: int) -> Account:
    """The account behind `/ap/users/<id>`, active or not. Raises NotFound for a stranger's or a domain's own."""
    account = await tx.people.by_id(account_id)
    if account is None or account.uri != addresses_of(account).actor(account_id):
        raise NotFound(f"nobody here is {account_id}")
    return account


async def active(tx: Transaction, account_id: int) -> Account | Answer:
    """The account behind `/ap/users/<id>`, or the 410 to answer with."""
    account = await person(tx, account_id)
    return account if account.is_active else gone_actor(account)


def gone_actor(account: Account) -> Answer:
    """What is answered for somebody suspended or deleted."""
    return tombstone(account.uri, account.type, account.deleted_at)


def tombstone(uri: str, former_type: str | None, deleted_at: int | None) -> Answer:
    """A Tombstone, with 410 (ActivityPub section 6.4)."""
    left = types.Tombstone(
        id=uri, former_type=former_type, deleted=from_ms(deleted_at) if deleted_at is not None else None
    )
    return Answer(codec.render(left), status=410)


async def buried(tx: Transaction, uri: str) -> Answer:
    """The Tombstone of what was at `uri`. Raises NotFound where nothing ever was."""
    found = await tx.tombstones.find(uri)
    if found is None:
        raise NotFound(f"nothing at {uri}")
    return tombstone(uri, *found)


async def post(tx: Transaction, found: Post, author: Account) -> Answer:
    """The object of a local post that the asker may see."""
    replies: tuple[str, ...] = ()
    if found.replies_count:
        first = await PublicReplies(tx).of(found.id, limit=FIRST_REPLIES, author_id=author.id)
        replies = tuple(uri for _, uri in first)
    extras = await extras_of_one(tx, found)
    return Answer(codec.render(to_post(found, author, extras, first_replies=replies)), found.is_public)


async def create(tx: Transaction, found: Post, author: Account) -> Answer:
    """The Create of a local post that the asker may see."""
    extras = await extras_of_one(tx, found)
    return Answer(codec.render(to_create(found, author, extras)), found.is_public)


async def stamp(tx: Transaction, uri: str, stamp_id: int) -> Answer:
    """The consent to a quote; 410 once it was taken back. Raises NotFound."""
    found = await tx.quotes.stamp_by_id(stamp_id)
    quoted = await tx.posts.by_id(found.quoted_id) if found is not None else None
    author = await tx.people.by_id(quoted.account_id) if quoted is not None else None
    if found is None or quoted is None or author is None or addresses_of(author).stamp(stamp_id) != uri:
        raise NotFound(f"nothing at {uri}")
    if found.revoked_at is not None or not author.is_active:
        return tombstone(uri, "QuoteAuthorization", found.revoked_at)
    given = types.QuoteAuthorization(
        id=uri,
        attributed_to=author.uri,
        interacting_object=found.quoting_uri,
        interaction_target=quoted.uri,
    )
    return Answer(codec.render(given), public=False)


async def activity(tx: Transaction, uri: str, activity_id: int, asker: Account | None) -> Answer:
    """Another activity of ours: a public one to everybody, the rest to whom it was sent. Raises NotFound."""
    found = await tx.activities.by_id(activity_id)
    if found is None:
        return await buried(tx, uri)
    if found.type == "Announce" and await tx.posts.by_uri(found.uri) is None:
        raise NotFound(f"{uri} was undone")
    if not found.public and not await _was_sent_to(tx, found, asker):
        raise NotFound(f"{uri} is not for {asker.uri if asker else 'everybody'}")
    author = await tx.people.by_id(found.account_id)
    if author is None or not author.is_active:
        raise NotFound(f"the actor of {uri} is gone")
    return Answer(found.document, found.public)


async def _was_sent_to(tx: Transaction, found: StoredActivity, asker: Account | None) -> bool:
    if asker is None:
        return False
    if asker.id == found.account_id:
        return True
    if await tx.blocks.either_way(found.account_id, [asker.id]):
        return False
    if asker.uri in _named(codec.load(found.document)):
        return True
    follow = await tx.follows.between(asker.id, found.account_id) if found.followers_only else None
    return follow is not None and follow.state == FOLLOWING


def _named(document: Document) -> set[str]:
    """Whom an activity is addressed to, or about: a Follow's object, the actor of the Follow that an Accept answers."""
    about = document.get("object")
    named = {about} if isinstance(about, str) else {about.get("actor")} if isinstance(about, dict) else set()
    for box in ("to", "cc"):
        values = document.get(box) or []
        named.update(values if isinstance(values, list) else [values])
    return {uri for uri in named if isinstance(uri, str)}
