"""Posting: what local people write, change and delete."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import msgspec
from msgspec import Struct

from fedi.errors import NotAllowed, NotFound, Unprocessable
from fedi.model.people import Account, CustomEmoji
from fedi.model.polls import PollDraft
from fedi.model.posts import VISIBILITIES, Attachment, Post
from fedi.model.quotes import POLICIES, chosen
from fedi.outbox.extras import extras_of_one
from fedi.outbox.posts import to_create, to_delete, to_update
from fedi.outbox.publish import Audience, activity_uri, addresses_of, publish
from fedi.social import attaching, boosting, emojis, polling, previewing, quoting, text
from fedi.social.audiences import everyone_with
from fedi.social.notifying import notify
from fedi.social.remote_posts import mentioned
from fedi.social.seeing import visible_original
from fedi.store.store import Transaction

CHARACTERS = 1_000
"""The limit where a server sets no other."""
ATTACHMENTS_MAX = 16


class Draft(Struct, frozen=True, kw_only=True):
    """What somebody is about to post.

    `mentions` are the accounts of the handles in `text` (`text.find_handles`), found before, because that may
    need the network; handles without an account stay plain words.
    """

    text: str = ""
    summary: str = ""
    sensitive: bool = False
    visibility: str = "public"
    language: str | None = None
    in_reply_to: Post | None = None
    mentions: Mapping[str, Account] = {}
    attachments: tuple[Attachment, ...] = ()
    keep_poll: bool = False
    """Of an edit: it says nothing about the poll."""
    media_attributes: tuple[Mapping[str, Any], ...] = ()
    """Of an edit: what to say of attachments, by their id."""
    poll: PollDraft | None = None
    quoted: Post | None = None
    quote_policy: str | None = None
    """public, followers or nobody; None: everybody who may see it."""
    app_name: str | None = None
    app_website: str | None = None
    idempotency_key: str | None = None
    emojis: tuple[CustomEmoji, ...] = ()
    """Custom emojis that its words name; found when it is posted."""


async def create(tx: Transaction, author: Account, draft: Draft, *, characters: int = CHARACTERS) -> Post:
    """Post a draft; with an Idempotency-Key that was used before, the post that it made then.

    Raises Unprocessable for what cannot be posted, NotFound for an answer to what the author may not see.
    """
    if draft.idempotency_key and (earlier := await tx.posts.idempotent(author.id, draft.idempotency_key)):
        return earlier
    check(author, draft, characters)
    draft = await _with_emojis(tx, author, draft)
    parent = await visible_original(tx, draft.in_reply_to, author) if draft.in_reply_to else None
    rendered = text.render(draft.text, draft.mentions, addresses_of(author))
    allowed = ""
    if draft.quoted is not None:
        allowed = await quoting.check(tx, author, draft.quoted)
        draft = _with_quote(draft, draft.quoted, author, rendered)
    post = _post(tx, author, draft, parent, rendered)
    await tx.posts.add(post, [account.id for account in rendered.mentions])
    await attaching.attach(tx, post)
    if draft.poll is not None:
        await polling.ask(tx, post, draft.poll)
    if draft.quoted is not None:
        await quoting.quote(tx, author, post, draft.quoted, allowed)
    await previewing.look(tx, post)
    if draft.idempotency_key:
        await tx.posts.remember_key(author.id, draft.idempotency_key, post.id)
    await tx.timelines.push(post.id, author, created=post.created_at)
    await _tell(tx, post, rendered.mentions)
    audience = _audience(post, [*rendered.mentions, *await _answered(tx, post)])
    await publish(tx, to_create(post, author, await extras_of_one(tx, post)), by=author, audience=audience)
    if draft.quoted is not None:
        await quoting.ask(tx, author, post)
    return post


async def edit(
    tx: Transaction, author: Account, post: Post, draft: Draft, *, characters: int = CHARACTERS
) -> Post:
    """Give a post of one's own a new text; what it was is kept. Who may see it, and what it answers, stays."""
    if post.account_id != author.id or not post.local or post.boost_of_id is not None:
        raise NotFound(f"{author.uri} did not write {post.uri}")
    check(author, msgspec.structs.replace(draft, visibility=post.visibility), characters)
    media = await attaching.describe(tx, draft.attachments, draft.media_attributes)
    draft = await _with_emojis(tx, author, msgspec.structs.replace(draft, attachments=media))
    rendered = text.render(draft.text, draft.mentions, addresses_of(author))
    after = msgspec.structs.replace(
        post,
        **_words(draft, rendered, author) | await _edited_parts(tx, post, draft, rendered),
        edited_at=max(tx.now, _next_second(post.edited_at or post.created_at)),
    )
    before = await tx.polls.by_id(post.poll_id) if post.poll_id is not None else None
    await tx.posts.edit(post, after, before.options if before is not None else ())
    await attaching.attach(tx, after, post)
    if not draft.keep_poll:
        await polling.reask(tx, after, before, draft.poll)
    await previewing.look(tx, after)
    await tx.posts.retag(post.id, after.tags)
    new = await _change_mentions(tx, after, rendered.mentions)
    await _tell(tx, after, new, edited=True)
    await quoting.changed(tx, after)
    update = to_update(after, author, activity_uri(tx, author)[1], await extras_of_one(tx, after))
    await publish(tx, update, by=author, audience=await everyone_with(tx, after))
    return after


