"""Accounts of ours as ActivityPub actors (PROTOCOL section 2): pure, from values to values."""

from __future__ import annotations

from collections.abc import Iterable

from fedi.activitypub import types
from fedi.activitypub.uris import Addresses
from fedi.model.people import Account
from fedi.model.times import from_ms
from fedi.store.keys import Key


def to_actor(account: Account, keys: Iterable[Key]) -> types.Actor:
    """A local account, with the keys it publishes, as the actor that others read.

    Of a suspended one only that it is there and suspended: others then hide it, and can show it again.
    """
    if account.suspended_at is not None:
        return _suspended(account, keys)
    return types.Actor(
        id=account.uri,
        type=account.type,
        preferred_username=account.username,
        name=account.name or account.username,
        summary=account.summary or None,
        url=account.url,
        inbox=account.inbox,
        outbox=account.outbox,
        followers=account.followers_uri,
        following=account.following_uri,
        featured=account.featured_uri,
        featured_tags=_featured_tags(account),
        shared_inbox=account.shared_inbox,
        public_keys=tuple(types.PublicKey(id=key.id, owner=account.uri, pem=key.public_pem) for key in keys),
        icon=_picture(account.avatar_url, account.avatar_alt),
        image=_picture(account.header_url, account.header_alt),
        fields=tuple(types.Field(name=field.name, value=field.value) for field in account.fields),
        tags=tuple(
            types.Emoji(name=f":{emoji.shortcode}:", url=emoji.url, id=emoji.url) for emoji in account.emojis
        ),
        published=from_ms(account.created_at),
        manually_approves_followers=account.locked,
        discoverable=account.discoverable,
        indexable=account.indexable,
        show_media=account.show_media,
        show_media_replies=account.show_media_replies,
        show_featured=account.show_featured,
        attribution_domains=account.attribution_domains,
        memorial=account.memorial,
        also_known_as=account.also_known_as,
        moved_to=account.moved_to_uri,
        # FEP-2c59: the handle that our WebFinger confirms, so that nobody needs to guess it.
        webfinger=f"{account.username}@{account.domain}",
    )


def _suspended(account: Account, keys: Iterable[Key]) -> types.Actor:
    return types.Actor(
        id=account.uri,
        type=account.type,
        preferred_username=account.username,
        name="",
        url=account.url,
        inbox=account.inbox,
        outbox=account.outbox,
        followers=account.followers_uri,
        following=account.following_uri,
        shared_inbox=account.shared_inbox,
        public_keys=tuple(types.PublicKey(id=key.id, owner=account.uri, pem=key.public_pem) for key in keys),
        published=from_ms(account.created_at),
        manually_approves_followers=account.locked,
        suspended=True,
        webfinger=f"{account.username}@{account.domain}",
    )


def _featured_tags(account: Account) -> str | None:
    # A domain's own actor has no profile.
    return Addresses(_base(account.uri)).featured_tags(account.id) if account.featured_uri else None


def _base(uri: str) -> str:
    return "/".join(uri.split("/", 3)[:3])


def _picture(url: str | None, alt: str | None) -> types.Media | None:
    return types.Media(type="Image", url=url, name=alt) if url else None
