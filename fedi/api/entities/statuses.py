"""Status, StatusEdit, StatusSource, Context."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from fedi.api.entities.accounts import Account, CustomEmoji, account, emojis
from fedi.api.entities.attachments import MediaAttachment, attachment
from fedi.api.entities.cards import PreviewCard, card
from fedi.api.entities.filters import FilterResult, filter_results
from fedi.api.entities.here import Here, time
from fedi.api.entities.polls import Poll, poll
from fedi.api.entities.quotes import QuoteApproval, ShallowQuote, approval, inner
from fedi.model.posts import Edit, MentionedAccount, Post
from fedi.model.sanitizing import plain
from fedi.store.paging import PostPage


class StatusMention(Struct):
    """A person that a status mentions."""

    id: str
    username: str
    url: str
    acct: str


class StatusTag(Struct):
    """A hashtag in a status."""

    name: str
    url: str


class StatusApplication(Struct):
    """What a status was written with."""

    name: str
    website: str | None


class Quote(Struct):
    """What a status quotes; the other status only where it may be shown."""

    state: str
    quoted_status: Status | None = None


class Status(Struct):
    """A status, or a boost of one. https://docs.joinmastodon.org/entities/Status/."""

    id: str
    created_at: str
    in_reply_to_id: str | None
    in_reply_to_account_id: str | None
    sensitive: bool
    spoiler_text: str
    visibility: str
    language: str | None
    uri: str
    url: str
    replies_count: int
    reblogs_count: int
    favourites_count: int
    edited_at: str | None
    favourited: bool
    reblogged: bool
    pinned: bool
    content: str
    reblog: Status | None
    account: Account
    media_attachments: list[MediaAttachment]
    mentions: list[StatusMention]
    tags: list[StatusTag]
    emojis: list[CustomEmoji]
    text: str | None = None
    muted: bool = False
    bookmarked: bool = False
    quotes_count: int = 0
    application: StatusApplication | None = None
    card: PreviewCard | None = None
    poll: Poll | None = None
    quote: Quote | ShallowQuote | None = None
    quote_approval: QuoteApproval | None = None
    filtered: Sequence[FilterResult] = ()
    tagged_collections: tuple[Any, ...] = ()


class EditedOption(Struct):
    """A choice of a poll, at some time."""

    title: str


class EditedPoll(Struct):
    """The choices of a poll, at some time."""

    options: list[EditedOption]


class StatusEdit(Struct):
    """What a status was at some time."""

    content: str
    spoiler_text: str
    sensitive: bool
    created_at: str
    account: Account
    media_attachments: list[MediaAttachment]
    emojis: list[CustomEmoji]
    poll: EditedPoll | None = None
    quote: Quote | ShallowQuote | None = None


class StatusSource(Struct):
    """A status as it was typed."""

    id: str
    text: str
    spoiler_text: str


class Context(Struct):
    """What a status answers, and what answers it."""

    ancestors: list[Status]
    descendants: list[Status]


def statuses(view: PostPage, at: Here) -> list[Status]:
    """The entities of a page of posts. Whoever appears several times is built once."""
    return _Builder(view, at).all()


def status(view: PostPage, at: Here) -> Status:
    """The entity of the one post of a view."""
    return statuses(view, at)[0]


def edits(now: Status, post: Post, found: list[Edit], at: Here) -> list[StatusEdit]:
    """Every form of a post, the first one first, the present one (`now`) last."""
    last = found[-1] if found else None
    present = StatusEdit(
        content=now.content,
        spoiler_text=now.spoiler_text,
        sensitive=now.sensitive,
        created_at=time(post.created_at if last is None else post.edited_at or post.created_at),
        account=now.account,
        media_attachments=now.media_attachments,
        emojis=now.emojis,
        poll=_choices([option.title for option in now.poll.options]) if now.poll is not None else None,
        quote=now.quote,
    )
    past = [
        StatusEdit(
            content=edit.content,
            spoiler_text=edit.summary,
            sensitive=edit.sensitive,
            created_at=time(edit.created_at),
            account=now.account,
            media_attachments=[attachment(one, at) for one in edit.attachments],
            emojis=emojis(edit.emojis, at),
            poll=_choices(_titles(edit.poll_options)) if edit.poll_options else None,
            quote=now.quote,
        )
        for edit in found
    ]
    return [*past, present]


