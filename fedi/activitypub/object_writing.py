"""Actors, posts, tombstones and collections to documents (PROTOCOL sections 2, 5 and 6)."""

from __future__ import annotations

from fedi.activitypub import parts_writing
from fedi.activitypub.keys import encode_multikey
from fedi.activitypub.types import (
    PUBLIC,
    Actor,
    Collection,
    Field,
    Option,
    Poll,
    Post,
    PublicKey,
    QuoteAuthorization,
    Tombstone,
)
from fedi.activitypub.writing import Document, present, stamp

# How the SubjectPublicKeyInfo of every Ed25519 key begins in base64 (RFC 8410 section 4).
_ED25519_PEM = "MCowBQYDK2VwAyEA"


def actor(one: Actor) -> Document:
    """An actor, with its RSA key in `publicKey` and its Ed25519 key in `assertionMethod` (FEP-521a)."""
    rsa = [_rsa_key(key) for key in one.public_keys if _ED25519_PEM not in key.pem]
    ed25519 = [_multikey(key) for key in one.public_keys if _ED25519_PEM in key.pem]
    return present(
        (
            ("id", one.id),
            ("type", one.type),
            ("preferredUsername", one.preferred_username),
            ("name", one.name),
            ("summary", one.summary),
            ("url", one.url),
            ("inbox", one.inbox),
            ("outbox", one.outbox),
            ("followers", one.followers),
            ("following", one.following),
            ("featured", one.featured),
            ("featuredTags", one.featured_tags),
            ("endpoints", {"sharedInbox": one.shared_inbox} if one.shared_inbox else None),
            ("webfinger", one.webfinger),
            ("published", stamp(one.published)),
            ("manuallyApprovesFollowers", one.manually_approves_followers),
            ("discoverable", one.discoverable),
            ("indexable", one.indexable),
            ("showMedia", one.show_media),
            ("showRepliesInMedia", one.show_media_replies),
            ("showFeatured", one.show_featured),
            ("attributionDomains", list(one.attribution_domains) or None),
            ("memorial", one.memorial or None),
            ("suspended", one.suspended or None),
            ("icon", parts_writing.picture(one.icon)),
            ("image", parts_writing.picture(one.image)),
            ("attachment", [_field(field) for field in one.fields]),
            ("tag", [parts_writing.tag(tag) for tag in one.tags]),
            ("alsoKnownAs", list(one.also_known_as) or None),
            ("movedTo", one.moved_to),
            # One key as an object, as all do it: Misskey takes no list.
            ("publicKey", rsa[0] if len(rsa) == 1 else rsa or None),
            ("assertionMethod", ed25519 or None),
        )
    )


def _field(field: Field) -> Document:
    return {"type": "PropertyValue", "name": field.name, "value": field.value}


def _rsa_key(key: PublicKey) -> Document:
    return {"id": key.id, "owner": key.owner, "publicKeyPem": key.pem}


def _multikey(key: PublicKey) -> Document:
    return {
        "id": key.id,
        "type": "Multikey",
        "controller": key.owner,
        "publicKeyMultibase": encode_multikey(key.pem),
    }


def post(one: Post) -> Document:
    """A post. Its text is HTML with the markup of mentions and hashtags already in it."""
    return present(
        (
            ("id", one.id),
            ("type", one.type),
            ("attributedTo", one.attributed_to),
            ("name", one.name),
            ("summary", one.summary),
            ("sensitive", one.sensitive),
            ("content", one.content),
            ("contentMap", dict(one.content_map) or None),
            ("mediaType", one.media_type),
            ("source", _source(one)),
            ("inReplyTo", one.in_reply_to),
            ("published", stamp(one.published)),
            ("updated", stamp(one.updated)),
            ("url", one.url),
            ("to", list(one.to)),
            ("cc", list(one.cc)),
            ("audience", list(one.audience) or None),
            ("conversation", one.conversation),
            ("context", one.context),
            ("quote", one.quote),
            ("quoteUri", one.quote),
            ("quoteUrl", one.quote),
            ("_misskey_quote", one.quote),
            ("quoteAuthorization", one.quote_authorization),
            ("interactionPolicy", {"canQuote": _may_quote(one)}),
            ("image", parts_writing.picture(one.image)),
            ("attachment", [parts_writing.media(media) for media in one.attachments]),
            ("tag", [parts_writing.tag(tag) for tag in one.tags]),
            ("replies", _replies(one)),
            ("likes", _count(one.likes, one.likes_total)),
            ("shares", _count(one.shares, one.shares_total)),
            *(_question(one.poll) if one.poll is not None else ()),
        )
    )


