"""JSON-LD: which documents take the fast way, what the slow way makes of the rest, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from fedi.activitypub import codec, jsonld
from fedi.activitypub.types import Create, Follow, Post
from fedi.errors import Malformed

AS = "https://www.w3.org/ns/activitystreams"
ANN, BO = "https://a.test/ann", "https://b.test/bo"
FOLLOW: dict[str, Any] = {"@context": AS, "id": f"{ANN}/1", "type": "Follow", "actor": ANN, "object": BO}
NOTE: dict[str, Any] = {
    "@context": AS,
    "id": "https://a.test/1",
    "type": "Note",
    "attributedTo": ANN,
    "content": "<p>hi</p>",
}


@pytest.mark.parametrize(
    "context",
    [
        AS,
        [AS],
        [AS, "https://w3id.org/security/v1", {"Hashtag": "as:Hashtag"}],
        [
            AS,
            {
                "toot": "http://joinmastodon.org/ns#",
                "Emoji": "toot:Emoji",
                "featured": {"@id": "toot:featured"},
            },
        ],
        [AS, {"schema": "http://schema.org/", "PropertyValue": "schema:PropertyValue"}],
        [AS, "https://pleroma.test/schemas/litepub-0.1.jsonld", {"@language": "und"}],
        [AS, "https://unknown.test/context.jsonld"],
        [AS, {"name": "https://elsewhere.test/name"}],
        [AS, {"icons": "as:icon", "mz": "https://joinmobilizon.org/ns#"}],
        "https://join-lemmy.org/context.json",
        None,
    ],
)
def test_contexts_that_agree_with_ours_cost_nothing(context: Any) -> None:
    document = {**NOTE, "@context": context}
    assert not jsonld.needs_expansion(document)
    assert codec.parse_post(document).content == "<p>hi</p>"


def test_a_document_without_a_context_is_activitystreams() -> None:
    """ActivityStreams 2.0 section 2.1."""
    del (document := dict(NOTE))["@context"]
    assert not jsonld.needs_expansion(document)
    assert codec.parse_post(document).attributed_to == ANN


@pytest.mark.parametrize(
    ("context", "document"),
    [
        ([AS, {"actor": "https://x.test/y", "who": "as:actor"}], {"actor": BO, "who": ANN}),
        ([AS, {"who": {"@id": "as:actor", "@type": "@id"}, "actor": None}], {"actor": BO, "who": ANN}),
        ([AS, {"a": "as:actor", "who": "a", "actor": "https://x.test/y"}], {"actor": BO, "who": ANN}),
        ([AS, {"s": f"{AS}#", "who": "s:actor", "actor": "s:nobody"}], {"actor": BO, "who": ANN}),
        ([AS, {"actor": "https://x.test/y"}], {"actor": BO, "as:actor": {"@id": ANN}}),
        ([AS, {"actor": "https://x.test/y"}], {"actor": BO, f"{AS}#actor": {"@id": ANN}}),
        ([AS, {"h": "https://a.test/"}], {"actor": "h:ann"}),
        ([AS, {"who": "actor"}], {"who": ANN}),
        ([None, AS], {"actor": ANN}),
        ([AS, {"Ask": "as:Follow"}], {"actor": ANN, "type": "Ask"}),
        (AS, {"actor": ANN, "type": "as:Follow"}),
        (AS, {"actor": [[ANN]]}),
        (AS, {"actor": {"@id": ANN}}),
        ([AS, {"uri": "@id", "id": "https://x.test/id"}], {"actor": ANN, "id": f"{BO}/9", "uri": f"{ANN}/1"}),
        ([AS, {"Follow": {"@id": "as:Follow", "@context": {"actor": "ex:x"}}}], {"as:actor": {"@id": ANN}}),
    ],
)
def test_a_context_that_changes_our_terms_is_taken_at_its_word(
    context: Any, document: dict[str, Any]
) -> None:
    """Aliases and redefinitions mean what JSON-LD says, whatever a reader of plain JSON would see."""
    base = {key: value for key, value in FOLLOW.items() if key != "actor"}
    tricky = {**base, "@context": context, **document}
    assert jsonld.needs_expansion(tricky)
    assert codec.parse(tricky) == Follow(id=f"{ANN}/1", actor=ANN, object=BO)


def test_a_type_may_be_a_full_iri() -> None:
    assert codec.parse({**FOLLOW, "type": f"{AS}#Follow"}) == codec.parse(FOLLOW)


def test_a_context_that_takes_our_terms_away_leaves_nothing_to_read() -> None:
    with pytest.raises(Malformed):
        codec.parse({**FOLLOW, "@context": [AS, {"actor": "https://x.test/actor"}]})


def test_a_type_that_a_context_has_taken_away_is_none() -> None:
    assert jsonld.needs_expansion({**FOLLOW, "@context": [AS, {"Follow": None}]})
    with pytest.raises(Malformed):
        codec.parse({**FOLLOW, "@context": [AS, {"Follow": None}]})


def test_a_context_inside_an_object_counts_there() -> None:
    note = {
        **NOTE,
        "@context": [AS, {"content": "https://x.test/content", "text": "as:content"}],
        "text": "<p>yes</p>",
    }
    create = {**FOLLOW, "type": "Create", "object": note}
    assert jsonld.needs_expansion(create)
    read = codec.parse(create)
    assert isinstance(read, Create)
    assert isinstance(read.object, Post)
    assert read.object.content == "<p>yes</p>"


def test_a_default_language_is_the_language_of_the_content() -> None:
    read = codec.parse_post({**NOTE, "@context": [AS, {"@language": "pt-BR"}]})
    assert read.content == "<p>hi</p>"
    assert read.content_map == (("pt-BR", "<p>hi</p>"),)


def test_cve_2022_24307_what_a_signature_does_not_cover_is_not_read() -> None:
    """Terms that the document's contexts do not define are not in its RDF: anyone may have added them."""
    forged = {
        **NOTE,
        "_misskey_quote": "https://evil.test/1",
        "sensitive": True,
        "x": {"id": "https://x.test/"},
    }
    assert codec.parse_post(forged).quote == "https://evil.test/1"
    read = codec.parse_post(jsonld.compact(forged))
    assert (read.quote, read.sensitive, read.content) == (None, False, "<p>hi</p>")


