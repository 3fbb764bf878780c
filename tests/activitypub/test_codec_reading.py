"""What is read leniently, what is refused, and the limits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from typed_values import ED25519_PEM, RSA_PEM

from fedi.activitypub import codec
from fedi.activitypub.keys import encode_multikey
from fedi.activitypub.types import (
    PUBLIC,
    Accept,
    Announce,
    Collection,
    Create,
    Delete,
    Follow,
    Like,
    Other,
    PublicKey,
    Tombstone,
    Undo,
)
from fedi.errors import Malformed

ANN, BO = "https://a.test/ann", "https://b.test/bo"
ACTOR: dict[str, Any] = {"id": ANN, "type": "Person", "preferredUsername": "ann", "inbox": f"{ANN}/inbox"}
NOTE: dict[str, Any] = {"id": "https://a.test/1", "type": "Note", "attributedTo": ANN, "to": PUBLIC}
CREATE: dict[str, Any] = {"id": f"{ANN}/1", "type": "Create", "actor": ANN, "to": PUBLIC, "object": NOTE}


def key(**changes: Any) -> dict[str, Any]:
    return {"id": f"{ANN}#main-key", "owner": ANN, "publicKeyPem": RSA_PEM, **changes}


# --- hosts and owners -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        {**CREATE, "id": "https://b.test/1"},
        {**CREATE, "id": 5},
        {**CREATE, "id": "urn:uuid:1"},
        {**CREATE, "actor": None},
        {**CREATE, "actor": 7},
        {**CREATE, "actor": "acct:ann@a.test"},
        {**CREATE, "actor": BO, "id": "https://b.test/1"},
        {**CREATE, "object": {**NOTE, "attributedTo": BO}},
        {**CREATE, "object": {**NOTE, "id": "https://b.test/1", "attributedTo": BO}},
        {**CREATE, "object": {**NOTE, "attributedTo": 7}},
        {**CREATE, "object": {**NOTE, "id": 7}},
        {**CREATE, "object": None},
        {**CREATE, "type": None},
        {**CREATE, "type": "Update", "object": {**ACTOR, "id": BO, "inbox": f"{BO}/inbox"}},
        {**CREATE, "type": "Add"},
        {**CREATE, "type": "Move", "object": ANN},
        {**CREATE, "type": "Flag", "object": []},
        {**CREATE, "type": "EmojiReact", "object": NOTE["id"]},
        {**CREATE, "type": "Follow", "object": 5},
    ],
)
def test_malformed_activities(document: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        codec.parse_activity(document)


def test_cve_2024_37903_an_embedded_post_is_on_the_host_of_its_author_and_of_the_actor() -> None:
    stolen = {**NOTE, "id": "https://b.test/1", "attributedTo": ANN}
    for document in (stolen, {**NOTE, "attributedTo": BO}):
        with pytest.raises(Malformed):
            codec.parse_post(document)


def test_ids_are_compared_by_normal_hosts() -> None:
    read = codec.parse_activity({**CREATE, "id": "https://A.test:443/x", "actor": "https://a.test./ann"})
    assert read.id == "https://A.test:443/x"


@pytest.mark.parametrize("missing", ["id", "inbox", "preferredUsername"])
def test_an_actor_needs(missing: str) -> None:
    with pytest.raises(Malformed):
        codec.parse_actor({name: value for name, value in ACTOR.items() if name != missing})


def test_an_inbox_elsewhere_is_refused_and_other_addresses_elsewhere_are_dropped() -> None:
    with pytest.raises(Malformed):
        codec.parse_actor({**ACTOR, "inbox": "https://b.test/inbox"})
    names = ("outbox", "followers", "following", "featured", "url")
    elsewhere = dict.fromkeys(names, "https://b.test/x")
    read = codec.parse_actor({**ACTOR, **elsewhere, "endpoints": {"sharedInbox": "https://b.test/inbox"}})
    assert [getattr(read, name) for name in names] == [None] * 5
    assert read.shared_inbox is None


@pytest.mark.parametrize(
    "published",
    [
        key(owner=BO),
        key(owner=None),
        key(id="https://b.test/key"),
        key(id=None),
        key(publicKeyPem=None),
        key(publicKeyPem="x" * 10_000),
        f"{ANN}#main-key",
    ],
)
def test_keys_that_are_not_the_actors_own_are_left_out(published: Any) -> None:
    assert codec.parse_actor({**ACTOR, "publicKey": published}).public_keys == ()


def test_an_actor_may_have_several_keys_of_both_kinds() -> None:
    own = {
        "id": f"{ANN}#ed",
        "type": "Multikey",
        "controller": ANN,
        "publicKeyMultibase": encode_multikey(ED25519_PEM),
    }
    others = [
        {**own, "controller": BO},
        {**own, "publicKeyMultibase": "z6LSbad"},
        f"{ANN}#x",
        {**own, "type": "Key"},
    ]
    read = codec.parse_actor(
        {**ACTOR, "publicKey": [key(), key(id=f"{ANN}/2")], "assertionMethod": [own, *others]}
    )
    assert [one.id for one in read.public_keys] == [f"{ANN}#main-key", f"{ANN}/2", f"{ANN}#ed"]
    assert read.public_keys[2].pem == ED25519_PEM


def test_keys_by_themselves() -> None:
    """What a keyId may lead to: an actor, GoToSocial's stub of one, a bare key."""
    expected = (PublicKey(id=f"{ANN}#main-key", owner=ANN, pem=RSA_PEM),)
    assert codec.parse_keys({**ACTOR, "publicKey": key()}) == expected
    assert codec.parse_keys({"id": ANN, "type": "Person", "publicKey": key()}) == expected
    assert codec.parse_keys({**key(), "type": "CryptographicKey"}) == expected
    for stray in ({"id": f"{ANN}#main-key"} | {"publicKeyPem": RSA_PEM}, {"publicKey": key()}):
        with pytest.raises(Malformed):
            codec.parse_keys(stray)
    assert codec.parse_keys({**key(id="https://b.test/key")}) == ()


