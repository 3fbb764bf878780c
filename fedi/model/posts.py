"""Posts as the store keeps them, and who may see which."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from fedi.model.people import CustomEmoji

VISIBILITIES = ("public", "unlisted", "private", "direct")
"""Mastodon's words: everyone and listed, everyone, followers, the people mentioned."""


class MentionedAccount(Struct, frozen=True):
    """A person a post mentions."""

    id: int
    uri: str
    username: str
    acct: str
    url: str


class Attachment(Struct, frozen=True, kw_only=True):
    """A picture, video or sound on a post; `type` is Mastodon's: image, gifv, video, audio, unknown."""

    id: str
    type: str
    url: str
    media_type: str | None = None
    description: str | None = None
    width: int | None = None
    height: int | None = None
    blurhash: str | None = None
    focus: tuple[float, float] | None = None
    preview_url: str | None = None
    meta: dict[str, Any] | None = None
    stored: bool = False
    """Uploaded here, with addresses of ours; what is elsewhere is shown through our proxy."""


class Post(Struct, frozen=True, kw_only=True):
    """A post, or a boost (`boost_of_id`). Times in ms since 1970; see the schema for each column."""

    id: int
    uri: str
    url: str | None = None
    account_id: int
    local: bool
    type: str = "Note"
    visibility: str
    boost_of_id: int | None = None
    in_reply_to_id: int | None = None
    in_reply_to_account_id: int | None = None
    in_reply_to_uri: str | None = None
    conversation: str | None = None
    title: str | None = None
    summary: str = ""
    content: str = ""
    source: str | None = None
    source_media_type: str | None = None
    language: str | None = None
    sensitive: bool = False
    mentions: tuple[MentionedAccount, ...] = ()
    tags: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    emojis: tuple[CustomEmoji, ...] = ()
    replies_count: int = 0
    boosts_count: int = 0
    favourites_count: int = 0
    created_at: int
    edited_at: int | None = None
    fetched_at: int | None = None
    poll_id: int | None = None
    card_id: int | None = None
    is_quote: bool = False
    quotes_count: int = 0
    quote_policy: str | None = None
    app_name: str | None = None
    app_website: str | None = None

    @property
    def is_public(self) -> bool:
        """Whether anyone may see it, listed or not."""
        return self.visibility in ("public", "unlisted")


class Edit(Struct, frozen=True, kw_only=True):
    """What a post was before an edit; `created_at` is when that form was published."""

    id: int
    post_id: int
    title: str | None = None
    summary: str
    content: str
    source: str | None = None
    sensitive: bool
    attachments: tuple[Attachment, ...] = ()
    emojis: tuple[CustomEmoji, ...] = ()
    created_at: int
    poll_options: str | None = None
    """The choices of a poll that the post had then, as JSON."""


class Viewer(Struct, frozen=True, kw_only=True):
    """What matters about who looks at a post."""

    id: int | None = None
    follows_author: bool = False
    is_mentioned: bool = False
    blocked_by_author: bool = False


def may_see(post: Post, viewer: Viewer) -> bool:
    """Whether `viewer` may see `post`: the one rule behind the API, the pages, the feeds and ActivityPub."""
    if viewer.id == post.account_id:
        return True
    if viewer.blocked_by_author:
        return False
    if post.is_public or viewer.is_mentioned:
        return True
    return post.visibility == "private" and viewer.follows_author


def may_boost(post: Post, account_id: int) -> bool:
    """Anyone may boost what is public; its author also what followers see."""
    return post.is_public or (post.visibility == "private" and post.account_id == account_id)
