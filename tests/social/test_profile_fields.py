"""Lines of a profile: as HTML, and the pages that link back."""

from __future__ import annotations

import pytest

from fedi.errors import Unprocessable
from fedi.model.people import ProfileField
from fedi.model.sanitizing import clean_field
from fedi.social.profile_fields import build, html, links_back, page_of

PROFILE = {"https://a.test/@ana", "https://a.test/ap/users/1"}


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("she <her>", "she &lt;her&gt;"),
        ("a & b", "a &amp; b"),
        ('https://x.test/"onclick="alert(1)', '"onclick="alert(1)'),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_values_are_text(typed: str, shown: str) -> None:
    found = html(typed)
    assert found.endswith(shown)
    assert "<script" not in found


def test_addresses_become_links() -> None:
    found = html("me: https://www.ana.test/x?a=1&b=2, and http://b.test.")
    assert 'href="https://www.ana.test/x?a=1&amp;b=2"' in found
    assert 'href="http://b.test"' in found
    assert found.startswith("me: <a ")
    assert found.endswith("</a>.")
    assert 'href="https://www.ana.test/x?a=1&amp;b=2"' in clean_field(found)


def test_what_was_verified_stays_while_it_is_the_same() -> None:
    before = (ProfileField("Site", html("https://x.test/"), "https://x.test/", 5),)
    assert build([("Page", "https://x.test/ ")], before)[0].verified_at == 5
    assert build([("Page", "https://x.test/y")], before)[0].verified_at is None
    with pytest.raises(Unprocessable):
        build([(str(number), "") for number in range(5)], before)


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("https://x.test/", "https://x.test/"),
        ("http://x.test", "http://x.test"),
        ("see https://x.test/", None),
        ("x.test", None),
        ("https:///nothing", None),
        ("ftp://x.test/", None),
    ],
)
def test_a_page_is_all_there_is(typed: str, page: str | None) -> None:
    assert page_of(ProfileField("x", html(typed), typed)) == page


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ('<a rel="me" href="https://a.test/@ana">', True),
        ("<A HREF=https://a.test/@ANA/ REL='nofollow Me'>", True),
        ('<link rel="me" href="https://a.test/ap/users/1">', True),
        ('<a\n  rel="me"\n  href="https://a.test/&#64;ana">', True),
        ('<a rel="menu" href="https://a.test/@ana">', False),
        ('<a rel="me" href="https://a.test/@anabel">', False),
        ('<a rel="me" href="https://a.test.evil.test/@ana">', False),
        ('<p rel="me" href="https://a.test/@ana">', False),
        ('<a rel="me">https://a.test/@ana</a>', False),
        ('<a rel="me" data-href="https://a.test/@ana">', False),
        ("", False),
    ],
)
def test_links_back(markup: str, found: bool) -> None:
    assert links_back(f"<html>{markup}</html>", PROFILE) is found


def test_a_page_of_links_is_read_so_far() -> None:
    link = '<a rel="me" href="https://a.test/@ana">'
    assert links_back("<a x>" * 4_000 + link, PROFILE)
    assert not links_back("<a x>" * 6_000 + link, PROFILE)
    assert not links_back("<a " * 300_000, PROFILE)
    assert not links_back("<a " + "x=" * 500_000, PROFILE)
