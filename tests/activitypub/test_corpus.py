"""What the programs of the fediverse send is read as it is meant, the fast way and the thorough way."""

from __future__ import annotations

import corpus
import pytest

from fedi.activitypub import codec, jsonld
from fedi.activitypub.types import Collection, Other
from fedi.errors import Malformed

NAMES = corpus.names()
PROGRAMS = sorted({name.partition("/")[0] for name in NAMES})
# Friendica's profiles hold vCard data with JSON-LD keywords in it.
EXPANDING = {"friendica/person_with_vcard"}


@pytest.mark.parametrize("name", NAMES)
def test_reads_what_is_expected(name: str) -> None:
    program, _, document = name.partition("/")
    assert corpus.summary(corpus.read(name)) == corpus.expected(program)[document]


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_expectation_has_its_document(program: str) -> None:
    assert {f"{program}/{name}" for name in corpus.expected(program)} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_json_ld_expansion_gives_the_same_value(name: str) -> None:
    try:
        plain = codec.parse(corpus.read(name))
    except Malformed:
        with pytest.raises(Malformed):
            codec.parse(jsonld.normalise(corpus.read(name)))
        return
    thorough = codec.parse(jsonld.normalise(corpus.read(name)))
    if isinstance(plain, Collection) and isinstance(thorough, Collection):
        assert values(plain) == values(thorough)  # the documents in it come back under our terms only
    else:
        assert plain == thorough


@pytest.mark.parametrize("name", NAMES)
def test_what_was_read_survives_being_written(name: str) -> None:
    try:
        value = codec.parse(corpus.read(name))
    except Malformed:
        return
    if not isinstance(value, Collection | Other):
        again = codec.parse(codec.render(value))
        assert type(again) is type(value)
        assert again.id == value.id


def test_nearly_everything_takes_the_fast_way() -> None:
    slow = set()
    for name in NAMES:
        try:
            if jsonld.needs_expansion(corpus.read(name)):
                slow.add(name)
        except Malformed:
            continue
    assert slow == EXPANDING


def values(collection: Collection) -> list[object]:
    """The items of a collection, read."""
    return [codec.parse(item) if isinstance(item, dict) else item for item in collection.items]
