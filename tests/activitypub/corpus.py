"""The corpus: documents in the shapes that the programs of the fediverse send, and what we read in them.

`tests/corpus/<program>/<name>.json` is a document, `tests/corpus/<program>/expected.json` what `summary` says
of each of them. The documents were written for this purpose, after the behaviour of each program.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import orjson

from fedi.activitypub import audience, codec, jsonld
from fedi.activitypub.types import Actor, Collection, Emoji, Hashtag, Mention, Post
from fedi.errors import Malformed

FOLDER = Path(__file__).parent.parent / "corpus"


@cache
def names() -> tuple[str, ...]:
    """Every document of the corpus, as program/name."""
    found = (path for path in FOLDER.glob("*/*.json") if path.name != "expected.json")
    return tuple(sorted(f"{path.parent.name}/{path.stem}" for path in found))


def read(name: str) -> dict[str, Any]:
    """A document of the corpus, fresh each time."""
    return codec.load((FOLDER / f"{name}.json").read_bytes())


def expected(program: str) -> dict[str, Any]:
    """What is read in the documents of a program."""
    found: dict[str, Any] = orjson.loads((FOLDER / program / "expected.json").read_bytes())
    return found


def summary(document: dict[str, Any]) -> dict[str, Any]:
    """What we read in a document, in brief; `expands` where it takes JSON-LD."""
    try:
        expands = {"expands": True} if jsonld.needs_expansion(document) else {}
        return {**_brief(codec.parse(document)), **expands}
    except Malformed as error:
        return {"malformed": error.detail}


def _brief(value: Any) -> Any:
    if isinstance(value, Post):
        return _post(value)
    if isinstance(value, Actor):
        return _actor(value)
    if not isinstance(value, msgspec.Struct):
        return value.isoformat() if isinstance(value, datetime) else value
    brief: dict[str, Any] = {"reads": type(value).__name__}
    for name in value.__struct_fields__:
        inner = getattr(value, name)
        if isinstance(value, Collection) and name == "items":
            brief["items"] = [item if isinstance(item, str) else "document" for item in value.items]
        elif inner not in (None, ()) and name not in ("to", "cc", "published", "deleted"):
            brief[name] = _brief(inner) if not isinstance(inner, tuple) else [_brief(one) for one in inner]
    return brief


def _post(post: Post) -> dict[str, Any]:
    followers = next(
        (uri for uri in (*post.to, *post.cc) if "followers" in uri or "subscribers" in uri), None
    )
    brief = {
        "reads": post.type,
        "id": post.id,
        "author": post.attributed_to,
        "visibility": audience.visibility(post.to, post.cc, followers),
        "published": post.published and post.published.isoformat(),
        "text": post.content and len(post.content),
        "as": post.media_type,
        "title": post.name,
        "warning": post.summary,
        "sensitive": post.sensitive or None,
        "languages": [language for language, _ in post.content_map],
        "url": post.url,
        "reply": post.in_reply_to,
        "quote": post.quote,
        "mentions": [tag.href for tag in post.tags if isinstance(tag, Mention)],
        "hashtags": [tag.name for tag in post.tags if isinstance(tag, Hashtag)],
        "emojis": [tag.name for tag in post.tags if isinstance(tag, Emoji)],
        "attachments": [f"{media.type} {media.media_type} {media.url}" for media in post.attachments],
        "image": post.image and post.image.url,
        "edited": post.updated and post.updated.isoformat(),
        "first replies": len(post.first_replies),
        "likes": post.likes_total,
    }
    return {name: value for name, value in brief.items() if value not in (None, [], 0)}


def _actor(actor: Actor) -> dict[str, Any]:
    brief = {
        "reads": actor.type,
        "id": actor.id,
        "username": actor.preferred_username,
        "name": actor.name,
        "url": actor.url,
        "keys": [key.id for key in actor.public_keys],
        "shared inbox": actor.shared_inbox,
        "featured": actor.featured,
        "fields": [field.name for field in actor.fields],
        "tags": [getattr(tag, "name", None) for tag in actor.tags],
        "icon": actor.icon and actor.icon.url,
        "locked": actor.manually_approves_followers or None,
        "discoverable": actor.discoverable,
        "aliases": list(actor.also_known_as),
        "moved": actor.moved_to,
        "webfinger": actor.webfinger,
    }
    return {name: value for name, value in brief.items() if value not in (None, [])}
