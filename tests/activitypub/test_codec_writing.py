"""The exact documents that we send: PROTOCOL sections 0 to 6."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from typed_values import ED25519_PEM, RSA_PEM

from fedi.activitypub import codec
from fedi.activitypub.keys import encode_multikey
from fedi.activitypub.types import (
    PUBLIC,
    Accept,
    Actor,
    Announce,
    Collection,
    Create,
    Delete,
    Emoji,
    EmojiReact,
    Field,
    Flag,
    Follow,
    Hashtag,
    Like,
    Media,
    Mention,
    Move,
    Post,
    PublicKey,
    Tombstone,
    Undo,
)

BASE = "https://a.test"
ANN, BO = f"{BASE}/ap/users/1", "https://b.test/bo"
FOLLOWERS = f"{ANN}/followers"
AS, SECURITY = "https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"
NOON = datetime(2024, 1, 2, 14, 0, 0, 987654, tzinfo=timezone(timedelta(hours=2)))


def body(value: codec.Value) -> dict[str, Any]:
    document = codec.render(value)
    assert document["@context"][:2] == [AS, SECURITY]
    return {name: part for name, part in document.items() if name != "@context"}


def note(**changes: Any) -> Post:
    fields: dict[str, Any] = {
        "id": f"{BASE}/ap/posts/9",
        "attributed_to": ANN,
        "to": (PUBLIC,),
        "cc": (FOLLOWERS,),
    }
    return Post(**(fields | changes))


def test_a_note() -> None:
    html = '<p><span class="h-card"><a href="https://b.test/@bo" class="u-url mention">@<span>bo</span></a></span></p>'
    value = note(
        content=html,
        content_map=(("en", html),),
        summary="careful",
        sensitive=True,
        source="@bo@b.test",
        source_media_type="text/markdown",
        published=NOON,
        url=f"{BASE}/@ann/9",
        conversation=f"{BASE}/ap/contexts/4",
        context=f"{BASE}/ap/contexts/4",
        tags=(
            Mention(href=BO, name="@bo@b.test"),
            Hashtag(name="#x", href=f"{BASE}/tags/x"),
            Emoji(name=":blob:", url=f"{BASE}/e.png", id=f"{BASE}/e/1", media_type="image/png", updated=NOON),
        ),
        attachments=(
            Media(
                url=f"{BASE}/1.png",
                media_type="image/png",
                name="alt",
                width=2,
                height=1,
                blurhash="abc",
                focal_point=(0.5, -0.5),
            ),
            Media(type="Link", url="https://news.test/"),
        ),
        replies=f"{BASE}/ap/posts/9/replies",
        first_replies=(f"{BASE}/ap/posts/10",),
        likes=f"{BASE}/ap/posts/9/likes",
        likes_total=2,
        shares=f"{BASE}/ap/posts/9/shares",
        shares_total=0,
    )
    assert body(value) == {
        "id": f"{BASE}/ap/posts/9",
        "type": "Note",
        "attributedTo": ANN,
        "summary": "careful",
        "sensitive": True,
        "content": html,
        "contentMap": {"en": html},
        "source": {"content": "@bo@b.test", "mediaType": "text/markdown"},
        "published": "2024-01-02T12:00:00Z",
        "url": f"{BASE}/@ann/9",
        "to": [PUBLIC],
        "cc": [FOLLOWERS],
        "conversation": f"{BASE}/ap/contexts/4",
        "context": f"{BASE}/ap/contexts/4",
        "interactionPolicy": {"canQuote": {"automaticApproval": [PUBLIC]}},
        "attachment": [
            {
                "type": "Document",
                "mediaType": "image/png",
                "url": f"{BASE}/1.png",
                "name": "alt",
                "width": 2,
                "height": 1,
                "blurhash": "abc",
                "focalPoint": [0.5, -0.5],
            },
            {"type": "Link", "href": "https://news.test/"},
        ],
        "tag": [
            {"type": "Mention", "href": BO, "name": "@bo@b.test"},
            {"type": "Hashtag", "href": f"{BASE}/tags/x", "name": "#x"},
            {
                "id": f"{BASE}/e/1",
                "type": "Emoji",
                "name": ":blob:",
                "updated": "2024-01-02T12:00:00Z",
                "icon": {"type": "Image", "mediaType": "image/png", "url": f"{BASE}/e.png"},
            },
        ],
        "replies": {
            "id": f"{BASE}/ap/posts/9/replies",
            "type": "Collection",
            "first": {
                "type": "CollectionPage",
                "next": f"{BASE}/ap/posts/9/replies?page=true",
                "partOf": f"{BASE}/ap/posts/9/replies",
                "items": [f"{BASE}/ap/posts/10"],
            },
        },
        "likes": {"id": f"{BASE}/ap/posts/9/likes", "type": "Collection", "totalItems": 2},
        "shares": {"id": f"{BASE}/ap/posts/9/shares", "type": "Collection", "totalItems": 0},
    }


def test_the_context_defines_what_is_used_and_nothing_else() -> None:
    assert codec.render(note())["@context"] == [
        AS,
        SECURITY,
        {
            "gts": "https://gotosocial.org/ns#",
            "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
            "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
            "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
            "sensitive": "as:sensitive",
        },
    ]
    assert codec.render(Follow(id=f"{ANN}#1", actor=ANN, object=BO))["@context"] == [AS, SECURITY]


def test_rendering_shares_nothing_between_documents() -> None:
    first = codec.render(note())
    first["@context"][2].clear()
    first["@context"].append("x")
    assert len(codec.render(note())["@context"]) == 3
    assert "sensitive" in codec.render(note())["@context"][2]


def test_a_quote_is_told_in_every_dialect() -> None:
    document = body(note(quote="https://b.test/1", quote_authorization="https://b.test/stamps/1"))
    names = ("quote", "quoteUri", "quoteUrl", "_misskey_quote")
    assert {document[name] for name in names} == {"https://b.test/1"}
    assert document["quoteAuthorization"] == "https://b.test/stamps/1"


def test_who_may_quote() -> None:
    policies = [
        codec.render(note(to=to, cc=cc))["interactionPolicy"]["canQuote"]["automaticApproval"]
        for to, cc in (((FOLLOWERS,), (PUBLIC,)), ((FOLLOWERS,), ()), ((BO,), ()))
    ]
    assert policies == [[PUBLIC], [ANN], [ANN]]


def test_an_actor() -> None:
    value = Actor(
        id=ANN,
        preferred_username="ann",
        name="Ann",
        summary="<p>hi</p>",
        url=f"{BASE}/@ann",
        inbox=f"{ANN}/inbox",
        outbox=f"{ANN}/outbox",
        followers=FOLLOWERS,
        following=f"{ANN}/following",
        featured=f"{ANN}/featured",
        shared_inbox=f"{BASE}/inbox",
        public_keys=(
            PublicKey(id=f"{ANN}#main-key", owner=ANN, pem=RSA_PEM),
            PublicKey(id=f"{ANN}#ed25519-key", owner=ANN, pem=ED25519_PEM),
        ),
        icon=Media(type="Image", url=f"{BASE}/a.png", media_type="image/png", name="a cat"),
        fields=(Field(name="web", value="a.test"),),
        published=NOON,
        discoverable=True,
        indexable=False,
        also_known_as=("https://old.test/ann",),
        webfinger="ann@a.test",
    )
    assert body(value) == {
        "id": ANN,
        "type": "Person",
        "preferredUsername": "ann",
        "name": "Ann",
        "summary": "<p>hi</p>",
        "url": f"{BASE}/@ann",
        "inbox": f"{ANN}/inbox",
        "outbox": f"{ANN}/outbox",
        "followers": FOLLOWERS,
        "following": f"{ANN}/following",
        "featured": f"{ANN}/featured",
        "endpoints": {"sharedInbox": f"{BASE}/inbox"},
        "webfinger": "ann@a.test",
        "published": "2024-01-02T12:00:00Z",
        "manuallyApprovesFollowers": False,
        "discoverable": True,
        "indexable": False,
        "icon": {"type": "Image", "mediaType": "image/png", "url": f"{BASE}/a.png", "summary": "a cat"},
        "attachment": [{"type": "PropertyValue", "name": "web", "value": "a.test"}],
        "tag": [],
        "alsoKnownAs": ["https://old.test/ann"],
        "publicKey": {"id": f"{ANN}#main-key", "owner": ANN, "publicKeyPem": RSA_PEM},
        "assertionMethod": [
            {
                "id": f"{ANN}#ed25519-key",
                "type": "Multikey",
                "controller": ANN,
                "publicKeyMultibase": encode_multikey(ED25519_PEM),
            }
        ],
    }
    terms = codec.render(value)["@context"][2]
    assert terms["schema"] == "http://schema.org#"
    assert terms["PropertyValue"] == "schema:PropertyValue"
    assert terms["Multikey"] == "sec:Multikey"


FOLLOW = Follow(id=f"{BO}/follows/1", actor=BO, object=ANN)
FOLLOWED = {"id": f"{BO}/follows/1", "type": "Follow", "actor": BO, "object": ANN}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (FOLLOW, FOLLOWED),
        (
            Accept(id=f"{ANN}#accepts/1", actor=ANN, object=FOLLOW),
            {"id": f"{ANN}#accepts/1", "type": "Accept", "actor": ANN, "object": FOLLOWED},
        ),
        (
            Undo(id=f"{BO}#undo/1", actor=BO, object=FOLLOW),
            {"id": f"{BO}#undo/1", "type": "Undo", "actor": BO, "object": FOLLOWED},
        ),
        (
            Announce(id=f"{ANN}/b", actor=ANN, object=f"{BO}/1", to=(PUBLIC,), cc=(BO,), published=NOON),
            {
                "id": f"{ANN}/b",
                "type": "Announce",
                "actor": ANN,
                "published": "2024-01-02T12:00:00Z",
                "to": [PUBLIC],
                "cc": [BO],
                "object": f"{BO}/1",
            },
        ),
        (
            Delete(id=f"{ANN}/d", actor=ANN, object=f"{BASE}/ap/posts/9", to=(PUBLIC,)),
            {
                "id": f"{ANN}/d",
                "type": "Delete",
                "actor": ANN,
                "to": [PUBLIC],
                "object": {"id": f"{BASE}/ap/posts/9", "type": "Tombstone"},
            },
        ),
        (
            Delete(id=f"{ANN}#delete", actor=ANN, object=ANN, to=(PUBLIC,)),
            {"id": f"{ANN}#delete", "type": "Delete", "actor": ANN, "to": [PUBLIC], "object": ANN},
        ),
        (
            Flag(id=f"{BASE}/f", actor=f"{BASE}/actor", objects=(BO, f"{BO}/1"), content="spam"),
            {
                "id": f"{BASE}/f",
                "type": "Flag",
                "actor": f"{BASE}/actor",
                "object": [BO, f"{BO}/1"],
                "content": "spam",
            },
        ),
        (
            Move(id=f"{ANN}#m", actor=ANN, object=ANN, target=BO),
            {"id": f"{ANN}#m", "type": "Move", "actor": ANN, "object": ANN, "target": BO},
        ),
        (
            Like(id=f"{ANN}#l", actor=ANN, object=f"{BO}/1"),
            {"id": f"{ANN}#l", "type": "Like", "actor": ANN, "object": f"{BO}/1"},
        ),
        (
            Like(id=f"{ANN}#l", actor=ANN, object=f"{BO}/1", content="🎉"),
            {
                "id": f"{ANN}#l",
                "type": "Like",
                "actor": ANN,
                "object": f"{BO}/1",
                "content": "🎉",
                "_misskey_reaction": "🎉",
            },
        ),
        (
            EmojiReact(id=f"{ANN}#e", actor=ANN, object=f"{BO}/1", content="🔥"),
            {"id": f"{ANN}#e", "type": "EmojiReact", "actor": ANN, "object": f"{BO}/1", "content": "🔥"},
        ),
        (
            Tombstone(id=f"{BASE}/ap/posts/9", deleted=NOON, former_type="Note"),
            {
                "id": f"{BASE}/ap/posts/9",
                "type": "Tombstone",
                "deleted": "2024-01-02T12:00:00Z",
                "formerType": "Note",
            },
        ),
        (
            Collection(id=FOLLOWERS, total_items=5),
            {"id": FOLLOWERS, "type": "OrderedCollection", "totalItems": 5},
        ),
        (
            Collection(id=f"{ANN}/featured", total_items=0),
            {"id": f"{ANN}/featured", "type": "OrderedCollection", "totalItems": 0, "orderedItems": []},
        ),
        (
            Collection(id=f"{ANN}/x?page=1", type="CollectionPage", part_of=f"{ANN}/x", items=(BO,)),
            {"id": f"{ANN}/x?page=1", "type": "CollectionPage", "partOf": f"{ANN}/x", "items": [BO]},
        ),
    ],
)
def test_documents(value: codec.Value, expected: dict[str, Any]) -> None:
    assert body(value) == expected


def test_a_create_embeds_its_post_and_has_one_context() -> None:
    document = codec.render(
        Create(id=f"{ANN}/c", actor=ANN, object=note(), to=(PUBLIC,), cc=(), published=NOON)
    )
    assert document["object"] == body(note())
    assert (document["to"], document["cc"]) == ([PUBLIC], [])
    assert "interactionPolicy" in document["@context"][2]


def test_documents_in_a_collection_share_its_context() -> None:
    document = codec.render(Collection(id=f"{ANN}/featured", items=(codec.render(note()), BO)))
    assert document["orderedItems"] == [body(note()), BO]
    assert "interactionPolicy" in document["@context"][2]


def test_times_are_in_utc_without_fractions() -> None:
    late = datetime(2024, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC)
    assert body(note(published=late))["published"] == "2024-01-01T00:00:00Z"
    assert body(note(published=datetime(999, 1, 1, tzinfo=UTC)))["published"] == "0999-01-01T00:00:00Z"
