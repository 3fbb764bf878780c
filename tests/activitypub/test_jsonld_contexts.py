"""Our term tables against the published contexts: the same expansion, the same canonical quads.

So that signatures of others, made with the published contexts, verify with ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import corpus
import orjson
import pytest

from fedi.activitypub import expanding, jsonld, vocabulary
from fedi.errors import Malformed

PUBLISHED = Path(__file__).parents[2].parent / "shared" / "contexts"
ADDRESSES = {
    "activitystreams": "https://www.w3.org/ns/activitystreams",
    "did-v1": "https://www.w3.org/ns/did/v1",
    "fep-5711": "https://w3id.org/fep/5711",
    "fep-7aa9": "https://w3id.org/fep/7aa9",
    "fep-ef61": "https://w3id.org/fep/ef61",
    "gotosocial": "https://gotosocial.org/ns",
    "identity-v1": "https://w3id.org/identity/v1",
    "join-lemmy": "https://join-lemmy.org/context.json",
    "joinmastodon": "http://joinmastodon.org/ns",
    "miscellany": "https://purl.archive.org/miscellany",
    "security-data-integrity-v1": "https://w3id.org/security/data-integrity/v1",
    "security-data-integrity-v2": "https://w3id.org/security/data-integrity/v2",
    "security-multikey-v1": "https://w3id.org/security/multikey/v1",
    "security-v1": "https://w3id.org/security/v1",
    "webfinger": "https://purl.archive.org/socialweb/webfinger",
}

pytestmark = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="the published contexts are not beside the project"
)


@pytest.fixture
def published(ours: dict[str, list[Any]]) -> Iterator[None]:
    """The published contexts in place of ours."""
    contexts = {
        address: orjson.loads((PUBLISHED / f"{name}.json").read_bytes())
        for name, address in ADDRESSES.items()
    }
    strict, lenient = expanding.Loader(strict=True), expanding.Loader(strict=False)
    with (
        mock.patch.dict(vocabulary.CONTEXTS, contexts),
        mock.patch.object(expanding, "STRICT", strict),
        mock.patch.object(expanding, "LENIENT", lenient),
    ):
        yield


def outcome(work: Any, name: str) -> Any:
    try:
        return work(corpus.read(name))
    except Malformed as error:
        return error.detail


@pytest.fixture(scope="module")
def ours() -> dict[str, list[Any]]:
    """What our own contexts make of each document: canonical quads, compacted, normalised."""
    works = (jsonld.canonicalise, jsonld.compact, jsonld.normalise)
    return {name: [outcome(work, name) for work in works] for name in corpus.names()}


@pytest.mark.parametrize("name", corpus.names())
@pytest.mark.usefixtures("published")
def test_published_contexts_give_the_same(name: str, ours: dict[str, list[Any]]) -> None:
    for work, result in zip((jsonld.canonicalise, jsonld.compact, jsonld.normalise), ours[name], strict=True):
        assert outcome(work, name) == result


def test_the_comparison_compares_something(ours: dict[str, list[Any]]) -> None:
    quads = [results[0] for results in ours.values() if results[0].endswith(" .\n")]
    assert len(quads) > len(ours) * 0.7


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_every_term_is_defined_alike(name: str) -> None:
    """One document that uses every term and type of a context, in every value that makes a difference."""
    address = ADDRESSES[name]
    context = orjson.loads((PUBLISHED / f"{name}.json").read_bytes())["@context"]
    terms = context[-1] if isinstance(context, list) else context
    used = sorted(term for term in terms if not term.startswith("@") and term not in ("id", "type"))
    document = {"@context": address, **{key: ["https://x.test/1", {"nonce": "n"}, "as:x", 5] for key in used}}
    for language_map in ("contentMap", "nameMap", "summaryMap"):
        if language_map in document:
            document[language_map] = {"en": "text"}
    documents = [
        document,
        *({"@context": address, "@type": term, "created": "2020", "domain": "d"} for term in used),
    ]
    loaders = [expanding.Loader(strict=True), expanding.Loader(strict=True)]
    mine = [expand(one, loaders[0]) for one in documents]
    with mock.patch.dict(
        vocabulary.CONTEXTS,
        {
            ADDRESSES[other]: orjson.loads((PUBLISHED / f"{other}.json").read_bytes())
            for other in ("security-v1", name)
        },
    ):
        theirs = [expand(one, loaders[1]) for one in documents]
    assert mine == theirs


def expand(document: dict[str, Any], loader: Any) -> Any:
    return expanding.expanded(document, loader.options())
