"""Quotes, and the consent of who is quoted (FEP-044f): asked, given, refused, taken back; theirs and ours."""

from __future__ import annotations

import msgspec

from fedi.activitypub import types
from fedi.activitypub.uris import same_origin
from fedi.errors import NotAllowed, NotFound, Unprocessable
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.model.quotes import ACCEPTED, PENDING, REJECTED, REVOKED, Policy, Quote, may_quote
from fedi.outbox.extras import extras_of_one
from fedi.outbox.posts import to_post, to_update
from fedi.outbox.publish import Audience, activity_uri, addresses_of, publish
from fedi.social.audiences import everyone_with
from fedi.social.notifying import notify
from fedi.social.seeing import author_of
from fedi.store.store import Transaction

VERIFY = "verify_quote"
"""The job's kind: ask the quoted author's server for the stamp."""

# --- what local people do -----------------------------------------------------------------------------


async def check(tx: Transaction, author: Account, quoted: Post) -> str:
    """Whether a local person may quote a post that they may see: automatic or manual. Raises NotAllowed."""
    if quoted.boost_of_id is not None:
        raise Unprocessable(public="Validation failed: Quoted status is invalid")
    allowed = await _allowed(tx, quoted, author)
    if allowed in ("denied", "unknown") and not (allowed == "unknown" and not quoted.local):
        raise NotAllowed(public="You are not allowed to quote this post")
    return allowed


async def _allowed(tx: Transaction, quoted: Post, account: Account) -> str:
    either = await tx.follows.between(account.id, quoted.account_id)
    other = await tx.follows.between(quoted.account_id, account.id)
    return may_quote(
        quoted,
        account.id,
        follows=either is not None and either.state == "following",
        followed=other is not None and other.state == "following",
    )


async def quote(tx: Transaction, author: Account, post: Post, quoted: Post, allowed: str) -> None:
    """Let a new post of ours quote another one; another server is asked for consent."""
    state, stamp_uri, request_uri = PENDING, None, None
    if quoted.account_id == author.id:
        state = ACCEPTED
    elif quoted.local:
        state, stamp_uri = await _answer_here(tx, quoted, author, post.uri, allowed)
    else:
        request_uri = activity_uri(tx, author)[1]
    made = Quote(
        post_id=post.id,
        account_id=author.id,
        quoted_id=quoted.id,
        quoted_account_id=quoted.account_id,
        quoted_uri=quoted.uri,
        state=state,
        request_uri=request_uri,
        stamp_uri=stamp_uri,
        created_at=tx.now,
    )
    await tx.quotes.add(made)
    if state == ACCEPTED:
        await notify(tx, quoted.account_id, "quote", author.id, post.id)


async def ask(tx: Transaction, author: Account, post: Post) -> None:
    """Ask another server's author for consent, once the post is published (they look at it)."""
    made = await tx.quotes.of_post(post.id)
    if made is None or made.request_uri is None or made.quoted_account_id is None:
        return
    owner = await tx.people.by_id(made.quoted_account_id)
    if owner is None or owner.is_local:
        return
    request = types.QuoteRequest(
        id=made.request_uri,
        actor=author.uri,
        to=(owner.uri,),
        object=made.quoted_uri,
        instrument=to_post(post, author, await extras_of_one(tx, post)),
    )
    await publish(tx, request, by=author, audience=Audience(inboxes=(owner.delivery_inbox,)))


async def set_policy(tx: Transaction, author: Account, post: Post, policy: Policy) -> None:
    """Who may quote a post of one's own from now on; other servers are told."""
    if post.account_id != author.id or post.boost_of_id is not None:
        raise NotFound(f"{author.uri} did not write {post.uri}")
    await tx.posts.set_policy(post.id, policy.text())
    after = msgspec.structs.replace(post, quote_policy=policy.text())
    await _update(tx, after, author)


