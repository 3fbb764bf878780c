"""Announcement. https://docs.joinmastodon.org/entities/Announcement/."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from fedi.api.entities.accounts import CustomEmoji, emojis
from fedi.api.entities.here import Here, day, time
from fedi.api.entities.statuses import StatusMention, StatusTag
from fedi.store import announcements as store
from fedi.store.emojis import Emoji


class Reaction(Struct):
    """How many reacted with an emoji; addresses of its picture if it is a custom one."""

    name: str
    count: int
    me: bool
    url: str | None
    static_url: str | None


class Announcement(Struct, kw_only=True):
    """An announcement. `read`: the viewer dismissed it."""

    id: str
    content: str
    starts_at: str | None
    ends_at: str | None
    all_day: bool
    published: bool = True
    published_at: str
    updated_at: str
    read: bool
    mentions: list[StatusMention]
    statuses: Sequence[Any] = ()
    tags: list[StatusTag]
    emojis: list[CustomEmoji]
    reactions: list[Reaction]


def announcement(found: store.Announcement, read: bool, given: list[Reaction], at: Here) -> Announcement:
    """The entity of an announcement."""
    published = found.published_at or found.created_at
    return Announcement(
        id=str(found.id),
        content=found.content,
        starts_at=_moment(found.starts_at, found.all_day),
        ends_at=_moment(found.ends_at, found.all_day),
        all_day=found.all_day,
        published_at=time(published),
        updated_at=time(max(found.updated_at, published)),
        read=read,
        mentions=[StatusMention(str(one.id), one.username, one.url, one.acct) for one in found.mentions],
        tags=[StatusTag(tag, at.addresses.tag_page(tag)) for tag in found.tags],
        emojis=emojis(found.emojis, at),
        reactions=given,
    )


def _moment(at: int | None, all_day: bool) -> str | None:
    """A time; of a whole day, its first moment."""
    if at is None:
        return None
    return f"{day(at)}T00:00:00.000Z" if all_day else time(at)


def reactions(counts: list[store.ReactionCount], custom: dict[str, Emoji]) -> list[Reaction]:
    """What people think of it."""
    found = []
    for one in counts:
        emoji = custom.get(one.name)
        url, static = (emoji.url, emoji.static_url) if emoji is not None else (None, None)
        found.append(Reaction(one.name, one.count, one.me, url, static))
    return found