_titles = msgspec.json.Decoder(list[str]).decode


def _choices(titles: list[str]) -> EditedPoll:
    return EditedPoll([EditedOption(title) for title in titles])


def source(post: Post) -> StatusSource:
    """A post as it was typed; of other servers' posts, and old ones, the words without markup."""
    text = plain(post.content) if post.source is None else post.source
    return StatusSource(str(post.id), text, post.summary)


class _Builder:
    def __init__(self, view: PostPage, at: Here) -> None:
        self._view = view
        self._at = at
        self._accounts: dict[int, Account] = {}

    def all(self) -> list[Status]:
        view = self._view
        return [
            self._status(post, view.originals.get(post.boost_of_id) if post.boost_of_id else None)
            for post in view.posts
        ]

    def _account(self, account_id: int) -> Account:
        found = self._accounts.get(account_id)
        if found is None:
            found = self._accounts[account_id] = account(self._view.authors[account_id], self._at)
        return found

    def _status(self, post: Post, original: Post | None, *, nested: bool = False) -> Status:
        """The entity; `nested`: of a quoted post, where quotes end (two posts may quote each other)."""
        shown, view, at = original or post, self._view, self._at
        flags = view.flags
        parent, parent_author = post.in_reply_to_id, post.in_reply_to_account_id
        # Positions, not names: see accounts._values.
        return Status(
            str(post.id),
            time(post.created_at),
            None if parent is None else str(parent),
            None if parent_author is None else str(parent_author),
            shown.sensitive or view.authors[shown.account_id].sensitized_at is not None,
            shown.summary,
            post.visibility,
            shown.language,
            post.uri,
            post.url or post.uri,
            shown.replies_count,
            shown.boosts_count,
            shown.favourites_count,
            None if shown.edited_at is None else time(shown.edited_at),
            shown.id in flags.favourited,
            shown.id in flags.boosted,
            shown.id in flags.pinned,
            shown.content,
            None if original is None else self._status(original, None),
            self._account(post.account_id),
            [attachment(one, at) for one in shown.attachments] if shown.attachments else [],
            [_mention(one, at) for one in shown.mentions] if shown.mentions else [],
            [StatusTag(tag, f"{at.url}/tags/{tag}") for tag in shown.tags] if shown.tags else [],
            emojis(shown.emojis, at) if shown.emojis else [],
            None,
            shown.id in flags.muted,
            shown.id in flags.bookmarked,
            shown.quotes_count,
            None if shown.app_name is None else StatusApplication(shown.app_name, shown.app_website),
            None if shown.card_id is None else self._card(shown.card_id),
            None if shown.poll_id is None else self._poll(shown),
            self._quote(shown) if shown.is_quote and not nested else None,
            approval(shown, view.viewer, view.consent),
            filter_results(view.filtered[shown.id]) if shown.id in view.filtered else (),
        )

    def _card(self, card_id: int) -> PreviewCard | None:
        found = self._view.cards.get(card_id)
        return None if found is None else card(found, self._at)

    def _poll(self, post: Post) -> Poll | None:
        view = self._view
        ballot = view.polls.get(post.poll_id or 0)
        if ballot is None:
            return None
        return poll(ballot, self._at, view.now, viewer=view.viewer, author=post.account_id, found=post.emojis)

    def _quote(self, post: Post) -> Quote | ShallowQuote | None:
        found = self._view.quotes.get(post.id)
        if found is None:
            return None
        if found.post is None:
            return Quote(found.state)
        quoted = self._status(found.post, None, nested=True)
        quoted.quote = inner(found)
        return Quote(found.state, quoted)


def _mention(found: MentionedAccount, at: Here) -> StatusMention:
    acct = found.acct
    if "@" not in acct and not found.uri.startswith(at.base):
        acct = f"{acct}@{urlsplit(found.uri).netloc}"
    return StatusMention(str(found.id), found.username, found.url, acct)
