"""The job `verify_quote`: what another server's post quotes is fetched, and the stamp of its author looked at."""

from __future__ import annotations

from typing import Any

from fedi.activitypub import types
from fedi.errors import AddressRefused, NotAllowed, RemoteGone, RemoteInvalid, RemoteMissing, RemoteRefused
from fedi.model.posts import Post
from fedi.model.quotes import PENDING, Quote
from fedi.net.actors import read_document
from fedi.services import Services
from fedi.social import quoting, receiving


async def run(services: Services, payload: dict[str, Any]) -> None:
    """Without a stamp that fits the quote stays as it is: nobody is quoted who did not consent."""
    async with services.store.read() as tx:
        made = await tx.quotes.of_post(payload["post_id"])
        quoting_post = await tx.posts.by_id(payload["post_id"])
    if made is None or quoting_post is None or made.state != PENDING:
        return
    try:
        quoted = await _quoted(services, made)
        stamp = await _stamp(services, payload["stamp"], quoting_post, quoted)
    except (RemoteGone, RemoteMissing, RemoteRefused, RemoteInvalid, AddressRefused, NotAllowed):
        return
    async with services.store.write() as tx:
        now = await tx.quotes.of_post(made.post_id)
        if now is not None and now.state == PENDING:
            if quoted.account_id == now.account_id:
                await quoting.confirmed(tx, now, quoted, "")
            elif stamp is not None:
                await quoting.confirmed(tx, now, quoted, stamp.id)
        await tx.jobs.done(payload["job_id"])


async def _quoted(services: Services, made: Quote) -> Post:
    async with services.store.read() as tx:
        known = await tx.posts.by_uri(made.quoted_uri)
    if known is None:
        document, author = await receiving.fetch(services, made.quoted_uri)
        async with services.store.write() as tx:
            known = await receiving.received(tx, document, author, wanted=True)
            known = known or await tx.posts.by_uri(document.id)
    if known is None or known.boost_of_id is not None:
        raise RemoteMissing(made.quoted_uri)
    async with services.store.write() as tx:
        now = await tx.quotes.of_post(made.post_id)
        if now is not None and now.quoted_id is None:
            await quoting.link(tx, now, known)
    return known


async def _stamp(
    services: Services, uri: str | None, post: Post, quoted: Post
) -> types.QuoteAuthorization | None:
    """The stamp, if it is the quoted author's and says that this post may quote that one (PROTOCOL section 8.10)."""
    if uri is None:
        return None
    document = await services.net.fetch(uri, signer=await services.actors.instance_key())
    stamp = await read_document(document.data)
    async with services.store.read() as tx:
        author = await tx.people.by_id(quoted.account_id)
    fits = (
        isinstance(stamp, types.QuoteAuthorization)
        and author is not None
        and stamp.attributed_to == author.uri
        and stamp.interacting_object == post.uri
        and stamp.interaction_target == quoted.uri
    )
    return stamp if fits and isinstance(stamp, types.QuoteAuthorization) else None
