"""What a page says of itself: Open Graph, Twitter's cards, its title, and where its oEmbed is. Pure.

Only the beginning is read, and of it only so many tags: a hostile page costs no more than a long one.
"""

from __future__ import annotations

import codecs
import re
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec
from msgspec import Struct

from fedi.activitypub.uris import is_http

READ_MAX = 512 * 1024
_TAGS_MAX = 400
_TAG_MAX = 4_096
_START = re.compile(r"<(meta|link|title|html)\b", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""([a-zA-Z:_-]{1,40})\s{0,8}=\s{0,8}(?:"([^"]{0,3000})"|'([^']{0,3000})'|([^\s"'>]{1,2000}))"""
)
_CHARSET = re.compile(r"charset=[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_IFRAME = re.compile(r"<iframe\b([^>]{0,2000})>", re.IGNORECASE)


class Page(Struct, frozen=True, kw_only=True):
    """What was found, plain text and full addresses; `oembed` is where the page's oEmbed answers in JSON."""

    title: str = ""
    description: str = ""
    site: str = ""
    author: str = ""
    author_url: str = ""
    image: str | None = None
    image_alt: str = ""
    width: int = 0
    height: int = 0
    language: str | None = None
    published: str | None = None
    oembed: str | None = None


class Embed(Struct, frozen=True, kw_only=True):
    """What an oEmbed answer adds: type photo, video, rich or link."""

    type: str
    title: str = ""
    author_name: str = ""
    author_url: str = ""
    provider_name: str = ""
    provider_url: str = ""
    image: str | None = None
    embed_url: str = ""
    html: str = ""
    width: int = 0
    height: int = 0


def read(body: bytes, content_type: str, url: str) -> Page:
    """The page at `url`, of which at most `READ_MAX` bytes are looked at."""
    text = _decode(body[:READ_MAX], content_type)
    metas: dict[str, str] = {}
    links: dict[str, str] = {}
    title, language = "", None
    for count, match in enumerate(_START.finditer(text)):
        if count >= _TAGS_MAX:
            break
        name, rest = match[1].lower(), text[match.end() : match.end() + _TAG_MAX]
        if name == "title":
            title = title or _title(rest)
            continue
        found = _attributes(rest)
        if name == "html":
            language = found.get("lang", "")[:10] or None
        elif name == "meta" and (key := found.get("property") or found.get("name") or found.get("itemprop")):
            metas.setdefault(key.lower(), found.get("content", ""))
        elif name == "link" and found.get("type", "").lower() == "application/json+oembed":
            links.setdefault("oembed", found.get("href", ""))

    def first(*names: str, limit: int = 500) -> str:
        return next((metas[name].strip()[:limit] for name in names if metas.get(name, "").strip()), "")

    return Page(
        title=first("og:title", "twitter:title") or title,
        description=first("og:description", "twitter:description", "description", limit=2_000),
        site=first("og:site_name", limit=200),
        author=first("author", "article:author:name", "twitter:creator", limit=200),
        author_url=_address(first("article:author", limit=2_000), url) or "",
        image=_address(
            first("og:image:secure_url", "og:image", "og:image:url", "twitter:image", limit=2_000), url
        ),
        image_alt=first("og:image:alt", "twitter:image:alt", limit=1_500),
        width=_number(first("og:image:width")),
        height=_number(first("og:image:height")),
        language=(first("og:locale").replace("_", "-").split("-")[0] or language),
        published=first("article:published_time", limit=40) or None,
        oembed=_address(links.get("oembed", ""), url),
    )


def read_oembed(body: bytes, url: str) -> Embed | None:
    """An oEmbed answer (oembed.com, version 1.0); None if it is none."""
    try:
        given = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(given, dict) or given.get("type") not in ("photo", "video", "rich", "link"):
        return None

    def text(name: str, limit: int = 500) -> str:
        value = given.get(name)
        return value.strip()[:limit] if isinstance(value, str) else ""

    kind = given["type"]
    width, height = _whole(given.get("width")), _whole(given.get("height"))
    frame = _frame(text("html", 10_000), url) if kind in ("video", "rich") else None
    picture = _address(text("url", 2_000), url) if kind == "photo" else None
    if (kind == "photo" and picture is None) or (kind in ("video", "rich") and frame is None):
        kind = "link"
    return Embed(
        type=kind,
        title=text("title"),
        author_name=text("author_name", 200),
        author_url=_address(text("author_url", 2_000), url) or "",
        provider_name=text("provider_name", 200),
        provider_url=_address(text("provider_url", 2_000), url) or "",
        image=picture or _address(text("thumbnail_url", 2_000), url),
        embed_url=picture or frame or "",
        # Written anew from the one address: nothing of their markup is shown (CVE-2023-36459).
        html=_iframe(frame, width, height) if frame else "",
        width=width,
        height=height,
    )


def _frame(html: str, url: str) -> str | None:
    match = _IFRAME.search(html)
    found = _address(_attributes(match[1]).get("src", ""), url) if match else None
    return found if found is not None and found.startswith("https://") else None


def _iframe(src: str, width: int, height: int) -> str:
    escaped = src.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return (
        f'<iframe src="{escaped}" width="{width}" height="{height}" allowfullscreen="true" '
        'sandbox="allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-forms" '
        'frameborder="0"></iframe>'
    )


def _title(rest: str) -> str:
    inside = rest.partition(">")[2].partition("<")[0]
    return " ".join(unescape(inside).split())[:500]


def _attributes(text: str) -> dict[str, str]:
    """The attributes up to the end of the tag."""
    found: dict[str, str] = {}
    at = 0
    while match := _ATTRIBUTE.search(text, at, at + 3_200):
        if ">" in text[at : match.start()]:
            break
        value = next((part for part in match.groups()[1:] if part is not None), "")
        found.setdefault(match[1].lower(), unescape(value))
        at = match.end()
        if len(found) > 16:
            break
    return found


def _decode(body: bytes, content_type: str) -> str:
    match = _CHARSET.search(content_type) or _CHARSET.search(body[:1_024].decode("ascii", "replace"))
    try:
        name = codecs.lookup(match[1]).name if match else "utf-8"
        return body.decode(name, "replace").replace("\0", "")
    except (LookupError, UnicodeError, TypeError, ValueError):
        return body.decode("utf-8", "replace").replace("\0", "")


def _address(value: str, base: str) -> str | None:
    if not value:
        return None
    try:
        full = urljoin(base, value.strip())
        return full if is_http(full) and not urlsplit(full).username else None
    except ValueError:
        return None


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= 5 else 0


def _whole(value: Any) -> int:
    if isinstance(value, str):
        return _number(value)
    return int(value) if isinstance(value, int | float) and 0 <= value < 100_000 else 0
