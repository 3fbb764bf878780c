"""Addresses of other servers: what is refused at once, and the one spelling of the rest."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from fedi.activitypub import keys, signatures
from fedi.errors import AddressRefused, RemoteInvalid
from fedi.net.guard import Guard
from fedi.net.urls import Addresses, Target, normalise_host
from tests.net.servers import PUBLIC, Clock, Names, client

PUBLIC_ONLY = Addresses(Guard(), allow_http=False, own_authorities=frozenset({"a.test", "b.test:8443"}))
LAB = Addresses(Guard(("127.0.0.0/8", "::1/128")), allow_http=True, own_authorities=frozenset())
ED25519 = signatures.SigningKey("https://a.test/u/1#k", keys.generate_ed25519().private_pem)

REFUSED = [
    "",
    "x",
    "//ex.org/x",
    "http://ex.org/",
    "ftp://ex.org/",
    "file:///etc/passwd",
    "data:application/activity+json,{}",
    "javascript:1",
    "https:///x",
    "https://",
    "https://user@ex.org/",
    "https://user:secret@ex.org/",
    "https://@ex.org/",
    "https://ex.org:8443/",
    "https://ex.org:22/",
    "https://ex.org:0/",
    "https://ex.org:99999/",
    "https://ex.org:x/",
    "https://ex.org/a b",
    "https://ex.org/a\tb",
    "https://ex.org/a\r\nHost: evil.test",
    "https://ex.org/a\x00",
    " https://ex.org/",
    "https://ex.org\\@evil.test/",
    "https://ex .org/",
    "https://ex..org/",
    "https://.ex.org/",
    "https://-ex.org/",
    "https://ex.org../",
    "https://" + "a" * 64 + ".org/",
    "https://" + "a." * 127 + "org/",
    "https://ex.org/" + "a" * 2048,
    "https://ex%2eorg/",
    "https://xn--/",
    "https://hidden.onion/",
    "https://hidden.ONION./",
    "https://hidden.i2p/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://[::1/",
    "https://[v1.x]/",
    "https://127.0.0.1/",
    "https://8.8.8.8/",
    "https://169.254.169.254/latest/meta-data",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://127.0.0.1./",
    "https://１２７.0.0.1/",
    "https://127。0。0。1/",
    "https://①②⑦.0.0.1/",
]


@pytest.mark.parametrize("url", REFUSED)
def test_ghsa_xx55_4rrg_8xg6_addresses_that_are_no_public_servers(url: str):
    with pytest.raises(AddressRefused):
        PUBLIC_ONLY.target(url)


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://ex.org", "https://ex.org/"),
        ("https://EX.org.:443/a?b#c", "https://ex.org/a?b"),
        ("HTTPS://ex.org/A", "https://ex.org/A"),
        ("https://ex.org/a/../b", "https://ex.org/b"),
        ("https://ex.org/%7Eann", "https://ex.org/~ann"),
        ("https://ex.org/%e4", "https://ex.org/%E4"),
        ("https://ex.org/a%2Fb", "https://ex.org/a%2Fb"),
        ("https://ex.org/ä?ö=ü", "https://ex.org/%C3%A4?%C3%B6=%C3%BC"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://BÜCHER.example/", "https://xn--bcher-kva.example/"),
        ("https://faß.de/", "https://xn--fa-hia.de/"),
        ("https://my_server.example/", "https://my_server.example/"),
        ("https://ex.org:80/", "https://ex.org:80/"),
    ],
)
def test_ghsa_v3xf_c9qf_j667_one_spelling(url: str, normal: str):
    assert PUBLIC_ONLY.target(url).url == normal


def test_a_target_says_where_it_leads():
    assert LAB.target("http://127.0.0.1:8421/x?y") == Target(
        "http://127.0.0.1:8421/x?y", "http", "127.0.0.1:8421", True
    )
    assert LAB.target("http://[0::1]:81/").authority == "[::1]:81"
    assert LAB.target("http://ex.org/").origin == "http://ex.org"


@pytest.mark.parametrize(
    "url",
    ["https://a.test/users/1", "https://A.test./users/1", "https://a.test:443/#x", "https://b.test:8443/"],
)
def test_we_never_ask_ourselves(url: str):
    lab = Addresses(
        Guard(("127.0.0.0/8",)), allow_http=False, own_authorities=frozenset({"a.test", "b.test:8443"})
    )
    with pytest.raises(RemoteInvalid):
        lab.target(url)


def test_a_redirect_never_leaves_https():
    here = LAB.target("https://ex.org/a/b")
    assert LAB.redirected(here, "../c").url == "https://ex.org/c"
    assert LAB.redirected(here, "//other.org/d").url == "https://other.org/d"
    for location in ("http://ex.org/", "//ex.org:80\\x", "https://[", "javascript:x"):
        with pytest.raises(AddressRefused):
            LAB.redirected(here, location)
    assert LAB.redirected(LAB.target("http://ex.org/"), "https://ex.org/").scheme == "https"


async def test_nothing_is_resolved_for_a_refused_address():
    names = Names()
    async with client(PUBLIC, names=names) as net:
        for url in ("https://hidden.onion/x", "https://ex.org:8443/x", "http://ex.org/x"):
            with pytest.raises(AddressRefused):
                await net.fetch(url, signer=None)
            with pytest.raises(AddressRefused):
                await net.post(url, b"{}", signer=ED25519)
    assert names.asked == []


@given(
    st.one_of(
        st.text(max_size=40),
        st.builds(
            "https://{}/{}?{}".format, st.text(max_size=15), st.text(max_size=15), st.text(max_size=15)
        ),
        st.builds(
            "https://ex.org/{}?{}".format,
            st.text("abc%2F7e./~'\"|<>[]{}^`;@:&=+$,!*()ä", max_size=15),
            st.text("abc%2F7e./~'\"|<>[]{}^`;@:&=+$,!*()ä?", max_size=15),
        ),
    )
)
@example("https://ex.org/%zz")
@example("https://ex.org/?%")
def test_whatever_is_accepted_is_spelt_alike_by_everyone_and_can_be_signed(text: str):
    try:
        target = LAB.target(text)
    except AddressRefused:
        return
    assert LAB.target(target.url) == target
    assert str(httpx.URL(target.url)) == str(URL(target.url)) == target.url
    signed = signatures.sign("rfc9421", "GET", target.url, None, ED25519, Clock()())
    assert signed["Host"] == httpx.Request("GET", target.url).headers["Host"] == target.authority


@given(st.text(max_size=60))
def test_hosts_normalise_once_and_for_all(text: str):
    try:
        host = normalise_host(text)
    except AddressRefused:
        return
    assert normalise_host(host) == host
    assert host == host.lower()
    assert host.isascii()