def _next_second(at: int) -> int:
    # Others take over only what is newer than what they have, and documents tell times in whole seconds.
    return (at // 1_000 + 1) * 1_000


async def delete(tx: Transaction, author: Account, post: Post, *, with_media: bool = False) -> None:
    """Delete a post of one's own, or a boost, everywhere it may have got to.

    Its files may be used again for a day, to write it anew, unless they go `with_media`.
    """
    if post.account_id != author.id or not post.local:
        raise NotFound(f"{author.uri} did not write {post.uri}")
    if post.boost_of_id is not None:
        await boosting.unboost(tx, author, post)
        return
    audience = await everyone_with(tx, post)
    if post.attachments:
        await tx.media.detach(post.id, until=tx.now if with_media else None)
        if with_media:
            await tx.jobs.add("sweep_media", {}, key="sweep_media")
    await tx.posts.delete(post)
    gone = (post.uri, addresses_of(author).create(post.id))
    await tx.tombstones.add_many(gone, post.type, local=True)
    await publish(tx, to_delete(post, author, activity_uri(tx, author)[1]), by=author, audience=audience)


def check(author: Account, draft: Draft, characters: int) -> None:
    """Raise NotAllowed or Unprocessable for what cannot be posted."""
    if not author.is_local or not author.is_active:
        raise NotAllowed(f"{author.uri} cannot post here")
    if draft.visibility not in VISIBILITIES:
        raise Unprocessable(public="Validation failed: Visibility is not included in the list")
    if len(draft.attachments) > ATTACHMENTS_MAX:
        raise Unprocessable(public=f"Validation failed: At most {ATTACHMENTS_MAX} files can be attached")
    if draft.poll is not None and draft.attachments:
        raise Unprocessable(public="Validation failed: Media cannot be attached to a post with a poll")
    if draft.quote_policy is not None and draft.quote_policy not in POLICIES:
        raise Unprocessable(public="Validation failed: Quote approval policy is not included in the list")
    may_be_empty = bool(draft.attachments) or draft.quoted is not None
    text.check(draft.text, draft.summary, characters, may_be_empty=may_be_empty)


def _with_quote(draft: Draft, quoted: Post, author: Account, rendered: text.Rendered) -> Draft:
    """What few may see is quoted before few; and for those who know no quotes, with a link in front."""
    if quoted.visibility == "private" and draft.visibility in ("public", "unlisted"):
        draft = msgspec.structs.replace(draft, visibility="private")
    named = {account.id for account in rendered.mentions} | {author.id}
    if draft.visibility == "direct" and quoted.account_id not in named:
        raise Unprocessable(public="Validation failed: Quoted users must be mentioned in private mentions")
    return draft


def _inline(draft: Draft, html: str) -> str:
    quoted = draft.quoted
    if quoted is None:
        return html
    link = escape(quoted.url or quoted.uri)
    return html if link in html else f'<p class="quote-inline">RE: <a href="{link}">{link}</a></p>{html}'


async def _edited_parts(
    tx: Transaction, post: Post, draft: Draft, rendered: text.Rendered
) -> dict[str, object]:
    """What an edit changes beside the words: the poll, and who may quote. What is quoted stays."""
    parts: dict[str, object] = {}
    if not draft.keep_poll:
        parts["poll_id"] = (post.poll_id or tx.new_id()) if draft.poll is not None else None
        parts["type"] = "Question" if draft.poll is not None else "Note"
    if draft.quote_policy is not None:
        parts["quote_policy"] = chosen(draft.quote_policy, post.visibility).text()
    made = await tx.quotes.of_post(post.id) if post.is_quote else None
    quoted = await tx.posts.by_id(made.quoted_id) if made is not None and made.quoted_id is not None else None
    if quoted is not None:
        parts["content"] = _inline(msgspec.structs.replace(draft, quoted=quoted), rendered.html)
    return parts


def _words(draft: Draft, rendered: text.Rendered, author: Account) -> dict[str, object]:
    """The parts of a post that its author's words decide, in a first form and in every later one."""
    return {
        "summary": draft.summary.strip(),
        "content": _inline(draft, rendered.html),
        "source": draft.text,
        "source_media_type": "text/markdown",
        "language": draft.language,
        "sensitive": draft.sensitive or bool(draft.summary.strip()),
        "mentions": tuple(mentioned(account, author) for account in rendered.mentions),
        "tags": rendered.tags,
        "attachments": draft.attachments,
        "emojis": draft.emojis,
    }


async def _with_emojis(tx: Transaction, author: Account, draft: Draft) -> Draft:
    options = draft.poll.options if draft.poll is not None else ()
    found = await emojis.used(tx, author.domain_id or 0, draft.text, draft.summary, *options)
    return msgspec.structs.replace(draft, emojis=found) if found else draft


def _post(
    tx: Transaction, author: Account, draft: Draft, parent: Post | None, rendered: text.Rendered
) -> Post:
    addresses = addresses_of(author)
    post_id = tx.new_id()
    post = Post(
        id=post_id,
        uri=addresses.post(post_id),
        url=addresses.post_page(author.username, post_id),
        account_id=author.id,
        local=True,
        visibility=draft.visibility,
        in_reply_to_id=parent.id if parent else None,
        in_reply_to_account_id=parent.account_id if parent else None,
        in_reply_to_uri=parent.uri if parent else None,
        conversation=(parent and parent.conversation) or addresses.context(post_id),
        type="Note" if draft.poll is None else "Question",
        poll_id=None if draft.poll is None else tx.new_id(),
        is_quote=draft.quoted is not None,
        quote_policy=chosen(draft.quote_policy or "public", draft.visibility).text(),
        app_name=draft.app_name,
        app_website=draft.app_website,
        created_at=tx.now,
    )
    return msgspec.structs.replace(post, **_words(draft, rendered, author))


async def _answered(tx: Transaction, post: Post) -> list[Account]:
    """Whom a post answers, if everybody may see it: they are told even where the text does not name them."""
    if post.in_reply_to_account_id is None or not post.is_public:
        return []
    author = await tx.people.by_id(post.in_reply_to_account_id)
    return [author] if author is not None else []


def _audience(post: Post, people: list[Account]) -> Audience:
    return Audience(
        inboxes=tuple(dict.fromkeys(one.delivery_inbox for one in people if not one.is_local)),
        followers=post.visibility != "direct",
        visibility=post.visibility,
    )


async def _tell(tx: Transaction, post: Post, people: tuple[Account, ...], *, edited: bool = False) -> None:
    for account in people:
        if account.is_local:
            await notify(tx, account.id, "mention", post.account_id, post.id)
    if edited:
        for booster in await tx.posts.local_boosters(post.id):
            await notify(tx, booster, "update", post.account_id, post.id)
        return
    answers_others = post.in_reply_to_id and post.in_reply_to_account_id != post.account_id
    if post.visibility != "direct" and not answers_others:
        for watcher in await tx.posts.watchers(post.account_id):
            await notify(tx, watcher, "status", post.account_id, post.id)


async def _change_mentions(tx: Transaction, post: Post, people: tuple[Account, ...]) -> tuple[Account, ...]:
    """Those who are mentioned now and were not before."""
    before = await tx.posts.mentioned_ids(post.id)
    now = {account.id for account in people}
    if before - now:
        await tx.posts.unmention(post.id, before - now)
    await tx.posts.mention(post.id, now - before)
    return tuple(account for account in people if account.id not in before)
