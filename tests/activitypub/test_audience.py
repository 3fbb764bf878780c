"""Visibility on the wire and in the API."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi.activitypub.audience import Visibility, address, visibility
from fedi.activitypub.types import PUBLIC

FOLLOWERS = "https://a.test/ap/users/1/followers"
BO = "https://b.test/bo"
mentions = st.lists(st.builds(lambda name: f"https://b.test/{name}", st.text("abc", min_size=1)), max_size=4)


@pytest.mark.parametrize(
    ("to", "cc", "expected"),
    [
        ((PUBLIC,), (FOLLOWERS,), "public"),
        ((PUBLIC,), (), "public"),
        ((PUBLIC, FOLLOWERS), (PUBLIC,), "public"),
        ((FOLLOWERS,), (PUBLIC,), "unlisted"),
        ((), (PUBLIC,), "unlisted"),
        ((FOLLOWERS,), (BO,), "private"),
        ((BO,), (FOLLOWERS,), "private"),
        ((BO,), (), "direct"),
        ((), (), "direct"),
        (("https://other.test/followers",), (BO,), "direct"),
    ],
)
def test_visibility(to: tuple[str, ...], cc: tuple[str, ...], expected: Visibility) -> None:
    assert visibility(to, cc, FOLLOWERS) == expected


def test_without_known_followers_what_is_not_public_is_direct() -> None:
    assert visibility((FOLLOWERS,), (), None) == "direct"
    assert visibility((FOLLOWERS,), (PUBLIC,), None) == "unlisted"


@given(st.sampled_from(["public", "unlisted", "private", "direct"]), mentions)
def test_address_and_visibility_are_inverse(word: Visibility, named: list[str]) -> None:
    to, cc = address(word, followers=FOLLOWERS, mentions=named)
    assert visibility(to, cc, FOLLOWERS) == word
    assert set(named) <= {*to, *cc}
    assert len({*to, *cc}) == len(to) + len(cc)


def test_a_direct_post_reaches_nobody_else() -> None:
    assert address("direct", followers=FOLLOWERS, mentions=[BO, BO]) == ((BO,), ())
