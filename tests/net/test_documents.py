"""Documents as they arrive: types, shapes, depth."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from fedi.errors import RemoteGone, RemoteInvalid
from fedi.net import documents
from fedi.net.values import Answer

PROFILE = '"https://www.w3.org/ns/activitystreams"'


def answer(data: Any, content_type: str = "application/activity+json") -> Answer:
    body = data if isinstance(data, bytes) else orjson.dumps(data)
    return Answer("https://b.test/1", 200, {"content-type": content_type}, body)


def nested(levels: int) -> dict[str, Any]:
    """An object with an id, `levels` deep altogether, lists and objects in turn."""
    inner: Any = []
    for level in range(levels - 2):
        inner = [inner, 1] if level % 2 else {"x": inner, "y": [2]}
    return {"id": "https://b.test/1", "object": inner}


@pytest.mark.parametrize(
    "content_type",
    [
        "application/activity+json",
        "Application/Activity+JSON; charset=utf-8",
        "application/activity+json;charset=utf-8;",
        f"application/activity+json; profile={PROFILE}; charset=utf-8",
        f"application/ld+json; profile={PROFILE}",
        f"application/ld+json;charset=utf-8;PROFILE={PROFILE}",
        "application/ld+json; profile=https://www.w3.org/ns/activitystreams",
        'application/ld+json; profile="urn:x https://www.w3.org/ns/activitystreams urn:y"',
    ],
)
def test_the_two_types_with_any_parameters(content_type: str):
    assert documents.is_activitypub(content_type)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "application/json; charset=utf-8",
        "application/ld+json",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams#x"',
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams.evil"',
        'application/ld+json; x="; profile=https://www.w3.org/ns/activitystreams"',
        'application/ld+json; x="\\"; profile="https://www.w3.org/ns/activitystreams"',
        "text/html",
        "text/html, application/activity+json",
        "application/activity+json, text/html",
        "application/activity+json text/html",
        "application/activity+jsonx",
        "xapplication/activity+json",
        "image/png; application/activity+json",
        "multipart/form-data; boundary=application/activity+json",
    ],
)
def test_cve_2024_25623_no_other_type_is_a_document(content_type: str):
    with pytest.raises(RemoteInvalid):
        documents.read(answer({"id": "https://b.test/1"}, content_type))


def test_the_type_is_read_in_linear_time():
    assert not documents.is_activitypub("application/ld+json" + '; a="b' * 100_000)
    assert not documents.is_activitypub("application/ld+json;" + " \t" * 100_000 + "=")


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b'"x"', b"null", b"{}"),
        *(b'{"id": 7}', b'{"id": null}', b'{"id": ["https://b.test/1"]}', b'{"id": "\xff"}'),
        *(b'{"id": "x", "n": NaN}', b"[" * 100_000, b'{"id":' * 50_000),
    ],
)
def test_what_is_not_an_object_with_an_id_is_refused(body: bytes):
    with pytest.raises(RemoteInvalid):
        documents.read(answer(body))


def test_nesting_is_bounded():
    assert documents.read(answer(nested(documents.MAX_DEPTH)))["id"] == "https://b.test/1"
    with pytest.raises(RemoteInvalid, match="deep"):
        documents.read(answer(nested(documents.MAX_DEPTH + 1)))


def test_wide_documents_are_not_deep():
    wide = {"id": "https://b.test/1", "tag": [{"name": str(number)} for number in range(500)]}
    assert documents.read(answer(wide)) == wide


def test_a_tombstone_says_gone():
    with pytest.raises(RemoteGone):
        documents.check_alive({"id": "https://b.test/1", "type": "Tombstone"})
    documents.check_alive({"id": "https://b.test/1", "type": "Note"})