# --- kinds ----------------------------------------------------------------------------------------------


def test_each_parser_takes_its_own_kind_only() -> None:
    parsers = {
        codec.parse_actor: ACTOR,
        codec.parse_post: NOTE,
        codec.parse_collection: {"type": "Collection"},
        codec.parse_activity: CREATE,
    }
    for parse, own in parsers.items():
        assert parse(own) == codec.parse(own)
        for other in parsers.values():
            if other is not own:
                with pytest.raises(Malformed):
                    parse(other)


def test_unknown_activities_are_other_and_unknown_objects_are_malformed() -> None:
    assert codec.parse({"type": "Dance", "actor": ANN}) == Other(actor=ANN, kind="Dance")
    assert codec.parse({"type": ["x:Dance", "Like"], "actor": ANN, "object": BO}) == Like(
        actor=ANN, object=BO
    )
    with pytest.raises(Malformed):
        codec.parse({"type": "Place", "id": ANN})


def test_a_tombstone() -> None:
    read = codec.parse(
        {"type": "Tombstone", "id": ANN, "formerType": "Note", "deleted": "2024-01-01T00:00:00Z"}
    )
    assert read == Tombstone(id=ANN, former_type="Note", deleted=datetime(2024, 1, 1, tzinfo=UTC))


def test_delete_names_a_uri_a_tombstone_or_an_actor() -> None:
    delete = {"type": "Delete", "actor": ANN}
    for target in (ANN, {"id": ANN, "type": "Tombstone"}, ACTOR, [ANN]):
        assert codec.parse({**delete, "object": target}) == Delete(actor=ANN, object=ANN)


# --- embedded activities --------------------------------------------------------------------------------


def test_an_accept_may_name_its_follow_in_many_ways() -> None:
    follow = {"id": f"{BO}#follows/1", "type": "Follow", "actor": {"id": BO}, "object": [ANN]}
    accept = {"type": "Accept", "actor": ANN}
    whole = Follow(id=f"{BO}#follows/1", actor=BO, object=ANN)
    assert codec.parse({**accept, "object": follow}) == Accept(actor=ANN, object=whole)
    assert codec.parse({**accept, "object": [follow]}) == Accept(actor=ANN, object=whole)
    by_id = Accept(actor=ANN, object=f"{BO}#follows/1")
    assert codec.parse({**accept, "object": follow["id"]}) == by_id
    assert codec.parse({**accept, "object": {"id": follow["id"], "type": "Follow"}}) == by_id
    assert codec.parse({**accept, "object": {"id": follow["id"], "type": "QuoteRequest"}}) == by_id


def test_undo_of_what_somebody_else_did_keeps_only_the_id() -> None:
    like = {"id": f"{BO}/likes/1", "type": "Like", "actor": BO, "object": NOTE["id"]}
    undo = {"type": "Undo", "actor": ANN, "object": like}
    assert codec.parse(undo) == Undo(actor=ANN, object=f"{BO}/likes/1")
    mine = {**undo, "actor": BO}
    assert codec.parse(mine) == Undo(actor=BO, object=Like(id=f"{BO}/likes/1", actor=BO, object=NOTE["id"]))


def test_a_boosted_post_is_taken_from_its_own_host_only() -> None:
    announce = {"type": "Announce", "actor": ANN, "object": NOTE}
    inlined = codec.parse(announce)
    assert isinstance(inlined, Announce)
    assert inlined.inlined is not None
    foreign = {**NOTE, "id": "https://b.test/1", "attributedTo": BO}
    assert codec.parse({**announce, "object": foreign}) == Announce(actor=ANN, object="https://b.test/1")


def test_a_wrapped_activity_is_not_unwrapped_twice() -> None:
    inner = {"id": f"{BO}/1", "type": "Announce", "actor": BO, "object": NOTE}
    assert codec.parse({"type": "Announce", "actor": ANN, "object": inner}) == Announce(
        actor=ANN, object=f"{BO}/1"
    )


def test_create_of_a_list_takes_the_first_post() -> None:
    second = {**NOTE, "id": "https://a.test/2"}
    read = codec.parse({**CREATE, "object": ["https://a.test/0", NOTE, second]})
    assert isinstance(read, Create)
    assert read.object == codec.parse(NOTE)


