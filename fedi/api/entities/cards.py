"""PreviewCard. https://docs.joinmastodon.org/entities/PreviewCard/."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from fedi.api.entities.accounts import Account
from fedi.api.entities.here import Here, time
from fedi.model import cards


class PreviewCardAuthor(Struct):
    """Who wrote what is linked to."""

    name: str
    url: str
    account: Account | None = None


class PreviewCard(Struct):
    """What is behind a link."""

    url: str
    title: str
    description: str
    language: str | None
    type: str
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    html: str
    width: int
    height: int
    image: str | None
    image_description: str
    embed_url: str
    blurhash: str | None
    published_at: str | None
    authors: list[PreviewCardAuthor]
    missing_attribution: bool | None


def card(found: cards.Card, at: Here) -> PreviewCard:
    """The entity of a card; its picture comes through our proxy."""
    return PreviewCard(**values(found, at))


def values(found: cards.Card, at: Here) -> dict[str, Any]:
    """Its fields by name, also those of a TrendsLink, which adds its history."""
    return {
        "url": found.url,
        "title": found.title,
        "description": found.description,
        "language": found.language,
        "type": found.type,
        "author_name": found.author_name,
        "author_url": found.author_url,
        "provider_name": found.provider_name,
        "provider_url": found.provider_url,
        "html": found.html,
        "width": found.width,
        "height": found.height,
        "image": None if found.image_url is None else at.media(found.image_url),
        "image_description": found.image_description,
        "embed_url": found.embed_url,
        "blurhash": found.blurhash,
        "published_at": None if found.published_at is None else time(found.published_at),
        "authors": [PreviewCardAuthor(found.author_name, found.author_url)] if found.author_name else [],
        "missing_attribution": None,
    }
