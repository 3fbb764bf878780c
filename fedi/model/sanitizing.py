"""Strangers' HTML, cut down to what is safe to show: the allow-list of PROTOCOL section 8.7.

A text keeps its words whatever happens: a tag that is not allowed goes and what it held stays, except inside
script and style.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape, unescape

import nh3

MAX_CHARACTERS = 100_000
MAX_TAGS = 4_000
"""Beyond either, a text is cut or loses its markup: an HTML parser takes time with the square of the depth."""

_TAGS = frozenset(
    "p br span a del s pre blockquote code b strong u i em ul ol li ruby rt rp".split()  # noqa: SIM905
)
_SCHEMES = frozenset("http https dat dweb ipfs ipns ssb gopher xmpp magnet gemini".split())  # noqa: SIM905
_ATTRIBUTES = {
    "a": {"href", "class", "translate"},
    "span": {"class", "translate"},
    "ol": {"start", "reversed"},
    "li": {"value"},
}
# Microformats by prefix, Mastodon's own by name.
_CLASS = re.compile(r"(?:h|p|u|dt|e)-[a-zA-Z0-9-]{1,40}|mention|hashtag|quote-inline")
_DISGUISES = frozenset({"ellipsis", "invisible"})
_HEADING = re.compile(r"<(/?)h[1-6](?:\s[^<>]*)?>", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d{1,9}")
_BREAK = re.compile(r"<br\s*/?>|</p>\s*<p(?:\s[^<>]*)?>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<(?:[a-zA-Z/!?][^<>]*)>")
_SILENT = re.compile(r"<(script|style)\b[^<]*(?:<(?!/\1)[^<]*)*(?:</\1\s*>)?", re.IGNORECASE)


@lru_cache(maxsize=512)
def _classes(value: str, disguises: bool) -> str | None:
    kept = [name for name in value.split() if _CLASS.fullmatch(name) or (disguises and name in _DISGUISES)]
    return " ".join(kept) or None


def _attribute(_tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return _classes(value, disguises=True)
    if name in ("start", "value"):
        return value if _NUMBER.fullmatch(value) else None
    if name == "translate":
        return value if value in ("no", "yes", "") else None
    return value


def _undisguised(tag: str, name: str, value: str) -> str | None:
    return _classes(value, disguises=False) if name == "class" else _attribute(tag, name, value)


def _cleaner(attribute: Callable[[str, str, str], str | None]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        attribute_filter=attribute,
        # The links of a stranger's text lend nobody our name, and cannot reach back into our page.
        link_rel="nofollow noopener",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes=_SCHEMES,
        url_relative="deny",
    )


_POSTS = _cleaner(_attribute)
_FIELDS = _cleaner(_undisguised)
_OURS = nh3.Cleaner(
    tags=_TAGS,
    attributes={**_ATTRIBUTES, "a": {*_ATTRIBUTES["a"], "rel", "target"}},
    attribute_filter=_attribute,
    link_rel=None,
    url_schemes=_SCHEMES,
    url_relative="deny",
)


def clean(html: str) -> str:
    """A post's or a profile's text, safe to put into a page."""
    return _POSTS.clean(_bounded(html))


def clean_field(html: str) -> str:
    """A line of a profile. Parts of a link may not hide here: the whole address has to be seen (CVE-2023-36462)."""
    return _FIELDS.clean(_bounded(html))


def clean_own(html: str) -> str:
    """What our own renderer made of a local person's text; the same list, with the link relations it wrote."""
    return _OURS.clean(html)


def plain(html: str) -> str:
    """The words alone, with line breaks; not escaped: it is text now, not HTML."""
    text = html[:MAX_CHARACTERS]
    if "<" in text:
        text = _SILENT.sub("", text)
        text = _ANY_TAG.sub("", _BREAK.sub("\n", text))
    return unescape(text).strip() if "&" in text else text.strip()


def _bounded(html: str) -> str:
    html = html[:MAX_CHARACTERS]
    if html.count("<") > MAX_TAGS:
        return escape(plain(html), quote=False).replace("\n", "<br>")[:MAX_CHARACTERS]
    if "<h" in html or "<H" in html:
        html = _HEADING.sub(_heading, html)
    return html


def _heading(match: re.Match[str]) -> str:
    return "</strong></p>" if match[1] else "<p><strong>"