async def revoke(tx: Transaction, author: Account, quoted: Post, quoting: Post) -> None:
    """Take back the consent to a quote of one's own post. Raises NotFound, NotAllowed."""
    made = await tx.quotes.of_post(quoting.id)
    if made is None or made.quoted_id != quoted.id:
        raise NotFound(f"{quoting.uri} does not quote {quoted.uri}")
    if quoted.account_id != author.id:
        raise NotAllowed(public="This action is not allowed")
    await tx.quotes.change(made, state=REVOKED, stamp_uri=None)
    await tx.notifications.remove(account_id=author.id, type="quote", post_id=quoting.id)
    stamp = await tx.quotes.stamped(quoted.id, quoting.uri)
    if stamp is None:
        return
    await tx.quotes.revoke(stamp.id)
    quoter = await author_of(tx, quoting)
    delete = types.Delete(
        id=activity_uri(tx, author)[1],
        actor=author.uri,
        to=(types.PUBLIC, quoter.uri),
        object=addresses_of(author).stamp(stamp.id),
    )
    inboxes = () if quoter.is_local else (quoter.delivery_inbox,)
    audience = Audience(inboxes=inboxes, followers=True, former_since=quoted.created_at, visibility="public")
    await publish(tx, delete, by=author, audience=audience)


async def changed(tx: Transaction, quoted: Post) -> None:
    """Tell the people here who quote a post that it was edited."""
    if quoted.quotes_count > 0:
        for account_id, post_id in await tx.quotes.quoters_here(quoted.id):
            await notify(tx, account_id, "quoted_update", quoted.account_id, post_id)


# --- what other servers tell us -----------------------------------------------------------------------


async def requested(tx: Transaction, request: types.QuoteRequest, actor: Account) -> bool:
    """A remote person asks to quote a post of somebody here: yes with a stamp, or no; by the author's policy.

    Whether it was a yes.
    """
    quoted = await tx.posts.by_uri(request.object)
    if quoted is None or not quoted.local or request.id is None:
        raise NotAllowed(f"{request.object} is not ours to let be quoted")
    if not await tx.posts.may_see(quoted, actor.id):
        raise NotAllowed(f"{actor.uri} may not see {quoted.uri}")
    instrument = request.instrument
    if isinstance(instrument, types.Post) and instrument.attributed_to != actor.uri:
        raise NotAllowed(f"{actor.uri} did not write {instrument.id}")
    uri = instrument if isinstance(instrument, str) else instrument.id
    if not same_origin(uri, actor.uri):
        raise NotAllowed(f"{uri} is not of {actor.uri}")
    owner = await author_of(tx, quoted)
    state, stamp_uri = await _answer_here(tx, quoted, actor, uri, await _allowed(tx, quoted, actor))
    plain = types.QuoteRequest(id=request.id, actor=actor.uri, object=quoted.uri, instrument=uri)
    own, to = activity_uri(tx, owner)[1], (actor.uri,)
    answer: types.AnyActivity = types.Reject(id=own, actor=owner.uri, object=plain, to=to)
    if state == ACCEPTED:
        answer = types.Accept(id=own, actor=owner.uri, object=plain, result=stamp_uri, to=to)
    await publish(tx, answer, by=owner, audience=Audience(inboxes=(actor.delivery_inbox,)))
    quoting = await tx.posts.by_uri(uri)
    made = await tx.quotes.of_post(quoting.id) if quoting is not None else None
    if made is not None and quoting is not None and made.quoted_uri == quoted.uri:
        await _settle(tx, made, state, stamp_uri)
    return state == ACCEPTED


async def _answer_here(
    tx: Transaction, quoted: Post, actor: Account, uri: str, allowed: str
) -> tuple[str, str | None]:
    if allowed != "automatic":
        return REJECTED, None
    stamp = await tx.quotes.stamp(quoted, actor.id, uri)
    if stamp is None:
        return REVOKED, None
    return ACCEPTED, addresses_of(await author_of(tx, quoted)).stamp(stamp.id)


async def awaits(tx: Transaction, uri: object) -> bool:
    """Whether a QuoteRequest of ours has this id."""
    return isinstance(uri, str) and await tx.quotes.by_request(uri) is not None


async def accepted(
    tx: Transaction, owner: Account, request: types.QuoteRequest | types.Follow | str, stamp_uri: str | None
) -> None:
    """Who was asked consents, with a stamp of their own server."""
    made = await _asked(tx, owner, request)
    if made is None or made.state != PENDING:
        return
    if stamp_uri is None or not same_origin(stamp_uri, owner.uri):
        raise NotAllowed(f"{stamp_uri} is no stamp of {owner.uri}")
    await _settle(tx, made, ACCEPTED, stamp_uri)
    post = await tx.posts.by_id(made.post_id)
    if post is not None:
        await _update(tx, post, await author_of(tx, post))


async def rejected(tx: Transaction, owner: Account, request: types.QuoteRequest | types.Follow | str) -> None:
    """Who was asked does not consent."""
    made = await _asked(tx, owner, request)
    if made is not None and made.state == PENDING:
        await tx.quotes.change(made, state=REJECTED)


