"""From what somebody asked an app to post to a draft: what it names is looked up, and whom it mentions."""

from __future__ import annotations

from msgspec import Struct

from fedi.errors import NotFound
from fedi.model.people import Account
from fedi.model.polls import PollDraft
from fedi.model.posts import Post
from fedi.services import Services
from fedi.social import attaching, mentioning, polling
from fedi.social.posting import Draft
from fedi.store.store import Transaction


class Wish(Struct, frozen=True, kw_only=True):
    """A post as it was asked for, with ids in place of what they stand for: it can wait for its time."""

    text: str = ""
    spoiler_text: str = ""
    sensitive: bool = False
    visibility: str = "public"
    language: str | None = None
    in_reply_to_id: int | None = None
    media_ids: tuple[int, ...] = ()
    poll: PollDraft | None = None
    quoted_status_id: int | None = None
    quote_approval_policy: str | None = None
    application_id: int | None = None
    idempotency: str | None = None


async def compose(services: Services, author: Account, wish: Wish) -> Draft:
    """The draft. Raises NotFound for an answer to, or a quote of, what the author may not see; Unprocessable."""
    limits = services.config.limits
    if wish.poll is not None:
        polling.check(wish.poll, limits.poll_options)
    async with services.store.read() as tx:
        parent = await _seen(tx, author, wish.in_reply_to_id, "reply to")
        quoted = await _seen(tx, author, wish.quoted_status_id, "quote")
        media = await attaching.chosen(tx, author.id, wish.media_ids, limits.attachments)
        app = await tx.apps.by_id(wish.application_id) if wish.application_id is not None else None
    return Draft(
        text=wish.text,
        summary=wish.spoiler_text,
        sensitive=wish.sensitive,
        visibility=wish.visibility,
        language=wish.language,
        in_reply_to=parent,
        mentions=await mentioning.resolve_all(services, wish.text, author),
        attachments=media,
        poll=wish.poll,
        quoted=quoted,
        quote_policy=wish.quote_approval_policy,
        app_name=app.name if app is not None else None,
        app_website=app.website if app is not None else None,
        idempotency_key=wish.idempotency,
    )


async def _seen(tx: Transaction, author: Account, post_id: int | None, verb: str) -> Post | None:
    if post_id is None:
        return None
    found = await tx.timelines.shown_among(author.id, [post_id])
    if not found.posts:
        raise NotFound(public=f"The post you are trying to {verb} does not appear to exist.")
    return found.posts[0]