def test_create_by_reference() -> None:
    for target in (
        "https://a.test/1",
        {"id": "https://a.test/1"},
        {"type": "Link", "href": "https://a.test/1"},
    ):
        read = codec.parse({**CREATE, "object": target})
        assert read == Create(id=f"{ANN}/1", actor=ANN, to=(PUBLIC,), object="https://a.test/1")
    playlist = {"type": "Playlist", "id": "https://a.test/1"}
    assert codec.parse({**CREATE, "object": playlist}) == Other(
        id=f"{ANN}/1", actor=ANN, to=(PUBLIC,), kind="Create"
    )


# --- single properties ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-02-03T04:05:06Z", datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("2024-02-03T04:05:06+02:00", datetime(2024, 2, 3, 2, 5, 6, tzinfo=UTC)),
        ("2024-02-03T04:05:06+0000", datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("2024-02-03T04:05:06", datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("2024-02-03T04:05:06.123456789Z", datetime(2024, 2, 3, 4, 5, 6, 123456, tzinfo=UTC)),
        ("2024-02-03T04:05Z", datetime(2024, 2, 3, 4, 5, tzinfo=UTC)),
        (["2024-02-03T04:05:06Z"], datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("yesterday", None),
        ("Sat, 03 Feb 2024 04:05:06 GMT", None),
        (1706933106, None),
        ({}, None),
        ("2024-02-03T04:05:06Z" + " " * 1000, None),
    ],
)
def test_times(value: Any, expected: datetime | None) -> None:
    assert codec.parse_post({**NOTE, "published": value}).published == expected


def test_what_is_of_the_wrong_kind_and_optional_is_ignored() -> None:
    wrong = {
        name: value
        for value in (5, True, {"x": 1}, [[5]])
        for name in (
            "content",
            "summary",
            "url",
            "sensitive",
            "inReplyTo",
            "tag",
            "attachment",
            "contentMap",
            "cc",
        )
    }
    assert codec.parse_post({**NOTE, **wrong}) == codec.parse_post(NOTE)
    assert codec.parse_post({**NOTE, "sensitive": "true"}).sensitive is False


def test_language_tags_are_written_one_way_and_others_left_out() -> None:
    given = {
        "EN": "a",
        "pt-br": "b",
        "zh-hant-tw": "c",
        "und": "d",
        "": "e",
        "_": "f",
        "x" * 50: "g",
        "fr": 5,
    }
    read = codec.parse_post({**NOTE, "content": "b", "contentMap": given})
    assert read.content_map == (("pt-BR", "b"), ("en", "a"), ("zh-Hant-TW", "c"))


def test_nul_characters_do_not_reach_the_database() -> None:
    read = codec.parse_post({**NOTE, "content": "a\0b", "name": "\0"})
    assert (read.content, read.name) == ("ab", "")


def test_limits() -> None:
    field = {"type": "PropertyValue", "name": "n" * 3000, "value": "v" * 3000}
    read = codec.parse_actor(
        {
            **ACTOR,
            "name": "n" * 5000,
            "summary": "s" * 50_000,
            "attachment": [field] * 60,
            "alsoKnownAs": [f"https://a.test/{number}" for number in range(400)],
            "publicKey": [key(id=f"{ANN}#{number}") for number in range(20)],
            "tag": [{"type": "Hashtag", "name": "#x"}] * 400,
        }
    )
    lengths = [
        len(value)
        for value in (read.name or "", read.summary or "", read.fields[0].name, read.fields[0].value)
    ]
    assert lengths == [2048, 20_000, 2047, 2047]
    assert [len(many) for many in (read.fields, read.also_known_as, read.public_keys, read.tags)] == [
        50,
        256,
        10,
        256,
    ]


def test_media_in_odd_forms() -> None:
    attachment = [
        {
            "type": "Image",
            "url": "https://a.test/1.png",
            "width": "5",
            "height": -1,
            "focalPoint": [2, 0],
            "blurhash": 5,
        },
        {"type": "Image", "url": "javascript:alert(1)"},
        {
            "type": "Image",
            "url": "https://a.test/2.png",
            "width": 5.0,
            "height": 2**60,
            "focalPoint": [1, -1],
        },
        "https://a.test/3.png",
        None,
    ]
    first, second = codec.parse_post({**NOTE, "attachment": attachment}).attachments
    assert (first.width, first.height, first.focal_point, first.blurhash) == (None, None, None, None)
    assert (second.width, second.height, second.focal_point) == (5, None, (1.0, -1.0))


def test_collections_in_odd_forms() -> None:
    page = {"type": "CollectionPage", "items": [NOTE["id"], 5, None, NOTE, "x"], "next": "https://a.test/p2"}
    read = codec.parse({"type": "Collection", "id": ANN, "totalItems": "5", "first": page})
    assert read == Collection(id=ANN, type="Collection", items=(NOTE["id"], NOTE), next="https://a.test/p2")
    assert codec.parse({"type": "OrderedCollection", "orderedItems": ANN}) == Collection(
        id=None, items=(ANN,)
    )