def _question(poll: Poll) -> tuple[tuple[str, object], ...]:
    return (
        ("anyOf" if poll.multiple else "oneOf", [_option(option) for option in poll.options]),
        ("endTime", stamp(poll.end_time)),
        ("closed", stamp(poll.closed)),
        ("votersCount", poll.voters_count),
    )


def _option(option: Option) -> Document:
    return {
        "type": "Note",
        "name": option.name,
        "replies": {"type": "Collection", "totalItems": option.votes},
    }


def quote_authorization(one: QuoteAuthorization) -> Document:
    """The stamp by which a post may be quoted (FEP-044f)."""
    return {
        "id": one.id,
        "type": "QuoteAuthorization",
        "attributedTo": one.attributed_to,
        "interactingObject": one.interacting_object,
        "interactionTarget": one.interaction_target,
    }


def _source(one: Post) -> Document | None:
    if one.source is None:
        return None
    return present((("content", one.source), ("mediaType", one.source_media_type)))


def _may_quote(one: Post) -> Document:
    """As the post says; else everyone may quote what everyone can read, nobody but the author the rest (FEP-044f).

    Without a policy Mastodon lets nobody quote.
    """
    automatic = one.may_quote
    if automatic is None:
        automatic = (PUBLIC,) if PUBLIC in one.to or PUBLIC in one.cc else (one.attributed_to,)
    return present(
        (("automaticApproval", list(automatic)), ("manualApproval", list(one.may_ask_to_quote) or None))
    )


def _replies(one: Post) -> Document | None:
    """The collection of replies with its first page inline, which is where Mastodon looks."""
    if one.replies is None:
        return None
    return {
        "id": one.replies,
        "type": "Collection",
        "first": {
            "type": "CollectionPage",
            "next": f"{one.replies}?page=true",
            "partOf": one.replies,
            "items": list(one.first_replies),
        },
    }


def _count(uri: str | None, total: int | None) -> Document | None:
    """A collection of which only the total is told."""
    return present((("id", uri), ("type", "Collection"), ("totalItems", total))) if uri else None


def tombstone(one: Tombstone) -> Document:
    """What is answered, with 410, for something deleted."""
    return present(
        (
            ("id", one.id),
            ("type", "Tombstone"),
            ("deleted", stamp(one.deleted)),
            ("formerType", one.former_type),
        )
    )


def collection(one: Collection) -> Document:
    """A collection or page. A collection that hides its members has a total, and neither `first` nor items."""
    document = present(
        (
            ("id", one.id),
            ("type", one.type),
            ("totalItems", one.total_items),
            ("first", one.first),
            ("last", one.last),
            ("next", one.next),
            ("prev", one.prev),
            ("partOf", one.part_of),
        )
    )
    if one.items or one.total_items == 0 or one.type.endswith("Page"):
        document["orderedItems" if one.type.startswith("Ordered") else "items"] = [
            _entry(item) for item in one.items
        ]
    return document


def _entry(item: object) -> object:
    """An item; the context of the collection serves an embedded document too."""
    return (
        {key: value for key, value in item.items() if key != "@context"} if isinstance(item, dict) else item
    )
