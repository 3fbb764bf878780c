"""What is typed into a search box."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fedi.social.search_words import read

DAY = 86_400_000


def ms(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp() * 1000)


def test_words_phrases_and_exclusions() -> None:
    query = read('Cats "black Dogs" -rain -"blue sky" foo-bar +sun').query
    assert query.wanted == (["cats"], ["black", "dogs"], ["foo", "bar"], ["sun"])
    assert query.unwanted == (["rain"], ["blue", "sky"])


def test_operators() -> None:
    asked = read(
        "from:@Ana@B.test -from:me has:images -has:poll is:reply -is:sensitive in:library language:PT"
    )
    assert (asked.authors, asked.not_authors) == (("ana@b.test",), ("me",))
    assert asked.query.traits == (("image", True), ("poll", False), ("reply", True), ("sensitive", False))
    assert (asked.query.scope, asked.query.language) == ("library", "pt")
    assert read("-language:en").query.not_language == "en"
    assert asked.query.wanted == ()


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("before:2024-02-29", None, ms(2024, 2, 29)),
        ("after:2024-02-29", ms(2024, 3, 1), None),
        ("during:2024-02-29", ms(2024, 2, 29), ms(2024, 3, 1)),
        ("-before:2024-02-29", ms(2024, 2, 29), None),
        ("-after:2024-02-29", None, ms(2024, 3, 1)),
        ("after:2024-01-01 before:2024-02-01", ms(2024, 1, 2), ms(2024, 2, 1)),
    ],
)
def test_days(text: str, since: int | None, until: int | None) -> None:
    query = read(text).query
    assert (query.since, query.until) == (since, until)


def test_what_is_no_operator_is_words() -> None:
    assert read("note:this has:feet before:tomorrow during:2024-13-45 is:x").query.wanted == (
        ["note", "this"],
        ["has", "feet"],
        ["before", "tomorrow"],
        ["during", "2024", "13", "45"],
        ["is", "x"],
    )


@pytest.mark.parametrize("text", ["", "  ", '"', "!!!", "-", "in:library", ":"])
def test_nothing_is_asked(text: str) -> None:
    assert read(text).is_empty


def test_much_is_cut() -> None:
    assert len(read("a " * 1000).query.wanted) == 40
