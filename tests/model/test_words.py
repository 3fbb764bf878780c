"""Words as they are searched for."""

from __future__ import annotations

import pytest

from fedi.model import words
from fedi.model.posts import Attachment


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Cat's pyjamas", ["the", "cat", "s", "pyjamas"]),
        ("Crème BRÛLÉE", ["creme", "brulee"]),
        ("Straße ﬁve", ["strasse", "five"]),
        ("snake_case #Tag @ana@b.test", ["snake", "case", "tag", "ana", "b", "test"]),
        ("日本語 text", ["日", "本", "語", "text"]),
        ("한국어 좋아", ["한국어", "좋아"]),
        ("हिन्दी", ["हिन्दी"]),
        ("ガ", ["ガ"]),
        ("'\"&|!():* \\", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words.words(text) == found


def test_a_text_has_only_so_many_words_and_none_is_endless() -> None:
    assert len(words.words("a " * 10_000)) == words.WORDS_MAX
    assert len(words.words("x" * 10_000)[0]) == 60


def test_a_post_is_found_by_all_that_it_says_and_shows() -> None:
    picture = Attachment(id="1", type="image", url="https://a.test/1.png", description="A heron")
    found = words.of_post("Title", "warning", "<p>Some <b>text</b></p>", (picture,), ("Yes", "No"))
    assert found == ["title", "warning", "some", "text", "yes", "no", "a", "heron"]


def test_what_a_post_has() -> None:
    picture = Attachment(id="1", type="image", url="https://a.test/1.png")
    sound = Attachment(id="2", type="audio", url="https://a.test/1.mp3")
    assert words.traits("<p>x</p>", ()) == 0
    assert words.traits("", (picture,)) == words.MEDIA | words.IMAGE
    assert words.traits("", (sound,)) == words.MEDIA | words.AUDIO
    people = (
        '<a href="https://b.test/@bo" class="u-url mention">@bo</a> <a class="hashtag" href="/tags/x">#x</a>'
    )
    assert words.traits(people, ()) == 0
    assert words.traits(people + '<a href="https://news.test/">news</a>', ()) == words.LINK
