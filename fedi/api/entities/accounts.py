"""Account, CredentialAccount, MutedAccount, CustomEmoji, Field, Role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct, structs

from fedi.api.entities.here import Here, day, midnight, time
from fedi.model import people
from fedi.model.people import Account as Person
from fedi.model.people import ProfileField, User
from fedi.model.permissions import OF_ROLE
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


class FeatureApproval(Struct):
    """Who may put an account into a collection, and what that means for who asks."""

    automatic: tuple[str, ...]
    manual: tuple[str, ...]
    current_user: str


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
    show_featured: bool
    show_media: bool
    show_media_replies: bool
    feature_approval: FeatureApproval
    suspended: bool
    roles: tuple[AccountRole, ...] | None
    moved: Account | None = None


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
    attribution_domains: tuple[str, ...]
    quote_policy: str


class Role(Struct):
    """What a person may do on this server: a bit mask of Mastodon's permissions."""

    id: str
    name: str
    color: str
    permissions: str
    highlighted: bool
    collection_limit: int | None = None


class MutedAccount(Account, kw_only=True):
    """An account in the list of those whom one mutes."""

    mute_expires_at: str | None


class FediAccount(Struct):
    """What fedi adds for an account's owner: addresses of other accounts that are theirs, too."""

    also_known_as: tuple[str, ...]


class CredentialAccount(Account, kw_only=True):
    """An account as its owner sees it."""

    source: Source
    role: Role
    fedi: FediAccount


_ROLES = {
    "user": Role("-99", "", "", str(OF_ROLE["user"]), False),
    "moderator": Role("1", "Moderator", "", str(OF_ROLE["moderator"]), True),
    "admin": Role("2", "Admin", "", str(OF_ROLE["admin"]), True),
    "owner": Role("3", "Owner", "", str(OF_ROLE["owner"]), True),
}


def role(name: str) -> Role:
    """What people of a role may do."""
    return _ROLES[name]


def emojis(found: Iterable[people.CustomEmoji], at: Here) -> list[CustomEmoji]:
    """Custom emojis in a text; those of other servers through the proxy of the domain that was asked."""
    urls = [(one.shortcode, at.picture(one.url)) for one in found]
    return [CustomEmoji(shortcode, url, url) for shortcode, url in urls]


def account(person: Person, at: Here, moved: Person | None = None, role: str | None = None) -> Account:
    """The entity of an account, for the domain that was asked.

    `moved` is where it moved to, if that is known here; `role` the store's word for what a local person may do.
    """
    found = Account(*_values(person, at))
    if moved is not None:
        found.moved = account(moved, at)
    if role is not None:
        found.roles = _shown(role)
    return found


def muted_account(person: Person, at: Here, expires_at: int | None) -> MutedAccount:
    """Somebody muted, until `expires_at` (ms since 1970) or for good."""
    return MutedAccount(
        *_values(person, at), mute_expires_at=None if expires_at is None else time(expires_at)
    )


def credential_account(person: Person, user: User, requests: int, at: Here) -> CredentialAccount:
    """An account for its owner; `requests` of others to follow it are waiting."""
    source = Source(
        privacy=user.default_visibility,
        sensitive=user.default_sensitive,
        language=user.default_language,
        note=source_note(person),
        fields=source_fields(person),
        follow_requests_count=requests,
        hide_collections=person.hide_collections,
        discoverable=person.discoverable,
        indexable=person.indexable,
        attribution_domains=person.attribution_domains,
        quote_policy=user.default_quote_policy,
    )
    more = FediAccount(person.also_known_as)
    found = CredentialAccount(*_values(person, at), source=source, role=_ROLES[user.role], fedi=more)
    found.roles = _shown(user.role)
    return found


def source_note(person: Person) -> str:
    """What a person says of themselves, as they typed it."""
    return plain(person.summary) if person.summary_source is None else person.summary_source


def source_fields(person: Person) -> list[Field]:
    """The lines of a profile as they were typed."""
    return [
        Field(
            field.name,
            plain(field.value) if field.source is None else field.source,
            _verified(field),
        )
        for field in person.fields
    ]


def _shown(role: str) -> tuple[AccountRole, ...]:
    found = _ROLES[role]
    return (AccountRole(found.id, found.name, found.color),) if found.highlighted else ()


def _verified(field: ProfileField) -> str | None:
    return None if field.verified_at is None else time(field.verified_at)


# Whoever may be found may be put into a collection; what other servers' people want is not known here.
_OPEN = FeatureApproval(("public",), (), "automatic")
_SHUT = FeatureApproval((), (), "denied")
_UNKNOWN = FeatureApproval((), (), "missing")


def _approval(person: Person) -> FeatureApproval:
    if not person.is_local:
        return _UNKNOWN
    return _OPEN if person.discoverable else _SHUT


def _values(person: Person, at: Here) -> tuple[Any, ...]:
    # In the order of the fields: filling 29 of them by name takes twice the time, and pages hold dozens.
    if person.suspended_at is not None:
        person = _emptied(person)
    avatar, header = person.avatar_url or at.avatar, person.header_url or at.header
    if person.domain_id is None:
        avatar, header = at.picture(avatar), at.picture(header)
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
        emojis(person.emojis, at) if person.emojis else [],
        [Field(one.name, one.value, _verified(one)) for one in person.fields] if person.fields else [],
        person.show_featured,
        person.show_media,
        person.show_media_replies,
        _approval(person),
        person.suspended_at is not None,
        () if person.is_local else None,
    )


def _emptied(person: Person) -> Person:
    """Of somebody suspended the name alone is left to see."""
    return structs.replace(
        person,
        name="",
        summary="",
        fields=(),
        emojis=(),
        avatar_url=None,
        avatar_alt=None,
        header_url=None,
        header_alt=None,
        locked=False,
        discoverable=False,
        type="Person",
    )
