"""Hosts in normal form, and our own addresses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi.activitypub.uris import Addresses, host_of, is_http, is_on, plain_uri, same_origin
from fedi.errors import Malformed

HERE = Addresses("https://social.example.org")


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("https://a.test/users/1", "a.test"),
        ("https://A.TEST", "a.test"),
        ("https://a.test.", "a.test"),
        ("https://a.test:443/", "a.test"),
        ("http://a.test:80?x", "a.test"),
        ("http://a.test:443/", "a.test:443"),
        ("https://a.test:8443#x", "a.test:8443"),
        ("https://a.test:/", "a.test"),
        ("https://a.test:0443/", "a.test:443"),
        ("HTTPS://Bücher.Test/é", "xn--bcher-kva.test"),
        ("https://xn--bcher-kva.test/", "xn--bcher-kva.test"),
        ("https://faß.test/", "xn--fa-hia.test"),
        ("https://a_b.test/", "a_b.test"),
        ("http://127.0.0.1:8421/ap", "127.0.0.1:8421"),
        ("http://[::1]:8421/ap", "[::1]:8421"),
        ("https://a。test/", "a.test"),
    ],
)
def test_cve_2023_42451_hosts_have_one_form(uri: str, host: str) -> None:
    assert host_of(uri) == host
    assert is_on(host, uri)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "a.test",
        "acct:bo@a.test",
        "ftp://a.test/",
        "https:///path",
        "https://user@a.test/",
        "https://a.test@evil.test/",
        "https://a.test\\@evil.test/",
        "https://a.test /x",
        "https://a.test/\n",
        "https://a..test/",
        "https://.test/",
        "https://a.test:99999999/",
        "https://a%2etest/",
        "https://[::1/",
        "https://[zz]/",
        "https://ü:80:80/",
        "https://" + "a" * 300 + "/",
        "https://" + "ü" * 300 + "/",
        "https://a.test/" + "x" * 3000,
        "https://\ud800.test/",
        "https://a\u0338.test/" + "\0",
    ],
)
def test_what_is_no_host_is_malformed(uri: str) -> None:
    with pytest.raises(Malformed):
        host_of(uri)
    assert not same_origin(uri, uri)
    assert not is_on("a.test", uri)


def test_same_origin() -> None:
    assert same_origin("https://a.test/1", "https://A.test.:443/2")
    assert same_origin("https://a.test", "https://a.test/2")
    assert not same_origin("https://a.test/1", "https://b.test/1")
    assert not same_origin("https://a.test/1", "https://a.test:8443/1")
    assert not same_origin("https://a.test/1", "https://a.test.evil.test/1")
    assert not same_origin("https://a.test/1", "not a uri")


@given(st.text())
def test_any_text_has_a_host_or_is_malformed(text: str) -> None:
    for uri in (text, f"https://{text}", f"https://a.test/{text}"):
        try:
            assert host_of(uri) == host_of(f"https://{host_of(uri)}/") or ":" in host_of(uri)
        except Malformed:
            assert not same_origin(uri, uri)


@given(st.text('ab:/?#.@[]\\ <>"é%\n-_', max_size=12).map(lambda rest: f"https://{rest}"))
def test_the_quick_pattern_takes_nothing_that_the_full_one_refuses(uri: str) -> None:
    assert is_http(uri) or not plain_uri(uri)


LOCAL: dict[str, Callable[[int], str]] = {
    "user": HERE.actor,
    "inbox": HERE.inbox,
    "outbox": HERE.outbox,
    "followers": HERE.followers,
    "following": HERE.following,
    "featured": HERE.featured,
    "post": HERE.post,
    "replies": HERE.replies,
    "likes": HERE.likes,
    "shares": HERE.shares,
    "create": HERE.create,
    "activity": HERE.activity,
    "context": HERE.context,
}


@given(st.sampled_from(sorted(LOCAL)), st.integers(1, 2**63 - 1))
def test_local_id_undoes_every_address(kind: str, number: int) -> None:
    uri = LOCAL[kind](number)
    assert HERE.local_id(uri) == (kind, number)
    assert HERE.local_id(uri.replace("social.example.org", "Social.Example.org.")) == (kind, number)
    assert Addresses("https://other.example.org").local_id(uri) is None


def test_local_ids_of_keys() -> None:
    assert HERE.local_id(HERE.rsa_key(HERE.actor(7))) == ("key", 7)
    assert HERE.local_id(HERE.ed25519_key(HERE.actor(7))) == ("key", 7)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/actor",
        "/ap/users/",
        "/ap/users/0",
        "/ap/users/01",
        "/ap/users/-1",
        "/ap/users/x",
        "/ap/users/1/",
        "/ap/users/1/x",
        "/ap/users/1/inbox#main-key",
        "/ap/posts/1#main-key",
        "/ap/posts/1/inbox",
        "/ap/activities/1/activity",
        "/ap/contexts/1/replies",
        "/ap/users/9223372036854775808",
        "/ap/users/99999999999999999999",
        "/ap/users/١",
        "/ap/users/1?x",
        ".evil.test/ap/users/1",
        "@evil.test/ap/users/1",
        ":8443/ap/users/1",
    ],
)
def test_what_is_no_local_id(path: str) -> None:
    assert HERE.local_id(f"https://social.example.org{path}") is None


def test_pages() -> None:
    assert HERE.local_page(HERE.profile_page("ana")) == ("ana", None)
    assert HERE.local_page(HERE.post_page("ana", 12)) == ("ana", 12)
    assert HERE.local_page("https://social.example.org/@ana/with_replies") is None
    assert HERE.local_page("https://social.example.org/@ana/99999999999999999999") is None
    assert HERE.local_page("https://other.example.org/@ana") is None
    assert HERE.tag_page("cats") == "https://social.example.org/tags/cats"


def test_the_addresses_of_the_server_itself() -> None:
    assert HERE.instance_actor == "https://social.example.org/actor"
    assert HERE.instance_inbox == "https://social.example.org/actor/inbox"
    assert HERE.instance_outbox == "https://social.example.org/actor/outbox"
    assert HERE.shared_inbox == "https://social.example.org/inbox"


def test_a_domain_may_have_a_port() -> None:
    lab = Addresses("http://127.0.0.1:8421")
    assert lab.local_id(lab.post(5)) == ("post", 5)
    assert lab.local_id("http://127.0.0.1:8422/ap/posts/5") is None
