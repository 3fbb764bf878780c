"""The parts that actors and posts share: pictures and attachments, tags."""

from __future__ import annotations

import math
from typing import Any

from fedi.activitypub.reading import (
    MAX_ALT,
    MAX_NAME,
    Document,
    items,
    kind,
    number,
    text,
    time,
    uri,
)
from fedi.activitypub.types import Emoji, Hashtag, Media, Mention, Tag

MAX_TAGS = 256
MAX_ATTACHMENTS = 32
MAX_BLURHASH = 128

_MEDIA_TYPES = frozenset({"Document", "Image", "Video", "Audio", "Link"})
_TAG_TYPES = frozenset({"Mention", "Hashtag", "Emoji"})


def media(value: Any, *, default: str | None = None) -> Media | None:
    """An attachment or picture: an object with a `url` (or a Link with a `href`), or a bare URI.

    Without a type of media it is `default`; None where there is no default or no URL.
    """
    if value.__class__ is str:
        found = uri(value)
        return Media(type=default, url=found) if default and found else None
    if value.__class__ is not dict:
        return None
    name = kind(value, _MEDIA_TYPES) or default
    source = _source(value)
    url = uri(source.get("href") or source.get("url")) if source else None
    if name is None or url is None:
        return None
    return Media(
        type=name,
        url=url,
        media_type=text(value.get("mediaType") or source.get("mediaType"), MAX_NAME),
        name=text(value.get("name") or value.get("summary"), MAX_ALT),
        width=number(value.get("width", source.get("width"))),
        height=number(value.get("height", source.get("height"))),
        blurhash=text(value.get("blurhash"), MAX_BLURHASH),
        focal_point=_focal_point(value.get("focalPoint")),
    )


def _source(value: Document) -> Document:
    """Where the media is: the object itself, or the first Link in its `url` (Pleroma, Pixelfed, Castopod)."""
    for item in items(value.get("url")):
        if item.__class__ is dict:
            return item
        if item.__class__ is str:
            return {"url": item}
    return value


def _focal_point(value: Any) -> tuple[float, float] | None:
    """Two numbers from -1 to 1, the middle being 0, 0."""
    if value.__class__ is not list or len(value) != 2:
        return None
    if not all(part.__class__ in (int, float) and math.isfinite(part) and abs(part) <= 1 for part in value):
        return None
    return float(value[0]), float(value[1])


def picture(value: Any) -> Media | None:
    """An icon or image: the widest of several, the first where widths are not given."""
    found = [one for item in items(value) if (one := media(item, default="Image"))]
    return max(found, key=lambda one: one.width or 0, default=None)


def attachments(value: Any) -> tuple[Media, ...]:
    """The media attached to a post."""
    found = (media(item) for item in items(value))
    return tuple(one for one in found if one is not None)[:MAX_ATTACHMENTS]


def tags(value: Any) -> tuple[Tag, ...]:
    """The mentions, hashtags and custom emojis of a document."""
    found = (_tag(item) for item in items(value)[:MAX_TAGS] if item.__class__ is dict)
    return tuple(one for one in found if one is not None)


def _tag(value: Document) -> Tag | None:
    name = text(value.get("name"), MAX_NAME)
    match kind(value, _TAG_TYPES):
        case "Mention":
            href = uri(value.get("href"))
            return Mention(href=href, name=name) if href else None
        case "Hashtag" if name:
            return Hashtag(name=name if name.startswith("#") else f"#{name}", href=uri(value.get("href")))
        case "Emoji" if name:
            return _emoji(value, name)
    return None


def _emoji(value: Document, name: str) -> Emoji | None:
    icon = picture(value.get("icon"))
    if icon is None:
        return None
    return Emoji(
        name=f":{name.strip(':')}:",
        url=icon.url,
        id=uri(value.get("id")),
        media_type=icon.media_type,
        updated=time(value.get("updated")),
    )


def emoji_named(value: Any, name: str | None) -> Emoji | None:
    """The emoji that a reaction `:name:` means, among the tags of its activity."""
    return next((tag for tag in tags(value) if isinstance(tag, Emoji) and tag.name == name), None)
