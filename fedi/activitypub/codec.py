"""Documents <-> typed values: the one door to ActivityPub's JSON.

    document = codec.load(body)            # bytes to JSON, bounded
    activity = codec.parse_activity(document)
    body = codec.dumps(codec.render(activity))

Whatever comes in, the only error is `Malformed`. Reading is lenient (`reading`, `*_reading`), writing is
strict (`*_writing`), and reading what was written gives back the same value.
"""

from __future__ import annotations

from typing import Any

import orjson

from fedi.activitypub import activity_reading, activity_writing, actor_reading, jsonld, object_writing
from fedi.activitypub import post_reading as objects
from fedi.activitypub.reading import kind
from fedi.activitypub.screening import MAX_DEPTH, MAX_NODES, survey
from fedi.activitypub.types import (
    ACTOR_TYPES,
    POST_TYPES,
    Actor,
    AnyActivity,
    Collection,
    Post,
    PublicKey,
    QuoteAuthorization,
    Tombstone,
)
from fedi.activitypub.writing import with_context
from fedi.errors import Malformed

Value = AnyActivity | Actor | Post | Collection | Tombstone | QuoteAuthorization

_TOMBSTONE = frozenset({"Tombstone"})
_STAMP = frozenset({"QuoteAuthorization"})


def load(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`, whose size the caller has bounded.

    Raises Malformed for what is not JSON in UTF-8, not an object, nested more than 64 deep or of more than
    20,000 values. Of a key that is there twice the last counts, here and in everything that reads the result.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"not JSON: {error}") from None
    if not isinstance(document, dict):
        raise Malformed("not a JSON object")
    # An upper bound, from the bytes, saves the walk for nearly every document.
    brackets = body.count(b"{") + body.count(b"[")
    if brackets > MAX_DEPTH or brackets + body.count(b",") + 1 > MAX_NODES:
        survey(document)
    return document


def dumps(document: dict[str, Any]) -> bytes:
    """The document as JSON."""
    return orjson.dumps(document)


def parse(document: dict[str, Any]) -> Value:
    """The actor, post, collection, tombstone or activity in a document. Raises Malformed.

    Takes some 30 µs, or milliseconds where `jsonld.needs_expansion(document)`: then call it in a thread.
    """
    plain = jsonld.plain(document)
    if kind(plain, activity_reading.KINDS):
        return activity_reading.activity(plain)
    if kind(plain, ACTOR_TYPES):
        return actor_reading.actor(plain)
    if kind(plain, POST_TYPES):
        return objects.post(plain)
    if kind(plain, objects.COLLECTION_TYPES):
        return objects.collection(plain)
    if kind(plain, _TOMBSTONE):
        return objects.tombstone(plain)
    if kind(plain, _STAMP):
        return objects.quote_authorization(plain)
    return activity_reading.activity(plain)


def parse_activity(document: dict[str, Any]) -> AnyActivity:
    """The activity in a document; `Other` for a type without a meaning here. Raises Malformed."""
    return activity_reading.activity(jsonld.plain(document))


def parse_actor(document: dict[str, Any]) -> Actor:
    """The actor in a document. Raises Malformed."""
    return actor_reading.actor(jsonld.plain(document))


def parse_keys(document: dict[str, Any]) -> tuple[PublicKey, ...]:
    """The keys in what a `keyId` led to: an actor, a stub of one, or a bare key. Raises Malformed.

    Whether the owner they name lists them too is for the caller to see (PROTOCOL section 3.4).
    """
    return actor_reading.keys(jsonld.plain(document))


def parse_post(document: dict[str, Any]) -> Post:
    """The post in a document. Raises Malformed."""
    return objects.post(jsonld.plain(document))


def parse_collection(document: dict[str, Any]) -> Collection:
    """The collection in a document, or the page of one. Raises Malformed."""
    return objects.collection(jsonld.plain(document))


def render(value: Value) -> dict[str, Any]:
    """The document that stands for a value, with its `@context`. `bto` and `bcc` do not exist here."""
    match value:
        case Actor():
            body = object_writing.actor(value)
        case Post():
            body = object_writing.post(value)
        case Collection():
            body = object_writing.collection(value)
        case Tombstone():
            body = object_writing.tombstone(value)
        case QuoteAuthorization():
            body = object_writing.quote_authorization(value)
        case _:
            body = activity_writing.activity(value)
    return with_context(body)
