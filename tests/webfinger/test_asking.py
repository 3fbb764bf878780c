"""Reading what strangers send: handles, descriptors and host-meta."""

from __future__ import annotations

import msgspec
import pytest

from fedi.errors import BadRequest, RemoteInvalid
from fedi.webfinger import jrd
from fedi.webfinger.asking import split, template_in


@pytest.mark.parametrize(
    ("handle", "parts"),
    [
        ("@Eva@B.Test", ("Eva", "b.test")),
        ("eva@b.test.", ("eva", "b.test")),
        ("eva@bücher.test", ("eva", "xn--bcher-kva.test")),
        ("eva@127.0.0.1:8421", ("eva", "127.0.0.1:8421")),
    ],
)
def test_a_handle_is_split_into_its_normal_form(handle: str, parts: tuple[str, str]) -> None:
    assert split(handle) == parts


@pytest.mark.parametrize(
    "handle", ["", "eva", "@eva", "eva@", "a@b@c", "eva@b test", "eva@b/x", "x" * 200 + "@b.test"]
)
def test_what_is_no_handle_is_refused(handle: str) -> None:
    with pytest.raises(BadRequest):
        split(handle)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"subject":1}', b'{"subject":', b"[" * 100_000, b"\xff", b"null"]
)
def test_what_is_no_descriptor_is_refused(body: bytes) -> None:
    with pytest.raises(RemoteInvalid):
        jrd.parse(body)


@pytest.mark.parametrize(
    "kind",
    [
        "application/activity+json",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
        'application/ld+json;profile="https://www.w3.org/ns/activitystreams"',
    ],
)
def test_a_self_link_of_either_type_is_the_actor(kind: str) -> None:
    link = {"rel": "self", "type": kind, "href": "https://b.test/1"}
    junk = [
        None,
        1,
        {"rel": 1},
        {"rel": "self"},
        {"rel": "self", "type": "text/html", "href": "https://b.test/2"},
    ]
    found = jrd.parse(msgspec.json.encode({"subject": "acct:a@b.test", "links": [*junk, link]}))
    assert found.actor == "https://b.test/1"


def test_a_host_meta_without_an_end_is_read_in_linear_time() -> None:
    assert template_in("<Link rel=" * 6_500) is None
    assert template_in("<Link " + "template='" * 6_500) is None
    assert template_in('<Link rel="lrdd" template="https://b.test/none"/>') is None
