"""Reading a document as JSON, where that is done, gives what JSON-LD expansion would."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from typed_values import uris, values

from fedi.activitypub import codec, jsonld
from fedi.activitypub.vocabulary import CONTEXTS, PREFIXES, READ, expand_name
from fedi.errors import Malformed

AS = "https://www.w3.org/ns/activitystreams#"
TERMS = sorted(READ)
NAMES = ["x", "foo", "Foo", "as", "schema", "actor", "type", "Note", "content", "contentMap", "to", "httpx"]

IRIS = f"""
    {AS} {AS}content {AS}to https://x.test/ http://schema.org/ http://schema.org/value as:actor as:object as:Note
    x:actor schema:value toot:Emoji foo actor @id @type _:b
"""
iris = st.sampled_from(IRIS.split())
definitions = (
    iris
    | st.none()
    | st.fixed_dictionaries(
        {"@id": iris},
        optional={
            "@type": st.sampled_from(["@id", "@vocab", "xsd:string", "@json"]),
            "@container": st.sampled_from(["@list", "@set", "@language", "@index"]),
            "@context": st.dictionaries(st.sampled_from(NAMES), iris, max_size=2),
            "@prefix": st.booleans(),
        },
    )
)
inline = st.dictionaries(st.sampled_from(NAMES) | st.sampled_from(TERMS), definitions, max_size=3) | st.just(
    {"@language": "und"}
)
known = st.sampled_from([*CONTEXTS, "https://x.test/unknown", "https://p.test/schemas/litepub-0.1.jsonld"])
contexts = st.lists(known | inline, min_size=1, max_size=3)
odd_keys = st.sampled_from(
    ["x:actor", "as:actor", "foo", "Foo", "x", f"{AS}content", "diaspora:guid", "@type", "@id", "icons"]
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A document of ours with other contexts, keys and spellings here and there."""
    document: dict[str, Any] = draw(values.map(codec.render))
    if draw(st.booleans()):
        document["@context"] = draw(contexts)
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from([key for key in document if key != "@context"]))
        inner = document[name]
        document[name] = draw(spellings(inner))
    for name in draw(st.lists(odd_keys, max_size=2)):
        document[name] = draw(uris | st.sampled_from(["as:Note", "Note", "x:y"]))
    target = document.get("object")
    if isinstance(target, dict) and draw(st.booleans()):
        target["@context"] = draw(contexts)
    return document


def spellings(value: Any) -> st.SearchStrategy:
    """Other ways to write a value, some of which mean something else."""
    ways: list[Any] = [
        [value],
        [[value]],
        {"@value": value},
        {"@list": [value]},
        {"@set": [value]},
        [value, value],
    ]
    if isinstance(value, str):
        ways += [{"id": value}, {"@id": value}, f"x:{value}", value.removeprefix("https:"), f"as:{value}"]
        ways += [expand_name(f"as:{value}"), {"en": value, "de": "x"}]
    return st.sampled_from(ways)


def read(document: dict[str, Any]) -> codec.Value | None:
    try:
        return codec.parse(document)
    except Malformed:
        return None


@given(documents())
@settings(max_examples=120)
def test_both_ways_of_reading_agree(document: dict[str, Any]) -> None:
    try:
        if jsonld.needs_expansion(document):
            return
        expanded = jsonld.normalise(document)
    except Malformed:
        return
    plain, thorough = read(document), read(expanded)
    # What only one of them can read at all is not read in two ways.
    assert plain == thorough or plain is None or thorough is None


@given(documents())
@settings(max_examples=60)
def test_normalising_twice_changes_nothing(document: dict[str, Any]) -> None:
    try:
        once = jsonld.normalise(document)
        twice = jsonld.normalise(once)
    except Malformed:
        return
    assert read(twice) == read(once)


def test_prefixes_of_the_bundled_contexts_are_iris() -> None:
    assert all(iri.startswith(("http://", "https://", "did:")) for iri in PREFIXES.values())
