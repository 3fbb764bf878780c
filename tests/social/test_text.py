"""What local people type: counted, and rendered as Mastodon's markup."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi.activitypub.uris import Addresses
from fedi.errors import Unprocessable
from fedi.model.people import Account
from fedi.model.sanitizing import clean_own
from fedi.social import text

HERE = Addresses("https://a.test")
BO = Account(
    id=2,
    uri="https://b.test/users/bo",
    host_id=1,
    username="bo",
    domain="b.test",
    handle="bo@b.test",
    url="https://b.test/@bo",
    inbox="https://b.test/users/bo/inbox",
    created_at=0,
)
ANA = Account(
    id=1,
    uri="https://a.test/ap/users/1",
    domain_id=1,
    username="ana",
    domain="a.test",
    handle="ana@a.test",
    url="https://a.test/@ana",
    inbox="https://a.test/ap/users/1/inbox",
    created_at=0,
)
PEOPLE = {"ana": ANA, "bo@b.test": BO, "dev@127.0.0.1:8421": BO}


def html(source: str) -> str:
    return text.render(source, PEOPLE, HERE).html


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("hello", "<p>hello</p>"),
        ("a\nb\n\nc", "<p>a<br>b</p><p>c</p>"),
        ("**b** *i* ~~s~~ `c`", "<p><strong>b</strong> <em>i</em> <s>s</s> <code>c</code></p>"),
        ("# T", "<p><strong>T</strong></p>"),
        ("> q", "<blockquote><p>q</p></blockquote>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("<b>no</b> &amp;", "<p>&lt;b&gt;no&lt;/b&gt; &amp;</p>"),
        ("![p](https://x.test/p.png)", None),
        ("---", "<p>---</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("example.org a@b.org", "<p>example.org a@b.org</p>"),
    ],
)
def test_markdown(source: str, expected: str | None) -> None:
    found = html(source)
    assert "<img" not in found
    assert expected is None or found == expected


def test_mentions_are_marked_up_as_others_know_them() -> None:
    found = text.render("@ana, @Bo@B.test! @nobody @ana", PEOPLE, HERE)
    assert (
        '<span class="h-card" translate="no"><a href="https://b.test/@bo" class="u-url mention">'
        "@<span>bo</span></a></span>" in found.html
    )
    assert "@nobody" in found.html
    assert [account.id for account in found.mentions] == [1, 2]


def test_hashtags_are_marked_up_and_filed() -> None:
    found = text.render("#One #one #ünï_code #123 a#no https://x.test/#no", PEOPLE, HERE)
    assert found.tags == ("one", "ünï_code")
    assert (
        '<a href="https://a.test/tags/one" class="mention hashtag" rel="tag">#<span>One</span></a>'
        in found.html
    )
    assert "https://a.test/tags/%C3%BCn%C3%AF_code" in found.html


def test_addresses_are_links_shown_shortened() -> None:
    assert html("https://www.example.org/a/very/long/path/that/goes/on") == (
        '<p><a href="https://www.example.org/a/very/long/path/that/goes/on" target="_blank" '
        'rel="nofollow noopener" translate="no"><span class="invisible">https://www.</span>'
        '<span class="ellipsis">example.org/a/very/long/path/t</span>'
        '<span class="invisible">hat/goes/on</span></a></p>'
    )
    assert "@ana" in html("https://x.test/@ana/1")
    assert "u-url" not in html("https://x.test/@ana/1")


@pytest.mark.parametrize(
    "source", ["`@ana #x`", "```\n@ana #x\n```", "[@ana #x](https://x.test)", "mail@ana"]
)
def test_nothing_is_marked_up_in_code_links_and_words(source: str) -> None:
    found = text.render(source, PEOPLE, HERE)
    assert found.mentions == ()
    assert found.tags == ()


def test_handles_are_found_as_they_will_be_rendered() -> None:
    source = "@ana @Bo@b.test @zoe@c.test. `@code` mail@host.test https://x.test/@url @dev@127.0.0.1:8421"
    assert text.find_handles(source) == ["ana", "bo@b.test", "zoe@c.test", "dev@127.0.0.1:8421"]


@pytest.mark.parametrize(
    ("source", "length"),
    [
        ("hello", 5),
        ("https://example.org/" + "x" * 200, 23),
        ("(https://example.org/).", 26),
        ("@bo@a-very-long.domain.test hi", 6),
        ("👨‍👩‍👧‍👦🇩🇪👍🏽é", 4),
        ("e\u0301", 1),
        ("日本語", 3),
    ],
)
def test_characters_are_counted_as_mastodon_does(source: str, length: int) -> None:
    assert text.count(source) == length


def test_the_limit_counts_the_warning_too() -> None:
    text.check("x" * 6, "y" * 4, 10)
    text.check("", "", 10, may_be_empty=True)
    for source, summary in (("x" * 7, "y" * 4), ("", ""), (" \n", "y"), ("https://x.test/" + "x" * 500, "")):
        with pytest.raises(Unprocessable):
            text.check(source, summary, 10)


@pytest.mark.parametrize("bomb", ["[" * 20_000, "*a " * 7_000, "> " * 9_000, "@a" * 9_000, "#a" * 9_000])
def test_a_bomb_is_rendered_without_blowing_up(bomb: str) -> None:
    assert html(bomb)


@given(st.text(alphabet="<>&\"'*_`~[]()@#ab:/.\n- !\\", max_size=60))
def test_whatever_is_typed_the_result_is_clean(source: str) -> None:
    found = html(source)
    assert clean_own(found) == found
