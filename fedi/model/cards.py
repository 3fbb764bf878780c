"""What is behind a link in a post."""

from __future__ import annotations

from msgspec import Struct


class Card(Struct, frozen=True, kw_only=True):
    """A preview of a page; `type` is Mastodon's: link, photo, video, rich. See the schema for each column."""

    id: int
    url: str
    type: str = "link"
    title: str = ""
    description: str = ""
    html: str = ""
    author_name: str = ""
    author_url: str = ""
    provider_name: str = ""
    provider_url: str = ""
    width: int = 0
    height: int = 0
    image_url: str | None = None
    image_description: str = ""
    blurhash: str | None = None
    embed_url: str = ""
    language: str | None = None
    published_at: int | None = None
    fetched_at: int
