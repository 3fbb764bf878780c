"""Remote posts of every kind, cut down to what is kept."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from fedi.activitypub import types
from fedi.social.sanitizing import ATTACHMENTS_MAX, Contents, contents, is_blurhash

URI = "https://b.test/notes/1"
LINK = '<p><a href="https://b.test/w/1" target="_blank" rel="nofollow noopener">https://b.test/w/1</a></p>'


def read(**values: Any) -> Contents:
    numbers = itertools.count(1)
    post = types.Post(
        **{"id": URI, "attributed_to": "https://b.test/users/bo", "url": "https://b.test/w/1", **values}
    )
    return contents(post, lambda: next(numbers))


def test_a_note_is_kept_in_full() -> None:
    kept = read(content="<p>x<script>y</script></p>", summary="a <b>&amp; b</b>", name="T")
    assert (kept.content, kept.summary, kept.title, kept.sensitive) == ("<p>x</p>", "a & b", "T", True)


@pytest.mark.parametrize("kind", ["Article", "Page", "Event", "Video", "Audio", "Image"])
def test_other_kinds_are_title_summary_and_link(kind: str) -> None:
    kept = read(type=kind, name="A <i>T</i> & x", summary="<p>short</p>", content="<p>long</p>")
    assert kept.content == f"<p><strong>A T &amp; x</strong></p><p>short</p>{LINK}"
    assert (kept.summary, kept.sensitive) == ("", False)
    assert read(type=kind, content="<p>long</p>").content == f"<p>long</p>{LINK}"
    warned = read(type=kind, name="T", summary="blood", sensitive=True)
    assert (warned.summary, warned.sensitive) == ("blood", True)


def test_the_markdown_of_peertube_is_rendered_and_cleaned() -> None:
    kept = read(
        type="Video",
        name="V",
        content="**b** <script>x</script> [l](javascript:x)",
        media_type="text/markdown",
    )
    assert kept.content.startswith("<p><strong>V</strong></p><p><strong>b</strong> &lt;script&gt;")
    assert read(content="a <b>\nc", media_type="text/plain").content == "<p>a &lt;b&gt;<br>c</p>"


@pytest.mark.parametrize(
    ("content_map", "language"),
    [
        ((("de", "x"),), "de"),
        ((("pt-BR", "x"), ("en", "y")), "pt-BR"),
        ((("und", "x"),), None),
        ((("not a language", "x"),), None),
        ((), None),
    ],
)
def test_the_language_is_that_of_the_content(
    content_map: tuple[tuple[str, str], ...], language: str | None
) -> None:
    assert read(content="x", content_map=content_map).language == language
    assert read(content_map=content_map).content == ("x" if content_map else "")


@pytest.mark.parametrize(
    ("kind", "media_type", "expected"),
    [
        ("Document", "image/png", "image"),
        ("Document", "video/mp4", "video"),
        ("Image", None, "image"),
        ("Audio", None, "audio"),
        ("Document", None, "unknown"),
        ("Image", "application/pdf", "unknown"),
        ("Document", "text/html", "unknown"),
    ],
)
def test_attachments_are_what_their_media_type_says(kind: str, media_type: str | None, expected: str) -> None:
    media = types.Media(type=kind, url="https://b.test/f", media_type=media_type, name="alt" * 9_000)
    [kept] = read(content="x", attachments=(media,)).attachments
    assert (kept.id, kept.type, kept.url) == ("1", expected, media.url)
    assert len(kept.description or "") == 10_000


def test_attachments_and_tags_are_capped() -> None:
    media = tuple(types.Media(url=f"https://b.test/{number}") for number in range(40))
    tags = (
        *(types.Hashtag(name=f"#T{number}") for number in range(200)),
        types.Hashtag(name="#with space"),
        *(types.Emoji(name=f":e{number}:", url="https://b.test/e.png") for number in range(200)),
        types.Emoji(name=":<x>:", url="https://b.test/e.png"),
    )
    kept = read(content="x", attachments=media, tags=tags)
    assert len(kept.attachments) == ATTACHMENTS_MAX
    assert kept.tags[:2] == ("t0", "t1")
    assert (len(kept.tags), len(kept.emojis)) == (64, 64)
    assert "with space" not in kept.tags
    assert kept.emojis[0].shortcode == "e0"


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("LEHV6nWB2yk8pyo0adR*.7kCMdnj", True),
        ("LEHV6nWB2yk8", False),
        ("~" + "0" * 170, False),
        ('LEHV6nWB2yk8pyo0adR*.7kCMd"j', False),
        ("", False),
    ],
)
def test_blurhashes(text: str, valid: bool) -> None:
    assert is_blurhash(text) is valid


def test_a_link_that_is_no_address_is_not_shown() -> None:
    assert read(type="Page", name="T", url="javascript:alert(1)").content == "<p><strong>T</strong></p>"
