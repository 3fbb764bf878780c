"""People and the other actors, as the store keeps them."""

from __future__ import annotations

from msgspec import Struct

ROLES = ("user", "moderator", "admin", "owner")


class ProfileField(Struct, frozen=True, omit_defaults=True):
    """A line of a profile: a name, and a value as sanitised HTML."""

    name: str
    value: str
    source: str | None = None
    """What a local person typed."""
    verified_at: int | None = None
    """When the page that the value names was seen to link back (ms since 1970)."""


class CustomEmoji(Struct, frozen=True):
    """A custom emoji in a text: `shortcode` without colons."""

    shortcode: str
    url: str


class Account(Struct, frozen=True, kw_only=True):
    """An actor, ours or another server's. Times in ms since 1970; see the schema for each column."""

    id: int
    uri: str
    domain_id: int | None = None
    host_id: int | None = None
    type: str = "Person"
    username: str
    domain: str
    handle: str
    handle_checked_at: int | None = None
    name: str = ""
    summary: str = ""
    summary_source: str | None = None
    fields: tuple[ProfileField, ...] = ()
    emojis: tuple[CustomEmoji, ...] = ()
    url: str | None = None
    avatar_url: str | None = None
    avatar_alt: str | None = None
    header_url: str | None = None
    header_alt: str | None = None
    inbox: str
    shared_inbox: str | None = None
    outbox: str | None = None
    followers_uri: str | None = None
    following_uri: str | None = None
    featured_uri: str | None = None
    locked: bool = False
    discoverable: bool = False
    indexable: bool = False
    hide_collections: bool = False
    memorial: bool = False
    attribution_domains: tuple[str, ...] = ()
    show_media: bool = True
    show_media_replies: bool = True
    show_featured: bool = True
    also_known_as: tuple[str, ...] = ()
    moved_to_uri: str | None = None
    moved_at: int | None = None
    followers_count: int = 0
    following_count: int = 0
    local_followers_count: int = 0
    posts_count: int = 0
    pulled: bool = False
    last_post_at: int | None = None
    created_at: int
    fetched_at: int | None = None
    suspended_at: int | None = None
    silenced_at: int | None = None
    sensitized_at: int | None = None
    deleted_at: int | None = None

    @property
    def is_local(self) -> bool:
        """Whether the account lives here."""
        return self.domain_id is not None

    @property
    def is_active(self) -> bool:
        """Neither suspended nor deleted: may act and be seen."""
        return self.suspended_at is None and self.deleted_at is None

    @property
    def delivery_inbox(self) -> str:
        """Where posts for this account go: the inbox its server shares, if it has one."""
        return self.shared_inbox or self.inbox


class User(Struct, frozen=True, kw_only=True):
    """Who can sign in; `id` is the account's."""

    id: int
    email: str
    password_hash: str
    role: str = "user"
    locale: str | None = None
    default_visibility: str = "public"
    default_sensitive: bool = False
    default_language: str | None = None
    default_quote_policy: str = "public"
    expand_media: str = "default"
    expand_spoilers: bool = False
    autoplay_gifs: bool = False
    confirmed_at: int | None = None
    disabled_at: int | None = None
    seen_at: int
    created_at: int
    approved: bool = True
    reason: str | None = None
    sign_up_app_id: int | None = None
    sign_up_address: str | None = None
    invite_id: int | None = None
    age_checked_at: int | None = None


class Domain(Struct, frozen=True):
    """A domain hosted here."""

    id: int
    name: str
    url: str
    actor_id: int | None
    created_at: int
    media_key: str = ""
    """Signs the addresses of copies of other servers' files. Secret."""


class Relationship(Struct, frozen=True, kw_only=True):
    """What is between an account and another one, seen from the first."""

    id: int
    following: bool = False
    requested: bool = False
    showing_reblogs: bool = False
    notifying: bool = False
    followed_by: bool = False
    requested_by: bool = False
    blocking: bool = False
    blocked_by: bool = False
    languages: tuple[str, ...] | None = None
    muting: bool = False
    muting_notifications: bool = False
    muting_expires_at: int | None = None
    domain_blocking: bool = False
    endorsed: bool = False
    note: str = ""
