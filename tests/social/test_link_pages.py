"""What pages say of themselves; hostile ones cost little and show nothing of theirs."""

from __future__ import annotations

import orjson
import pytest

from fedi.social import link_pages
from fedi.social.previewing import first_link

URL = "https://news.test/a"


def test_open_graph_and_the_rest() -> None:
    page = link_pages.read(
        b"""<!doctype html><html lang="fr"><head><title> Plain &amp; simple </title>
        <meta property="og:title" content="A &quot;title&quot;"><meta name='description' content='said &lt;b&gt;'>
        <meta property="og:image" content="/pic.png"><meta property="og:image:width" content="640">
        <meta name="author" content="Ana"><meta property="article:published_time" content="2026-01-02T03:04:05Z">
        <link rel="alternate" type="application/json+oembed" href="/oembed?x=1"></head>""",
        "text/html; charset=utf-8",
        URL,
    )
    assert (page.title, page.description, page.author) == ('A "title"', "said <b>", "Ana")
    assert (page.image, page.width, page.language) == ("https://news.test/pic.png", 640, "fr")
    assert page.oembed == "https://news.test/oembed?x=1"


@pytest.mark.parametrize(
    ("body", "kind", "title"),
    [
        ("<title>caf\xe9</title>".encode("latin-1"), "text/html; charset=iso-8859-1", "caf\xe9"),
        ("<meta charset=windows-1252><title>\x80</title>".encode("latin-1"), "text/html", "\u20ac"),
        (b"<title>x\xff</title>", "text/html; charset=nonsense", "x\ufffd"),
        (b"<title>x</title>", "text/html; charset=zlib", "x"),
        (b"", "text/html", ""),
    ],
)
def test_any_coding(body: bytes, kind: str, title: str) -> None:
    assert link_pages.read(body, kind, URL).title == title


@pytest.mark.parametrize(
    "body",
    [
        b"<meta " * 80_000,
        b'<meta content="' * 40_000,
        b"<title>" * 80_000,
        b"<meta a=" + b"'" * 500_000,
        b"<html lang=" + b"x" * 500_000,
    ],
)
def test_hostile_pages_end(body: bytes) -> None:
    assert link_pages.read(body, "text/html", URL).image is None


def test_addresses_that_are_none_are_left_out() -> None:
    page = link_pages.read(
        b'<title>x</title><meta property="og:image" content="javascript:alert(1)">'
        b'<link type="application/json+oembed" href="file:///etc/passwd">',
        "text/html",
        URL,
    )
    assert (page.image, page.oembed) == (None, None)


def oembed(**values: object) -> link_pages.Embed | None:
    return link_pages.read_oembed(orjson.dumps({"version": "1.0", **values}), URL)


def test_an_embed_is_written_anew() -> None:
    found = oembed(
        type="video",
        width=640,
        height="360",
        html='<script>x()</script><iframe onload="x()" src="https://v.test/1?a=1&amp;b=2"></iframe>',
    )
    assert found is not None
    assert (found.type, found.embed_url, found.height) == ("video", "https://v.test/1?a=1&b=2", 360)
    assert "script>" not in found.html
    assert "onload" not in found.html
    assert 'src="https://v.test/1?a=1&amp;b=2"' in found.html


def test_embeds_that_show_nothing_are_links() -> None:
    """CVE-2023-36459: nothing of what oEmbed sends as HTML is shown."""
    for html in ("<b>x</b>", '<iframe src="javascript:x()">', '<iframe src="http://v.test/">', ""):
        found = oembed(type="rich", html=html)
        assert found is not None
        assert (found.type, found.html, found.embed_url) == ("link", "", "")
    photo = oembed(type="photo", url="https://v.test/p.png")
    assert photo is not None
    assert (photo.type, photo.image) == ("photo", "https://v.test/p.png")
    assert oembed(type="other") is None
    assert link_pages.read_oembed(b"[" * 100_000, URL) is None
    assert link_pages.read_oembed(b"[]", URL) is None


@pytest.mark.parametrize(
    ("html", "link"),
    [
        ("<p>hi</p>", None),
        ('<p><a class="u-url mention" href="https://b.test/@bo">@bo</a></p>', None),
        ('<p><a class="mention hashtag" rel="tag" href="https://a.test/tags/x">#x</a></p>', None),
        ('<p><a href="https://b.test/@bo" class="mention">@bo</a> <a href="https://n.test/?a=1&amp;b=2">n</a></p>', "https://n.test/?a=1&b=2"),
        ('<p><a href="gemini://n.test/">n</a></p>', None),
    ],
)  # fmt: skip
def test_the_first_link(html: str, link: str | None) -> None:
    assert first_link(html) == link
