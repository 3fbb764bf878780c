"""The lines of a profile: as they are typed, as HTML, and the page whose owner a line says one is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape, unescape

from fedi.activitypub.uris import is_http
from fedi.errors import Unprocessable
from fedi.model.people import ProfileField

FIELDS_MAX = 4
LENGTH_MAX = 255
_URL = re.compile(r"https?://[^\s<>\"']{1,1000}", re.IGNORECASE)
_AFTER_URL = ".,:;!?)"
_PREFIX = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
# Links of a page, in one walk; how long each may be is bounded, so that a hostile page costs no more than its length.
_LINK = re.compile(r"<(?:a|link|area)\s([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-zA-Z-]{1,40})\s{0,20}=\s{0,20}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_LINKS_MAX = 5_000


def build(pairs: Sequence[tuple[str, str]], before: Sequence[ProfileField]) -> tuple[ProfileField, ...]:
    """(name, value) pairs as they were typed, as lines of a profile. What was verified before stays so.

    Raises Unprocessable for too many, too long ones, and values without a name.
    """
    kept = [(name.strip(), value.strip()) for name, value in pairs if name.strip() or value.strip()]
    if len(kept) > FIELDS_MAX:
        raise Unprocessable(public=f"Validation failed: Fields are too many (maximum is {FIELDS_MAX})")
    if any(not name for name, _ in kept):
        raise Unprocessable(public="Validation failed: Fields contains values with missing labels")
    if any(len(text) > LENGTH_MAX for pair in kept for text in pair):
        raise Unprocessable(
            public=f"Validation failed: Fields are too long (maximum is {LENGTH_MAX} characters)"
        )
    verified = {field.source: field.verified_at for field in before}
    return tuple(ProfileField(name, html(value), value, verified.get(value)) for name, value in kept)


def html(value: str) -> str:
    """A value with its addresses as links. They say `me`: those pages may see that one links to them."""
    parts, done = [], 0
    for match in _URL.finditer(value):
        url = match[0].rstrip(_AFTER_URL)
        if not is_http(url):
            continue
        parts += [escape(value[done : match.start()], quote=False), _link(url)]
        done = match.start() + len(url)
    return "".join([*parts, escape(value[done:], quote=False)])


def _link(url: str) -> str:
    start = match.end() if (match := _PREFIX.match(url)) else 0
    return (
        f'<a href="{escape(url)}" target="_blank" rel="nofollow noopener me" translate="no">'
        f'<span class="invisible">{escape(url[:start])}</span><span>{escape(url[start:])}</span></a>'
    )


def page_of(field: ProfileField) -> str | None:
    """The address that a line consists of, if it is nothing else."""
    text = (field.source or "").strip()
    return text if _URL.fullmatch(text) and is_http(text) else None


def links_back(page: str, profiles: set[str]) -> bool:
    """Whether an HTML page has a link with rel="me" to one of the addresses of a profile."""
    wanted = {_normal(profile) for profile in profiles}
    for count, match in enumerate(_LINK.finditer(page)):
        if count >= _LINKS_MAX:
            return False
        found = {
            name.lower(): unescape(double or single or bare)
            for name, double, single, bare in _ATTRIBUTE.findall(match[1])
        }
        if "me" in found.get("rel", "").lower().split() and _normal(found.get("href", "")) in wanted:
            return True
    return False


def _normal(address: str) -> str:
    return address.strip().lower().rstrip("/")