@pytest.mark.parametrize("read", [jsonld.compact, jsonld.canonicalise])
@pytest.mark.parametrize("context", ["https://unknown.test/c", [AS, "https://unknown.test/c"]])
def test_what_rests_on_rdf_needs_contexts_that_we_know(read: Any, context: Any) -> None:
    with pytest.raises(Malformed):
        read({**NOTE, "@context": context})


@pytest.mark.parametrize("context", [5, True, [5], [[AS]], [AS, {"x": "y"} | {"p" * 9: "z" * 40_000}]])
def test_odd_contexts_are_malformed(context: Any) -> None:
    with pytest.raises(Malformed):
        codec.parse({**NOTE, "@context": context})


@pytest.mark.parametrize("url", [AS, "https://unknown.test/c"])
@pytest.mark.parametrize("read", [codec.parse, jsonld.normalise, jsonld.compact, jsonld.canonicalise])
def test_no_context_can_change_another(url: str, read: Any) -> None:
    """pyld merges a context into the one that it imports, and keeps the result in its cache."""
    poison = {
        "@version": 1.1,
        "@import": url,
        "actor": "https://evil.test/x",
        "object": "https://evil.test/y",
    }
    scoped = {"x": {"@id": "https://x.test/x", "@context": poison}}
    for context in (poison, [AS, poison], [AS, scoped], [poison, None, {"actor": None}]):
        with pytest.raises(Malformed):
            read({**FOLLOW, "@context": context, "x": [["nested lists take the slow way at once"]]})
        with pytest.raises(Malformed):
            read({**FOLLOW, "tag": [[{"@context": context, "x": {"@value": 1}}]]})
    plain = {**FOLLOW, "@context": [AS, url], "tag": [[]]}
    assert codec.parse(plain) == Follow(id=f"{ANN}/1", actor=ANN, object=BO)
    assert codec.parse(jsonld.compact(FOLLOW)) == codec.parse(FOLLOW)


def test_what_would_keep_pyld_busy_is_refused() -> None:
    slow = {"@value": "x"}
    many = {**NOTE, "tag": [slow] * 6_000}
    nested = {**NOTE, "tag": [{"@context": AS, "name": slow}] * 100}
    scoped = {
        f"t{number}": {"@id": f"https://x.test/{number}", "@context": {"y": "as:y"}} for number in range(200)
    }
    used = {**NOTE, "@context": [AS, scoped], "tag": [{f"t{number}": slow} for number in range(200)]}
    for document in (many, nested, used):
        with pytest.raises(Malformed):
            jsonld.normalise(document)


def test_a_graph_made_to_take_for_ever_is_refused() -> None:
    """Blank nodes that all look alike and all know each other: canonicalising them is factorial."""
    names = [f"_:n{number}" for number in range(12)]
    ring = [{"id": name, "to": [{"id": other} for other in names if other != name]} for name in names]
    with pytest.raises(Malformed):
        jsonld.canonicalise({**NOTE, "tag": ring})


def test_canonical_quads_do_not_depend_on_order_or_spelling() -> None:
    other = {**dict(reversed(NOTE.items())), "@context": [AS, {"says": "as:content"}]}
    other["says"] = other.pop("content")
    quads = jsonld.canonicalise(NOTE)
    assert jsonld.canonicalise(other) == quads
    assert quads.count("\n") == 3
    assert f'<https://a.test/1> <{AS}#content> "<p>hi</p>" .' in quads
