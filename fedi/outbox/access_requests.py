"""Whether whoever asks may read a post: the one rule (`model.posts.may_see`), asked of the signer of a GET."""

from __future__ import annotations

from quart import request

from fedi.activitypub.signatures import Claim
from fedi.errors import NotFound
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.outbox import documents
from fedi.outbox.documents import Answer
from fedi.outbox.publish import addresses_of
from fedi.outbox.requests import claimed, services, signer
from fedi.store.store import Transaction

Found = tuple[Post, Account]


async def readable(post_id: int) -> Found | Answer:
    """A local post that the asker may read, with its author; or the Tombstone to answer with.

    Raises NotFound, the same for what does not exist and what is not for the asker (GHSA-gwhw-gcjx-72v8). Whether
    a signature is looked at closely does not tell the two apart either: it is, unless the post is public.
    """
    claim = await claimed()
    async with services().store.read() as tx:
        found = await _local(tx, post_id)
        if found is not None and found[0].is_public:
            return await _public(tx, found, claim)
    asker = await signer()
    async with services().store.read() as tx:
        if found is None:
            domain = await services().domain_of(request.host)
            return await documents.buried(tx, f"{domain.url}/ap/posts/{post_id}")
        post, author = found
        if author.is_active and await tx.posts.may_see(post, asker.id if asker else None):
            return found
    raise NotFound(f"{post.uri} is not for {asker.uri if asker else 'everybody'}")


async def _local(tx: Transaction, post_id: int) -> Found | None:
    post = await tx.posts.by_id(post_id)
    author = await tx.people.by_id(post.account_id) if post is not None and post.local else None
    if post is None or author is None or post.uri != addresses_of(author).post(post_id):
        return None
    return post, author


async def _public(tx: Transaction, found: Found, claim: Claim | None) -> Found | Answer:
    """What everybody may read, unless its author blocks them. To refuse somebody, their own word is enough."""
    post, author = found
    if author.suspended_at is not None and author.deleted_at is None:
        raise NotFound(f"{author.uri} is suspended")  # and may be freed: nobody should delete their copies
    if not author.is_active:
        return documents.tombstone(post.uri, post.type, author.deleted_at)
    key = await tx.keys.by_id(claim.key_id) if claim is not None else None
    if key is not None and not await tx.posts.may_see(post, key.account_id):
        raise NotFound(f"{author.uri} blocks {key.id}")
    return found
