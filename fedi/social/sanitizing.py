"""What another server sent as a post, as we keep it: safe HTML, plain titles, known languages, sound attachments.

Mastodon shows only Notes (and Questions) in full. What was made to be seen elsewhere, an Article, a video, is its
title, its summary and a link here too; without a summary, its text stands in for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from urllib.parse import urlsplit

from msgspec import Struct

from fedi.activitypub import types
from fedi.model.people import CustomEmoji
from fedi.model.posts import Attachment
from fedi.model.sanitizing import clean, plain
from fedi.social import markdown

ATTACHMENTS_MAX = 16
EMOJIS_MAX = 64
TAGS_MAX = 64
_TITLE_MAX = 500
_SUMMARY_MAX = 2_000
_ALT_MAX = 10_000
_BLURHASH_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"

_IN_FULL = frozenset({"Note", "Question"})
_KINDS = ("image", "video", "audio")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{1,8}){0,4}")
_SHORTCODE = re.compile(r"[a-zA-Z0-9_+-]{1,100}")
_TAG = re.compile(r"[\w·-]{1,100}")


class Contents(Struct, frozen=True, kw_only=True):
    """The parts of a remote post, ready for the store."""

    title: str | None
    summary: str
    content: str
    language: str | None
    sensitive: bool
    attachments: tuple[Attachment, ...]
    emojis: tuple[CustomEmoji, ...]
    tags: tuple[str, ...]


def contents(post: types.Post, new_id: Callable[[], int]) -> Contents:
    """Cut a remote post down to what is safe and of use. `new_id` makes ids for its attachments."""
    title = plain(post.name or "")[:_TITLE_MAX] or None
    warning = plain(post.summary or "")[:_SUMMARY_MAX] if post.summary else ""
    content = _html(post)
    if post.type not in _IN_FULL:
        content = _elsewhere(title, warning, content, post.url or post.id)
        warning = warning if post.sensitive else ""
    return Contents(
        title=title,
        summary=warning,
        content=content,
        language=_language(post),
        sensitive=post.sensitive or bool(warning),
        attachments=_attachments(post, new_id),
        emojis=_emojis(post.tags),
        tags=_tags(post.tags),
    )


def _html(post: types.Post) -> str:
    text = post.content or (post.content_map[0][1] if post.content_map else "")
    if not text:
        return ""
    match post.media_type:
        case None | "text/html":
            return clean(text)
        case "text/markdown":
            return clean(markdown.to_html(text[: markdown.LENGTH_MAX]))
        case _:
            return f"<p>{escape(text, quote=False)}</p>".replace("\n", "<br>")


def _elsewhere(title: str | None, summary: str, content: str, link: str) -> str:
    parts = [f"<p><strong>{escape(title, quote=False)}</strong></p>"] if title else []
    if summary:
        parts.append(f"<p>{escape(summary, quote=False)}</p>")
    elif content:
        parts.append(content)
    # Only http(s): the link is the author's claim like the rest of the post.
    if urlsplit(link).scheme in ("http", "https"):
        href = escape(link)
        parts.append(f'<p><a href="{href}" target="_blank" rel="nofollow noopener">{href}</a></p>')
    return "".join(parts)


def _language(post: types.Post) -> str | None:
    for language, _ in post.content_map:
        if language != "und" and _LANGUAGE.fullmatch(language):
            return language
    return None


def _attachments(post: types.Post, new_id: Callable[[], int]) -> tuple[Attachment, ...]:
    return tuple(_attachment(media, str(new_id())) for media in post.attachments[:ATTACHMENTS_MAX])


def _attachment(media: types.Media, own: str) -> Attachment:
    of_type = (media.media_type or media.type).partition("/")[0].lower()
    return Attachment(
        id=own,
        type=of_type if of_type in _KINDS else "unknown",
        url=media.url,
        media_type=media.media_type,
        description=media.name[:_ALT_MAX] if media.name else None,
        width=media.width,
        height=media.height,
        blurhash=media.blurhash if media.blurhash and is_blurhash(media.blurhash) else None,
        focus=media.focal_point,
    )


def is_blurhash(text: str) -> bool:
    """Whether a text is a blurhash of at most 5 by 5 components: more are slow to draw (PROTOCOL section 5.1)."""
    if len(text) < 6 or not all(character in _BLURHASH_ALPHABET for character in text):
        return False
    high, low = divmod(_BLURHASH_ALPHABET.index(text[0]), 9)
    across, down = low + 1, high + 1
    return across <= 5 and down <= 5 and len(text) == 4 + 2 * across * down


def _emojis(tags: tuple[types.Tag, ...]) -> tuple[CustomEmoji, ...]:
    found = {
        name: CustomEmoji(name, tag.url)
        for tag in tags
        if isinstance(tag, types.Emoji) and _SHORTCODE.fullmatch(name := tag.name.strip(":"))
    }
    return tuple(found.values())[:EMOJIS_MAX]


def _tags(tags: tuple[types.Tag, ...]) -> tuple[str, ...]:
    found = dict.fromkeys(
        tag.name.removeprefix("#").lower() for tag in tags if isinstance(tag, types.Hashtag)
    )
    return tuple(name for name in found if _TAG.fullmatch(name))[:TAGS_MAX]
