"""Documents to posts, tombstones and collections."""

from __future__ import annotations

from typing import Any

from fedi.activitypub import parts
from fedi.activitypub.reading import (
    MAX_NAME,
    Document,
    audience,
    fields,
    flag,
    items,
    kind,
    link,
    number,
    own_id,
    required,
    text,
    time,
    translated,
    uri,
    uris,
)
from fedi.activitypub.types import (
    POST_TYPES,
    Collection,
    Media,
    Option,
    Poll,
    Post,
    QuoteAuthorization,
    Tombstone,
)
from fedi.activitypub.uris import same_origin
from fedi.activitypub.vocabulary import type_name
from fedi.errors import Malformed

MAX_FIRST_REPLIES = 100
MAX_OPTIONS = 100
MAX_OPTION = 500
MAX_POLICY = 32

COLLECTION_TYPES = frozenset(
    {"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"},
)
_PERSON = frozenset({"Person"})
_PLAYABLE = {"Video": "video/", "Audio": "audio/"}


def post(document: Document) -> Post:
    """The post in a document, which has to be on the host of its author. Raises Malformed.

    `url` may be elsewhere: on a server whose pages are on another domain than its actors it has to be.
    """
    name = kind(document, POST_TYPES)
    if name is None:
        raise Malformed("not a post")
    own = required(own_id(document), "post id")
    author = required(_author(document.get("attributedTo")), "attributedTo")
    if not same_origin(own, author):
        raise Malformed(f"{own} is not on the host of its author {author}")
    content, content_map = translated(document, "content")
    source, source_type = _source(document.get("source"))
    replies, first_replies = _replies(document.get("replies"))
    likes, likes_total = _count(document.get("likes"))
    shares, shares_total = _count(document.get("shares"))
    may_quote, may_ask = _policy(document)
    return Post(
        id=own,
        type=name,
        attributed_to=author,
        content=content,
        content_map=content_map,
        media_type=_media_type(document.get("mediaType")),
        name=translated(document, "name")[0],
        summary=translated(document, "summary")[0],
        sensitive=flag(document.get("sensitive")) or False,
        source=source,
        source_media_type=source_type,
        url=link(document.get("url")),
        published=time(document.get("published")),
        updated=time(document.get("updated")),
        to=audience(document.get("to")),
        cc=audience(document.get("cc")),
        audience=audience(document.get("audience")),
        in_reply_to=uri(document.get("inReplyTo")),
        conversation=_name(document.get("conversation")),
        context=_name(document.get("context")),
        tags=parts.tags(document.get("tag")),
        attachments=parts.attachments(document.get("attachment")) or _recordings(document, name),
        image=parts.picture(document.get("image") or document.get("icon")),
        quote=_quote(document),
        quote_authorization=uri(document.get("quoteAuthorization")),
        may_quote=may_quote,
        may_ask_to_quote=may_ask,
        poll=_poll(document) if name == "Question" else None,
        replies=replies,
        first_replies=first_replies,
        likes=likes,
        likes_total=likes_total,
        shares=shares,
        shares_total=shares_total,
    )


def _author(value: Any) -> str | None:
    """`attributedTo`: of several the first Person (PeerTube adds the channel), or else the first."""
    if value.__class__ is str:
        return uri(value)
    people = [item for item in items(value) if item.__class__ is dict and kind(item, _PERSON)]
    return uri(people) or uri(value)


def _name(value: Any) -> str | None:
    """A URI of any scheme: conversations are often tag: URIs, or objects with an id."""
    return text(fields(value).get("id", value), MAX_NAME) or None


def _media_type(value: Any) -> str | None:
    """The type of `content`, where it is not the HTML that it is by default."""
    found = text(value, MAX_NAME)
    return None if found == "text/html" else found or None


def _source(value: Any) -> tuple[str | None, str | None]:
    inside = fields(value)
    if inside:
        return text(inside.get("content")), text(inside.get("mediaType"), MAX_NAME)
    return text(value), None


def _quote(document: Document) -> str | None:
    """The quoted post, in the order in which Mastodon looks for it (FEP-044f and its forerunners)."""
    for name in ("quote", "_misskey_quote", "quoteUrl", "quoteUri"):
        if name in document and (found := uri(document[name])):
            return found
    return None


