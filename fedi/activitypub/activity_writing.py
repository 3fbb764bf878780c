"""Activities to documents (PROTOCOL section 5.2)."""

from __future__ import annotations

from fedi.activitypub import object_writing, parts_writing
from fedi.activitypub.types import (
    Accept,
    Actor,
    Add,
    Announce,
    AnyActivity,
    Create,
    Delete,
    Emoji,
    EmojiReact,
    Flag,
    Like,
    Move,
    Other,
    Post,
    QuoteRequest,
    Remove,
)
from fedi.activitypub.writing import Document, present, stamp

# Activities whose audience is told even where it is empty.
_ADDRESSED = (Create, Announce)


def activity(one: AnyActivity) -> Document:
    """An activity with a plain string as its actor. The Follow in an Accept, and the like, are embedded."""
    always = isinstance(one, _ADDRESSED)
    head = present(
        (
            ("id", one.id),
            ("type", one.kind if isinstance(one, Other) else type(one).__name__),
            ("actor", one.actor),
            ("published", stamp(one.published)),
            ("to", list(one.to) if one.to or always else None),
            ("cc", list(one.cc) if one.cc or always else None),
        )
    )
    return head | _details(one)


def _details(one: AnyActivity) -> Document:
    """What is particular to the type."""
    match one:
        case Other():
            return {}
        case Delete():
            return {"object": _deleted(one)}
        case Announce():
            return {"object": _announced(one)}
        case Accept():
            return present((("object", embedded(one.object)), ("result", one.result)))
        case Create() if one.more:
            return {"object": [embedded(post) for post in (one.object, *one.more)]}
        case QuoteRequest():
            return {"object": one.object, "instrument": embedded(one.instrument)}
        case Flag():
            return present((("object", list(one.objects)), ("content", one.content)))
        case Add() | Remove():
            shown = parts_writing.tag(one.hashtag) if one.hashtag is not None else one.object
            return {"object": shown, "target": one.target}
        case Move():
            return {"object": one.object, "target": one.target}
        case Like():
            # Misskey looks for its own term before `content`.
            return present(
                (
                    ("object", one.object),
                    ("content", one.content),
                    ("_misskey_reaction", one.content),
                    ("tag", _emoji(one.emoji)),
                )
            )
        case EmojiReact():
            return present((("object", one.object), ("content", one.content), ("tag", _emoji(one.emoji))))
        case _:
            return {"object": embedded(one.object)}


def embedded(value: Post | Actor | AnyActivity | str) -> Document | str:
    """An object inside an activity: a URI as it is, all else as a document without a context."""
    match value:
        case str():
            return value
        case Post():
            return object_writing.post(value)
        case Actor():
            return object_writing.actor(value)
    return activity(value)


def _deleted(one: Delete) -> Document | str:
    """A Tombstone; an actor that deletes itself is named by its URI alone."""
    return one.object if one.object == one.actor else {"id": one.object, "type": "Tombstone"}


def _announced(one: Announce) -> Document | str:
    return embedded(one.inlined or one.wrapped or one.object)


def _emoji(one: Emoji | None) -> list[Document] | None:
    return [parts_writing.emoji(one)] if one else None
