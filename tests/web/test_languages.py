"""Languages: which one a reader gets, and that every catalogue has every sentence."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from fedi.store.store import Store
from fedi.web import formats, rendering
from fedi.web.languages import LANGUAGES, LOCALES, choose, translations
from fedi.web.words import plural, titled
from tests.support.face import make_face

TEMPLATES = Path(rendering.__file__).parent / "templates"
_PLACE = re.compile(r"%\(\w+\)s")


def sentences() -> Iterator[tuple[str, ...]]:
    """(singular,) or (singular, plural) of every sentence in the templates."""
    for path in sorted(TEMPLATES.iterdir()):
        functions = ("_", "gettext", "ngettext")
        for _, function, message, _ in babel_extract(io.BytesIO(path.read_bytes()), functions, (), {}):
            parts = [message] if isinstance(message, str) else [one for one in message if one is not None]
            yield tuple(parts[: 2 if function == "ngettext" else 1])


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_a_catalogue_has_every_sentence_and_no_other(language: str) -> None:
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    wanted = set(sentences())
    assert {tuple(one.id) if one.pluralizable else (one.id,) for one in catalogue if one.id} == wanted
    for message in catalogue:
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        given = message.string if isinstance(message.string, tuple | list) else (message.string,)
        source = message.id[-1] if message.pluralizable else message.id
        for text in given:
            assert text.strip(), message.id
            assert set(_PLACE.findall(text)) - {"%(num)s"} == set(_PLACE.findall(str(source))) - {"%(num)s"}


def test_there_is_no_catalogue_that_is_not_offered() -> None:
    assert {path.name for path in LOCALES.iterdir()} | {"en"} == set(LANGUAGES)


@pytest.mark.parametrize(
    ("asked", "cookie", "accept", "preferred", "found"),
    [
        (None, None, "", ("en",), "en"),
        (None, None, "", ("fr", "en"), "fr"),
        (None, None, "fr-CA,fr;q=0.9,en;q=0.8", ("en",), "fr"),
        (None, None, "de,en;q=0.5,fr;q=0.7", ("en",), "fr"),
        (None, None, "fr;q=0,en;q=0.1", ("fr",), "en"),
        (None, None, "de, *;q=0.5", ("fr",), "fr"),
        (None, "fr", "en", ("en",), "fr"),
        ("en", "fr", "fr", ("fr",), "en"),
        ("xx", "yy", "zz;q=9", ("qq",), "en"),
        (None, None, "\x00,,;q=,fr;q=1.0001," + "x" * 5000, ("en",), "en"),
    ],
)
def test_the_reader_decides(
    asked: str | None, cookie: str | None, accept: str, preferred: tuple[str, ...], found: str
) -> None:
    assert choose(asked, cookie, accept, preferred) == found


async def test_a_choice_is_remembered(store: Store) -> None:
    face = await make_face(store)
    response = await face.browse("/about?lang=fr")
    assert '<html lang="fr"' in await response.get_data(as_text=True)
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("lang=fr;")
    for part in ("Secure", "HttpOnly", "SameSite=Lax"):
        assert part in cookie
    assert response.headers["Cache-Control"] == "no-store"
    again = await face.browse("/about")
    assert "À propos" in await again.get_data(as_text=True)
    assert "Cookie" in again.headers["Vary"]


def test_plurals_follow_the_language() -> None:
    french = translations("fr")
    assert french.ngettext("follower", "followers", 0) == "abonné"
    assert french.ngettext("follower", "followers", 2) == "abonnés"


def test_times_and_numbers() -> None:
    now = 1_795_341_600_000  # 2026-11-22T10:00:00Z
    assert formats.short_time(now - 30_000, now, "en") == "1m"
    assert formats.short_time(now - 5 * 3_600_000, now, "en") == "5h"
    assert formats.short_time(now - 3 * 86_400_000, now, "en") == "Nov 19"
    assert formats.short_time(now - 400 * 86_400_000, now, "fr") == "18 oct. 2025"
    assert formats.short_time(now + 60_000, now, "en") == "Nov 22"
    assert formats.number(1234, "en") == "1,234"
    assert formats.number(89_000_000, "en") == "89M"
    assert formats.iso_seconds(now) == "2026-11-22T10:00:00Z"


@pytest.mark.parametrize(
    ("one", "many"),
    [("truth", "truths"), ("story", "stories"), ("toy", "toys"), ("wish", "wishes"), ("x", "xes")],
)
def test_words_have_plurals(one: str, many: str) -> None:
    assert plural(one) == many
    assert titled(one)[0].isupper()
