"""Account, CredentialAccount, CustomEmoji, Field, Role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from fedi.api.entities.here import Here, day, midnight
from fedi.model import people
from fedi.model.people import Account as Person
from fedi.model.people import User
from fedi.model.sanitizing import plain


class CustomEmoji(Struct):
    """A custom emoji."""

    shortcode: str
    url: str
    static_url: str
    visible_in_picker: bool = False
    category: str | None = None


class Field(Struct):
    """A line of a profile."""

    name: str
    value: str
    verified_at: str | None = None


class AccountRole(Struct):
    """A role that everyone may see."""

    id: str
    name: str
    color: str


class Account(Struct):
    """An account, ours or another server's. https://docs.joinmastodon.org/entities/Account/."""

    id: str
    username: str
    acct: str
    display_name: str
    locked: bool
    bot: bool
    discoverable: bool
    indexable: bool
    group: bool
    created_at: str
    note: str
    url: str
    uri: str
    avatar: str
    avatar_static: str
    avatar_description: str
    header: str
    header_static: str
    header_description: str
    followers_count: int
    following_count: int
    statuses_count: int
    last_status_at: str | None
    hide_collections: bool
    noindex: bool
    memorial: bool
    limited: bool
    emojis: list[CustomEmoji]
    fields: list[Field]
    suspended: bool = False
    moved: Account | None = None
    roles: tuple[AccountRole, ...] = ()
    feature_approval: None = None
    show_featured: bool = True
    show_media: bool = True
    show_media_replies: bool = True


class Source(Struct, kw_only=True):
    """What only the owner of an account sees: defaults, and texts as they were typed."""

    privacy: str
    sensitive: bool
    language: str | None
    note: str
    fields: list[Field]
    follow_requests_count: int
    hide_collections: bool
    discoverable: bool
    indexable: bool
    attribution_domains: tuple[str, ...] = ()
    quote_policy: str = "public"


class Role(Struct):
    """What a person may do on this server: a bit mask of Mastodon's permissions."""

    id: str
    name: str
    color: str
    permissions: str
    highlighted: bool
    collection_limit: int | None = None


class CredentialAccount(Account, kw_only=True):
    """An account as its owner sees it."""

    source: Source
    role: Role


# Bit masks of https://docs.joinmastodon.org/entities/Role/#permission-flags: a moderator sees the dashboard (8),
# reports (16) and users (1024); an administrator may do everything (1).
_ROLES = {
    "user": Role("-99", "", "", "0", False),
    "moderator": Role("1", "Moderator", "", "1048", True),
    "admin": Role("2", "Admin", "", "1", True),
    "owner": Role("3", "Owner", "", "1", True),
}


def emojis(found: Iterable[people.CustomEmoji]) -> list[CustomEmoji]:
    """Custom emojis in a text."""
    return [CustomEmoji(emoji.shortcode, emoji.url, emoji.url) for emoji in found]


def account(person: Person, at: Here) -> Account:
    """The entity of an account, for the domain that was asked."""
    return Account(*_values(person, at))


def credential_account(person: Person, user: User, requests: int, at: Here) -> CredentialAccount:
    """An account for its owner; `requests` of others to follow it are waiting."""
    source = Source(
        privacy=user.default_visibility,
        sensitive=user.default_sensitive,
        language=user.default_language,
        note=plain(person.summary) if person.summary_source is None else person.summary_source,
        fields=[Field(plain(field.name), plain(field.value)) for field in person.fields],
        follow_requests_count=requests,
        hide_collections=person.hide_collections,
        discoverable=person.discoverable,
        indexable=person.indexable,
    )
    return CredentialAccount(*_values(person, at), source=source, role=_ROLES[user.role])


def _values(person: Person, at: Here) -> tuple[Any, ...]:
    # In the order of the fields: filling 29 of them by name takes twice the time, and pages hold dozens.
    avatar, header = person.avatar_url or at.avatar, person.header_url or at.header
    return (
        str(person.id),
        person.username,
        person.username if person.domain == at.name else f"{person.username}@{person.domain}",
        person.name,
        person.locked,
        person.type in ("Service", "Application"),
        person.discoverable,
        person.indexable,
        person.type == "Group",
        midnight(person.created_at),
        person.summary,
        person.url or person.uri,
        person.uri,
        avatar,
        avatar,
        person.avatar_alt or "",
        header,
        header,
        person.header_alt or "",
        person.followers_count,
        person.following_count,
        person.posts_count,
        day(person.last_post_at),
        person.hide_collections,
        not person.indexable,
        person.memorial,
        person.silenced_at is not None,
        emojis(person.emojis) if person.emojis else [],
        [Field(field.name, field.value) for field in person.fields] if person.fields else [],
    )