async def _asked(
    tx: Transaction, owner: Account, request: types.QuoteRequest | types.Follow | str
) -> Quote | None:
    uri = request if isinstance(request, str) else request.id
    made = await tx.quotes.by_request(uri) if uri is not None else None
    # Nobody but the author of the quoted post answers for it (GHSA-8h43-rcqj-wpc6).
    return made if made is not None and made.quoted_account_id == owner.id else None


async def unstamped(tx: Transaction, uri: str, owner: Account) -> bool:
    """A stamp is deleted by who gave it: the quotes that rest on it end. Whether there were any."""
    found = await tx.quotes.by_stamp(uri, owner.id)
    for made in found:
        await tx.quotes.change(made, state=REVOKED, stamp_uri=None)
    return bool(found)


async def found(tx: Transaction, post: Post, document: types.Post) -> None:
    """Keep what another server's post quotes; an edit may have added the stamp, or another quote."""
    if document.quote is None:
        return
    before = await tx.quotes.of_post(post.id)
    if before is not None and before.quoted_uri != document.quote:
        await tx.quotes.remove(before)
        before = None
    quoted = await tx.posts.by_uri(document.quote)
    if before is None:
        before = Quote(
            post_id=post.id,
            account_id=post.account_id,
            quoted_id=None,
            quoted_account_id=None,
            quoted_uri=document.quote,
            state=PENDING,
            created_at=tx.now,
        )
        await tx.quotes.add(before)
    if before.state != PENDING:
        return
    if quoted is not None:
        await link(tx, before, quoted)
    await _verify(tx, before, quoted, document.quote_authorization)


async def link(tx: Transaction, made: Quote, quoted: Post) -> None:
    """The quoted post is here: note who wrote it."""
    if quoted.boost_of_id is None:
        await tx.quotes.change(made, quoted_id=quoted.id, quoted_account_id=quoted.account_id)


async def _verify(tx: Transaction, made: Quote, quoted: Post | None, stamp_uri: str | None) -> None:
    if quoted is not None and quoted.account_id == made.account_id:
        await _settle(tx, msgspec.structs.replace(made, quoted_id=quoted.id), ACCEPTED, None)
        return
    if quoted is not None and quoted.local:
        await _decide(tx, made, quoted)
        return
    # Another server's post, or one that is not here yet: a job looks at both.
    await tx.jobs.add(
        VERIFY, {"post_id": made.post_id, "stamp": stamp_uri}, key=f"{VERIFY}:{made.post_id}:{stamp_uri}"
    )


async def _decide(tx: Transaction, made: Quote, quoted: Post) -> None:
    """A post of ours is quoted: what was asked for counts, and what needs no asking (servers without stamps)."""
    quoter, quoting = await tx.people.by_id(made.account_id), await tx.posts.by_id(made.post_id)
    if quoter is None or quoting is None or not await tx.posts.may_see(quoted, quoter.id):
        return
    allowed = await _allowed(tx, quoted, quoter)
    state, stamp_uri = await _answer_here(tx, quoted, quoter, quoting.uri, allowed)
    if state == ACCEPTED:
        made = msgspec.structs.replace(made, quoted_id=quoted.id, quoted_account_id=quoted.account_id)
        await _settle(tx, made, state, stamp_uri)


async def confirmed(tx: Transaction, made: Quote, quoted: Post, stamp_uri: str) -> None:
    """The quoted author's server has shown its stamp."""
    if made.state == PENDING:
        made = msgspec.structs.replace(made, quoted_id=quoted.id, quoted_account_id=quoted.account_id)
        await _settle(tx, made, ACCEPTED, stamp_uri)


async def _settle(tx: Transaction, made: Quote, state: str, stamp_uri: str | None) -> None:
    await tx.quotes.change(
        made,
        state=state,
        stamp_uri=stamp_uri,
        quoted_id=made.quoted_id,
        quoted_account_id=made.quoted_account_id,
    )
    if state == ACCEPTED and made.quoted_account_id is not None:
        await notify(tx, made.quoted_account_id, "quote", made.account_id, made.post_id)


async def _update(tx: Transaction, post: Post, author: Account) -> None:
    """Send the post as it is now; its time is the same, so nobody takes it for an edit."""
    update = to_update(post, author, activity_uri(tx, author)[1], await extras_of_one(tx, post))
    await publish(tx, update, by=author, audience=await everyone_with(tx, post))
