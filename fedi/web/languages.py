"""Languages of the pages: catalogues read as they are written (.po), and the choice among them."""

from __future__ import annotations

import gettext
import re
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from fedi.later import later

if TYPE_CHECKING:
    from babel.messages import mofile, pofile
else:
    mofile = later("babel.messages.mofile")
    pofile = later("babel.messages.pofile")

LANGUAGES = {"en": "English", "fr": "Français"}
"""What there are catalogues for, each by its own name. The sentences in templates are the English ones."""
LOCALES = Path(__file__).parent / "locales"
COOKIE = "lang"
_RANGE = re.compile(r"([A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,30})?(?:\s*;\s*q=([01](?:\.\d{0,3})?))?")
_RANGES = 20


@lru_cache(maxsize=8)
def translations(language: str) -> gettext.NullTranslations:
    """The sentences in one of LANGUAGES."""
    path = LOCALES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        catalogue = pofile.read_po(file, locale=language)
    compiled = BytesIO()
    mofile.write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def choose(asked: str | None, cookie: str | None, accept: str, preferred: Sequence[str]) -> str:
    """The language of a page: the one asked for, the one chosen before, the reader's, or the server's own."""
    for candidate in (asked, cookie, *_accepted(accept), *preferred):
        if candidate and (found := candidate.partition("-")[0].lower()) in LANGUAGES:
            return found
    return "en"


@lru_cache(maxsize=512)
def _accepted(accept: str) -> tuple[str, ...]:
    """The languages of an Accept-Language header (RFC 9110 section 12.5.4), the most wanted first."""
    found: list[tuple[float, str]] = []
    for part in accept[:1000].split(",")[:_RANGES]:
        match = _RANGE.fullmatch(part.strip())
        if match and (weight := float(match[2] or 1)) > 0:
            found.append((-weight, match[1]))
    return tuple(language for _, language in sorted(found, key=lambda one: one[0]))
