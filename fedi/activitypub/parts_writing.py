"""Pictures, attachments and tags to documents: the counterpart of `parts`."""

from __future__ import annotations

from fedi.activitypub.types import Emoji, Hashtag, Media, Mention, Tag
from fedi.activitypub.writing import Document, present, stamp


def media(one: Media) -> Document:
    """An attachment; a Link (the source of a preview) has a `href` instead of a `url`."""
    return present(
        (
            ("type", one.type),
            ("mediaType", one.media_type),
            ("href" if one.type == "Link" else "url", one.url),
            ("name", one.name),
            ("width", one.width),
            ("height", one.height),
            ("blurhash", one.blurhash),
            ("focalPoint", list(one.focal_point) if one.focal_point else None),
        )
    )


def picture(one: Media | None) -> Document | None:
    """An icon or header, its description as `summary` (Mastodon 4.6)."""
    if one is None:
        return None
    document = media(one)
    if "name" in document:
        document["summary"] = document.pop("name")
    return document


def tag(one: Tag) -> Document:
    """A mention, hashtag or emoji."""
    match one:
        case Mention():
            return present((("type", "Mention"), ("href", one.href), ("name", one.name)))
        case Hashtag():
            return present((("type", "Hashtag"), ("href", one.href), ("name", one.name)))
        case Emoji():
            return emoji(one)


def emoji(one: Emoji) -> Document:
    """A custom emoji."""
    icon = present((("type", "Image"), ("mediaType", one.media_type), ("url", one.url)))
    return present(
        (
            ("id", one.id),
            ("type", "Emoji"),
            ("name", one.name),
            ("updated", stamp(one.updated)),
            ("icon", icon),
        )
    )
