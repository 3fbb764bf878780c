"""Accounts of ours as ActivityPub actors (PROTOCOL section 2): pure, from values to values."""

from __future__ import annotations

from collections.abc import Iterable

from fedi.activitypub import types
from fedi.model.people import Account
from fedi.model.times import from_ms
from fedi.store.keys import Key


def to_actor(account: Account, keys: Iterable[Key]) -> types.Actor:
    """A local account, with the keys it publishes, as the actor that others read."""
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
        memorial=account.memorial,
        also_known_as=account.also_known_as,
        moved_to=account.moved_to_uri,
        # FEP-2c59: the handle that our WebFinger confirms, so that nobody needs to guess it.
        webfinger=f"{account.username}@{account.domain}",
    )


def _picture(url: str | None, alt: str | None) -> types.Media | None:
    return types.Media(type="Image", url=url, name=alt) if url else None
