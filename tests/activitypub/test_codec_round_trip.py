"""Reading what was written gives back the same value, and what is written has the shapes that others need."""

from __future__ import annotations

import orjson
from hypothesis import given
from typed_values import ED25519_PEM, RSA_PEM, activities, actors, posts, values

from fedi.activitypub import codec, jsonld
from fedi.activitypub.types import PUBLIC, Actor, AnyActivity, Post


@given(values)
def test_reading_what_was_written_gives_the_same_value(value: codec.Value) -> None:
    document = codec.load(codec.dumps(codec.render(value)))
    assert codec.parse(document) == value


@given(values)
def test_what_we_write_is_plain_to_others_and_to_us(value: codec.Value) -> None:
    document = codec.render(value)
    assert next(iter(document)) == "@context"
    assert document["@context"][:2] == [
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/v1",
    ]
    assert not jsonld.needs_expansion(document)
    assert not {"bto", "bcc"} & set(keys_of(document))


@given(values)
def test_all_that_we_write_is_defined_by_its_context(value: codec.Value) -> None:
    """Full JSON-LD, with nothing assumed, loses none of it: so our signatures cover all of it."""
    compacted = jsonld.compact(codec.render(value))
    assert codec.parse(compacted) == codec.parse(codec.render(value))


@given(activities)
def test_an_activity_names_its_actor_plainly(activity: AnyActivity) -> None:
    document = codec.render(activity)
    assert document["actor"] == activity.actor
    assert keys_of(document).count("@context") == 1


@given(posts())
def test_every_post_says_who_may_quote_it(post: Post) -> None:
    """Without a policy Mastodon lets nobody quote."""
    approved = codec.render(post)["interactionPolicy"]["canQuote"]["automaticApproval"]
    public = PUBLIC in post.to or PUBLIC in post.cc
    assert approved == ([PUBLIC] if public else [post.attributed_to])


@given(actors())
def test_each_key_is_published_where_others_look(actor: Actor) -> None:
    document = codec.render(actor)
    pems = [key.pem for key in actor.public_keys]
    assert ("publicKey" in document) == (RSA_PEM in pems)
    assert ("assertionMethod" in document) == (ED25519_PEM in pems)
    if ED25519_PEM in pems:
        assert document["assertionMethod"][0]["publicKeyMultibase"].startswith("z6Mk")


def keys_of(value: object) -> list[str]:
    """Every key of a document, however deep."""
    if isinstance(value, dict):
        return [*value, *(key for inner in value.values() for key in keys_of(inner))]
    if isinstance(value, list):
        return [key for inner in value for key in keys_of(inner)]
    return []


def test_dumps_is_compact_json() -> None:
    assert codec.dumps({"id": "https://a.test/é", "to": []}) == orjson.dumps(
        {"id": "https://a.test/é", "to": []}
    )
