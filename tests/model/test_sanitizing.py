"""The allow-list of PROTOCOL section 8.7, and the advisories behind it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi.model.sanitizing import MAX_CHARACTERS, clean, clean_field, clean_own, plain

ALLOWED = set("p br span a del s pre blockquote code b strong u i em ul ol li ruby rt rp".split())  # noqa: SIM905
REL = 'target="_blank" rel="nofollow noopener"'


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>a<br>b</p>", "<p>a<br>b</p>"),
        ("<h1>T</h1><p>x</p>", "<p><strong>T</strong></p><p>x</p>"),
        ('<H3 class="x">T</H3>', "<p><strong>T</strong></p>"),
        ("<div><section>x</section></div>", "x"),
        ("<script>x</script><style>y</style>z", "z"),
        ("<!-- c -->z", "z"),
        ('<a href="https://x.test/" onclick="y" style="z">l</a>', f'<a href="https://x.test/" {REL}>l</a>'),
        ('<a href="magnet:?xt=1" rel="me opener" target="top">l</a>', f'<a href="magnet:?xt=1" {REL}>l</a>'),
        ('<ol start="3" reversed><li value="x">a</li></ol>', '<ol start="3" reversed=""><li>a</li></ol>'),
        (
            '<span class="h-card x-y mention evil invisible" translate="no">x</span>',
            '<span class="h-card mention invisible" translate="no">x</span>',
        ),
        ("<ruby>a<rp>(</rp><rt>b</rt></ruby>", "<ruby>a<rp>(</rp><rt>b</rt></ruby>"),
        ("a < b & c", "a &lt; b &amp; c"),
    ],
)
def test_the_list(html: str, kept: str) -> None:
    assert clean(html) == kept
    assert clean(kept) == kept


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "&#106;avascript:alert(1)",
        "data:text/html,<script>x</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "mailto:a@b.test",
        "//evil.test/",
        "/settings/delete",
        "?x",
    ],
)
def test_ghsa_x2rc_v5wx_g3m5_only_known_schemes_and_whole_addresses(url: str) -> None:
    assert clean(f'<a href="{url}">x</a>') == f"<a {REL}>x</a>"


@pytest.mark.parametrize(
    "html",
    [
        '<iframe src="https://evil.test"></iframe>',
        '<img src=x onerror="alert(1)">',
        "<svg><script>alert(1)</script></svg>",
        '<svg><style><img src=x onerror="alert(1)"></style></svg>',
        '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
        '<form action="https://evil.test"><input type="submit"></form>',
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
        '<object data="x"></object><embed src="x"><video src="x"></video>',
        '<a href="https://x.test" class="&quot; onmouseover=&quot;alert(1)">x</a>',
        "<template><script>alert(1)</script></template>",
    ],
)
def test_cve_2023_36459_nothing_that_runs_or_loads(html: str) -> None:
    cleaned = clean(html)
    assert "<script" not in cleaned
    for tag in ("iframe", "img", "svg", "math", "form", "object", "embed", "video", "style"):
        assert f"<{tag}" not in cleaned
    assert not any(name.startswith("on") for name in _attributes(cleaned))


def test_cve_2023_36462_a_profile_link_hides_no_part_of_itself() -> None:
    html = (
        '<a href="https://evil.test/?good.test"><span class="invisible">https://evil.test/?</span>'
        '<span class="ellipsis mention">good.test</span></a>'
    )
    kept = clean_field(html)
    assert "invisible" not in kept
    assert "ellipsis" not in kept
    assert 'class="mention"' in kept


@pytest.mark.parametrize("html", ["<div>" * 50_000, "<b>" * 50_000, "<a href=x>" * 30_000, "<p " * 50_000])
def test_a_nesting_bomb_loses_its_markup_and_keeps_its_words(html: str) -> None:
    kept = clean(html[: MAX_CHARACTERS - 10] + "word")
    assert len(kept) <= MAX_CHARACTERS
    assert kept.count("<") < 100


def test_what_is_too_long_is_cut() -> None:
    assert len(clean("x" * 2 * MAX_CHARACTERS)) == MAX_CHARACTERS


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b<br/>c</p>", "a\nb\nc"),
        ("I &lt;3 you &amp; 1 < 2", "I <3 you & 1 < 2"),
        ("<script>x</script>y<style>z", "y"),
        ("  plain  ", "plain"),
    ],
)
def test_plain_text(html: str, text: str) -> None:
    assert plain(html) == text


def test_our_own_links_keep_what_they_say_of_themselves() -> None:
    html = '<a href="https://a.test/tags/x" class="mention hashtag" rel="tag">#<span>x</span></a>'
    assert clean_own(html) == html


class _Names(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]


def _attributes(html: str) -> set[str]:
    names = _Names()
    names.feed(html)
    return names.attributes


_PIECES = st.sampled_from(
    ["<", ">", '"', "'", "/", "=", " ", "a", "href", "class", "javascript:", "script", "svg", "style", "p",
     "<a href=", "<p>", "</p>", "<script>", "onerror=", "&lt;", "&#x3c;", "<!--", "-->", "\0", "https://x.test"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=40).map("".join))
def test_whatever_comes_only_the_list_is_left(html: str) -> None:
    for cleaner in (clean, clean_field):
        names = _Names()
        names.feed(cleaner(html))
        assert names.tags <= ALLOWED
        assert names.attributes <= {
            "href",
            "class",
            "translate",
            "start",
            "reversed",
            "value",
            "rel",
            "target",
        }
        assert all(link is None or not link.lower().strip().startswith("javascript") for link in names.links)
        assert cleaner(cleaner(html)) == cleaner(html)
