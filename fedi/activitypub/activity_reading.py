"""Documents to activities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fedi.activitypub import actor_reading, parts, post_reading
from fedi.activitypub.reading import Document, audience, items, kind, own_id, required, text, time, uri, uris
from fedi.activitypub.types import (
    ACTOR_TYPES,
    POST_TYPES,
    Accept,
    Actor,
    Add,
    Announce,
    AnyActivity,
    Block,
    Create,
    Delete,
    EmojiReact,
    Flag,
    Follow,
    Hashtag,
    Like,
    Move,
    Other,
    Post,
    QuoteRequest,
    Reject,
    Remove,
    Undo,
    Update,
)
from fedi.activitypub.uris import same_origin
from fedi.activitypub.vocabulary import type_name
from fedi.errors import Malformed

MAX_REACTION = 256
MAX_REPORT = 5_000

Common = dict[str, Any]
Reader = Callable[[Document, Common], AnyActivity]

_UNDONE = frozenset({"Follow", "Like", "Announce", "Block", "EmojiReact", "Accept"})
_FOLLOW = frozenset({"Follow"})
_QUOTE_REQUEST = frozenset({"QuoteRequest"})
_LINK = frozenset({"Link"})
MAX_VOTES = 32


def activity(document: Document) -> AnyActivity:
    """The activity in a document; one of a type without a meaning here is `Other`.

    An id, where there is one, has to be on the actor's host, and so has a post or actor that a Create or
    Update embeds. That an author only acts on what is theirs is for the handlers to see. Raises Malformed.
    """
    actor = required(uri(document.get("actor")), "actor")
    own = _id(document, actor)
    common: Common = {
        "id": own,
        "actor": actor,
        "to": audience(document.get("to")),
        "cc": audience(document.get("cc")),
        "published": time(document.get("published")),
    }
    name = kind(document, KINDS)
    if name is None:
        return Other(kind=_unknown(document), **common)
    return READERS[name](document, common)


def _id(document: Document, actor: str) -> str | None:
    """The id, if any: Mastodon's pins have none. A number, or an id elsewhere, is no way to leave it out."""
    if not document.get("id"):
        return None
    own = required(own_id(document), "activity id")
    if not same_origin(own, actor):
        raise Malformed(f"{own} is not on the host of its actor {actor}")
    return own


def _unknown(document: Document) -> str:
    return type_name(required(text(document.get("type"), MAX_REACTION) or None, "type"))


def _object(document: Document) -> str:
    return required(uri(document.get("object")), "object")


def _target(document: Document) -> str:
    return required(uri(document.get("target")), "target")


def _embedded(document: Document, types: frozenset[str]) -> Document | None:
    """The object, if it is a document of one of these types; of a list the first that is.

    GoToSocial's documentation sends the votes of a poll as one Create with a list.
    """
    for item in items(document.get("object")):
        if item.__class__ is dict and kind(item, types):
            found: Document = item
            return found
    return None


# --- one reader a type ----------------------------------------------------------------------------------


def _follow(document: Document, common: Common) -> Follow:
    return Follow(object=_object(document), **common)


def _asked(document: Document) -> Follow | QuoteRequest | str:
    """What is answered: whole where it can be read, else its id."""
    request = _embedded(document, _QUOTE_REQUEST)
    if (
        request is not None
        and (asker := uri(request.get("actor")))
        and (quoted := uri(request.get("object")))
    ):
        instrument = uri(request.get("instrument"))
        if instrument is not None:
            return QuoteRequest(id=own_id(request), actor=asker, object=quoted, instrument=instrument)
    embedded = _embedded(document, _FOLLOW)
    if embedded is not None:
        asker, asked = uri(embedded.get("actor")), uri(embedded.get("object"))
        if asker is not None and asked is not None:
            return Follow(
                id=own_id(embedded),
                actor=asker,
                object=asked,
                to=audience(embedded.get("to")),
                cc=audience(embedded.get("cc")),
                published=time(embedded.get("published")),
            )
    return _object(document)


def _accept(document: Document, common: Common) -> Accept:
    return Accept(object=_asked(document), result=uri(document.get("result")), **common)


def _reject(document: Document, common: Common) -> Reject:
    return Reject(object=_asked(document), **common)


def _create(document: Document, common: Common) -> AnyActivity:
    embedded = [
        item for item in items(document.get("object")) if item.__class__ is dict and kind(item, POST_TYPES)
    ]
    if embedded:
        post, *more = [_own_post(item, common["actor"]) for item in embedded[:MAX_VOTES]]
        return Create(object=post, more=tuple(more), **common)
    return _by_id(Create, document, common)


def _quote_request(document: Document, common: Common) -> QuoteRequest:
    embedded = document.get("instrument")
    if embedded.__class__ is dict and kind(embedded, POST_TYPES):
        return QuoteRequest(
            object=_object(document), instrument=_own_post(embedded, common["actor"]), **common
        )
    instrument = required(uri(embedded), "instrument")
    if not same_origin(instrument, common["actor"]):
        raise Malformed(f"{instrument} is not on the host of its actor")
    return QuoteRequest(object=_object(document), instrument=instrument, **common)


