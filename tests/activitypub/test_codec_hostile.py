"""Whatever comes in, the only error is Malformed."""

from __future__ import annotations

import contextlib
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typed_values import texts, uris

from fedi.activitypub import codec, jsonld
from fedi.activitypub.screening import MAX_DEPTH
from fedi.activitypub.types import ACTOR_TYPES, POST_TYPES, PUBLIC, Other
from fedi.activitypub.vocabulary import CONTEXTS, READ
from fedi.errors import Malformed

KINDS = sorted(
    ACTOR_TYPES | POST_TYPES | {"Create", "Undo", "Announce", "Flag", "Like", "Collection", "Link"}
)
AS = "https://www.w3.org/ns/activitystreams"

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts | uris
    | st.sampled_from([PUBLIC, "as:Public", "as:Note", "_:b0", "@id", "@graph", "toot:x", "tag:x", "", "://", *KINDS])
)  # fmt: skip
keys = st.sampled_from(
    [
        *READ,
        "@id",
        "@type",
        "@value",
        "@list",
        "@set",
        "@language",
        "@index",
        "@nest",
        "as:actor",
        "x:y",
        "",
        "@",
    ]
)
inline_contexts = st.dictionaries(
    st.sampled_from(
        ["actor", "id", "as", "x", "content", "@vocab", "@language", "@base", "@version", "@import"]
    ),
    scalars
    | st.dictionaries(st.sampled_from(["@id", "@type", "@container", "@context", "@prefix"]), scalars),
    max_size=3,
)
contexts = st.recursive(
    st.sampled_from([AS, *CONTEXTS, "https://unknown.test/context"]) | inline_contexts | scalars,
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=3,
)
json = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(keys, inner, max_size=6)
        | st.builds(
            lambda body, context: {**body, "@context": context}, st.dictionaries(keys, inner), contexts
        )
    ),
    max_leaves=20,
)
documents = st.builds(
    lambda body, context, kind: {"@context": context, **body, "type": kind},
    st.dictionaries(keys, json, max_size=15),
    contexts,
    st.sampled_from(KINDS) | json,
)


@given(documents)
@settings(max_examples=150)
def test_no_document_breaks_the_reader(document: dict[str, Any]) -> None:
    with contextlib.suppress(Malformed):
        codec.render(codec.parse(document))


@given(documents)
@settings(max_examples=100)
def test_no_document_breaks_compaction_or_canonicalisation(document: dict[str, Any]) -> None:
    with contextlib.suppress(Malformed):
        jsonld.compact(document)
    with contextlib.suppress(Malformed):
        jsonld.canonicalise(document)


@given(documents)
def test_what_was_read_can_be_written_and_read_again(document: dict[str, Any]) -> None:
    """A relayed or cached copy must not be refused by those that the first reading let pass."""
    try:
        value = codec.parse(document)
    except Malformed:
        return
    if not isinstance(value, Other):  # nothing is kept of these
        again = codec.parse(codec.render(value))
        assert type(again) is type(value)


@given(st.binary(max_size=200) | json.map(lambda value: orjson.dumps(_narrow(value))))
def test_load_gives_an_object_or_malformed(body: bytes) -> None:
    with contextlib.suppress(Malformed):
        assert isinstance(codec.load(body), dict)


def _narrow(value: Any) -> Any:
    """JSON that orjson writes: integers of 64 bits."""
    if isinstance(value, dict):
        return {key: _narrow(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_narrow(inner) for inner in value]
    return value % 2**53 if type(value) is int else value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"text"',
        b"null",
        b"{",
        b'{"a": NaN}',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b"\xef\xbb\xbf{}",
        b'{"a":' * 100_000,
        b'{"a":' + b"[" * 70 + b"]" * 70 + b"}",
        b'{"a":[' + b"1," * 30_000 + b"1]}",
        b'{"a":"' + b"[" * 70 + b'","b":' + b"[" * 64 + b"]" * 64 + b"}",
    ],
)
def test_load_refuses(body: bytes) -> None:
    with pytest.raises(Malformed):
        codec.load(body)


def test_load_takes_what_is_as_deep_as_allowed_and_brackets_in_strings() -> None:
    deep = b'{"a":' * (MAX_DEPTH - 1) + b"{}" + b"}" * (MAX_DEPTH - 1)
    assert "a" in codec.load(deep)
    assert codec.load(b'{"a": "' + b"[" * 1000 + b"," * 30_000 + b'"}')


def test_of_a_repeated_key_the_last_counts() -> None:
    assert codec.load(b'{"actor": "https://a.test/1", "actor": "https://b.test/2"}') == {
        "actor": "https://b.test/2"
    }


def test_a_document_that_never_went_through_load_is_bounded_too() -> None:
    document: dict[str, Any] = {"id": "https://a.test/1"}
    for _ in range(5_000):
        document = {"object": document, "type": "Undo", "actor": "https://a.test/ann"}
    with pytest.raises(Malformed):
        codec.parse(document)


@pytest.mark.parametrize("name", ["@graph", "@included", "@reverse"])
@pytest.mark.parametrize("read", [codec.parse, jsonld.compact, jsonld.canonicalise, jsonld.needs_expansion])
def test_cve_2026_46349_graph_included_and_reverse_are_refused(name: str, read: Any) -> None:
    note = {"@context": AS, "id": "https://a.test/1", "type": "Note", "attributedTo": "https://a.test/ann"}
    hidden = [{name: [note]}]
    for document in (
        {**note, name: [note]},
        {**note, "tag": hidden},
        {**note, "unread": {"deep": hidden}},
        {**note, "@context": [AS, {"g": name}], "g": [note]},
        {**note, "@context": [AS, {"g": {"@id": name}}], "g": [note]},
        {**note, "@context": [AS, {"h": name, "g": "h"}], "g": [note]},
    ):
        with pytest.raises(Malformed):
            read(document)