def _policy(document: Document) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Who may quote: without asking (None where nothing is said), and by asking."""
    policy = fields(fields(document.get("interactionPolicy")).get("canQuote"))
    if not policy:
        return None, ()
    automatic, manual = audience(policy.get("automaticApproval")), audience(policy.get("manualApproval"))
    return automatic[:MAX_POLICY], manual[:MAX_POLICY]


def _poll(document: Document) -> Poll | None:
    """The choices of a Question; None where there are none, or far too many."""
    multiple = bool(document.get("anyOf"))
    given = items(document.get("anyOf") if multiple else document.get("oneOf"))
    if not given or len(given) > MAX_OPTIONS:
        return None
    options = tuple(
        Option(name, number(fields(item.get("replies")).get("totalItems")) or 0)
        for item in given
        if item.__class__ is dict and (name := text(item.get("name"), MAX_OPTION))
    )
    if len({option.name for option in options}) != len(given):
        return None
    end = time(document.get("endTime"))
    # Old servers write a truth value.
    closed = time(document.get("closed")) or (end if flag(document.get("closed")) else None)
    return Poll(
        options=options,
        multiple=multiple,
        end_time=end,
        closed=closed,
        voters_count=number(document.get("votersCount")),
    )


def _recordings(document: Document, kind: str) -> tuple[Media, ...]:
    """The film or sound that a Video or Audio has among the links of its `url`, first come, first served."""
    prefix = _PLAYABLE.get(kind)
    if prefix is None:
        return ()
    for item in items(document.get("url")):
        if item.__class__ is dict and (text(item.get("mediaType")) or "").startswith(prefix):
            found = parts.media({**item, "type": kind})
            return (found,) if found else ()
    return ()


def _replies(value: Any) -> tuple[str | None, tuple[str, ...]]:
    """The URI of the replies, and the URIs on the first page if that is inline."""
    first = fields(fields(value).get("first"))
    return uri(value), uris(first.get("items") or first.get("orderedItems"))[:MAX_FIRST_REPLIES]


def _count(value: Any) -> tuple[str | None, int | None]:
    """The URI of a collection and, if it is inline, the total it states."""
    return uri(value), number(fields(value).get("totalItems"))


def quote_authorization(document: Document) -> QuoteAuthorization:
    """The stamp in a document, on the host of who gave it (FEP-044f). Raises Malformed."""
    if kind(document, frozenset({"QuoteAuthorization"})) is None:
        raise Malformed("not a QuoteAuthorization")
    own = required(own_id(document), "id")
    author = required(uri(document.get("attributedTo")), "attributedTo")
    if not same_origin(own, author):
        raise Malformed(f"{own} is not on the host of {author}")
    return QuoteAuthorization(
        id=own,
        attributed_to=author,
        interacting_object=required(uri(document.get("interactingObject")), "interactingObject"),
        interaction_target=required(uri(document.get("interactionTarget")), "interactionTarget"),
    )


def tombstone(document: Document) -> Tombstone:
    """What a deleted object leaves behind. Raises Malformed."""
    if kind(document, frozenset({"Tombstone"})) is None:
        raise Malformed("not a Tombstone")
    return Tombstone(
        id=required(own_id(document), "id"),
        deleted=time(document.get("deleted")),
        former_type=type_name(_name(document.get("formerType")) or "") or None,
    )


def collection(document: Document) -> Collection:
    """A collection or a page of one. An inline first page lends it its items and next page. Raises Malformed."""
    name = kind(document, COLLECTION_TYPES)
    if name is None:
        raise Malformed("not a collection")
    first = document.get("first")
    page = {} if _entries(document) else fields(first)
    return Collection(
        id=own_id(document),
        type=name,
        total_items=number(document.get("totalItems")),
        first=uri(first),
        last=uri(document.get("last")),
        next=uri(document.get("next")) or uri(page.get("next")),
        prev=uri(document.get("prev")),
        part_of=uri(document.get("partOf")),
        items=_entries(document) or _entries(page),
    )


def _entries(document: Document) -> tuple[object, ...]:
    """The items: URIs, and documents as they came."""
    entries = items(document.get("orderedItems")) or items(document.get("items"))
    return tuple(entry for entry in entries if entry.__class__ is dict or uri(entry))