def _update(document: Document, common: Common) -> AnyActivity:
    embedded = _embedded(document, POST_TYPES)
    if embedded is not None:
        return Update(object=_own_post(embedded, common["actor"]), **common)
    embedded = _embedded(document, ACTOR_TYPES)
    if embedded is not None:
        return Update(object=_own_actor(embedded, common["actor"]), **common)
    return _by_id(Update, document, common)


def _by_id(made: type[Create | Update], document: Document, common: Common) -> AnyActivity:
    """By reference; of an object of a type that is nothing to us (a playlist, a library) it is `Other`."""
    for item in items(document.get("object")):
        if item.__class__ is dict and "type" in item and not kind(item, _LINK):
            return Other(kind=made.__name__, **common)
    return made(object=_object(document), **common)


def _own_post(document: Document, actor: str) -> Post:
    found = post_reading.post(document)
    if found.attributed_to != actor and not same_origin(found.id, actor):
        raise Malformed(f"{found.id} is not on the host of its actor {actor}")
    return found


def _own_actor(document: Document, actor: str) -> Actor:
    found = actor_reading.actor(document)
    if not same_origin(found.id, actor):
        raise Malformed(f"{found.id} is not on the host of its actor {actor}")
    return found


def _delete(document: Document, common: Common) -> Delete:
    return Delete(object=_object(document), **common)


def _announce(document: Document, common: Common) -> Announce:
    """A boost; of a post embedded from elsewhere, and of an activity that cannot be read, only the id."""
    embedded = _embedded(document, POST_TYPES | KINDS)
    inlined: Post | None = None
    wrapped: AnyActivity | None = None
    if embedded is not None:
        try:
            if kind(embedded, POST_TYPES):
                inlined = _own_post(embedded, common["actor"])
            elif not kind(embedded, frozenset({"Announce"})):
                wrapped = activity(embedded)
        except Malformed:  # as good as not embedded: it can be fetched from its origin
            inlined = wrapped = None
    return Announce(object=_object(document), inlined=inlined, wrapped=wrapped, **common)


def _like(document: Document, common: Common) -> Like:
    content = text(document.get("content"), MAX_REACTION) or text(
        document.get("_misskey_reaction"), MAX_REACTION
    )
    emoji = parts.emoji_named(document.get("tag"), content)
    return Like(object=_object(document), content=content or None, emoji=emoji, **common)


def _emoji_react(document: Document, common: Common) -> EmojiReact:
    content = required(text(document.get("content"), MAX_REACTION) or None, "content")
    emoji = parts.emoji_named(document.get("tag"), content)
    return EmojiReact(object=_object(document), content=content, emoji=emoji, **common)


def _block(document: Document, common: Common) -> Block:
    return Block(object=_object(document), **common)


def _flag(document: Document, common: Common) -> Flag:
    objects = uris(document.get("object"))
    if not objects:
        raise Malformed("a Flag without objects")
    return Flag(objects=objects, content=text(document.get("content"), MAX_REPORT), **common)


def _move(document: Document, common: Common) -> Move:
    moved = uri(document.get("object")) or str(common["actor"])
    return Move(object=moved, target=_target(document), **common)


def _add(document: Document, common: Common) -> Add:
    shown, hashtag = _shown(document)
    return Add(object=shown, target=_target(document), hashtag=hashtag, **common)


def _remove(document: Document, common: Common) -> Remove:
    shown, hashtag = _shown(document)
    return Remove(object=shown, target=_target(document), hashtag=hashtag, **common)


def _shown(document: Document) -> tuple[str, Hashtag | None]:
    """A post by its id, or a hashtag, which has a page and no id."""
    found = next((tag for tag in parts.tags(document.get("object")) if isinstance(tag, Hashtag)), None)
    if found is None:
        return _object(document), None
    return found.href or "", found


def _undo(document: Document, common: Common) -> Undo:
    """By the inner activity where it can be read and is the same actor's, else by its id."""
    embedded = _embedded(document, _UNDONE)
    if embedded is not None:
        try:
            inner = activity(embedded)
        except Malformed:
            return Undo(object=_object(document), **common)
        undone = isinstance(inner, Follow | Like | Announce | Block | EmojiReact | Accept)
        if undone and inner.actor == common["actor"]:
            return Undo(object=inner, **common)  # type: ignore[arg-type]
    return Undo(object=_object(document), **common)


READERS: dict[str, Reader] = {
    "Follow": _follow,
    "Accept": _accept,
    "QuoteRequest": _quote_request,
    "Reject": _reject,
    "Create": _create,
    "Update": _update,
    "Delete": _delete,
    "Announce": _announce,
    "Like": _like,
    "EmojiReact": _emoji_react,
    "Block": _block,
    "Flag": _flag,
    "Move": _move,
    "Add": _add,
    "Remove": _remove,
    "Undo": _undo,
}
KINDS = frozenset(READERS)
