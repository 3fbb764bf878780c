"""/api/v1/announcements: what admins tell everybody here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.accounts import CustomEmoji, emojis
from fedi.api.entities.here import Here, day, time
from fedi.api.entities.statuses import StatusMention, StatusTag
from fedi.api.params import path_id, query
from fedi.api.responses import answer, nothing
from fedi.errors import NotFound
from fedi.social import announcing
from fedi.store import announcements as store
from fedi.store.announcements import Announcements
from fedi.store.emojis import Emoji, Emojis

routes = Blueprint("api_announcements", __name__, url_prefix="/api/v1/announcements")


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


@routes.get("")
@member()
async def announcements(me: Asker) -> Response:
    """What is announced now; with `with_dismissed` what was read, too."""
    everything = query().flag("with_dismissed")
    async with me.services.store.read() as tx:
        found = await Announcements(tx).published(me.domain.id)
        ids = [one.id for one in found]
        read = await Announcements(tx).dismissed(me.id, ids) if ids else set()
        reactions = await Announcements(tx).reactions(me.id, ids) if ids else {}
        names = {one.name for counts in reactions.values() for one in counts}
        custom = await Emojis(tx).named(me.domain.id, names)
    return answer(
        [
            _announcement(one, one.id in read, _reactions(reactions.get(one.id, []), custom), me.at)
            for one in found
            if everything or one.id not in read
        ]
    )


@routes.post("/<announcement_id>/dismiss")
@member("write:accounts")
async def dismiss(me: Asker, announcement_id: str) -> Response:
    """One has read it."""
    async with me.services.store.write() as tx:
        found = await announcing.published(tx, me.domain, path_id(announcement_id))
        await Announcements(tx).dismiss(me.id, found.id)
    return nothing()


@routes.put("/<announcement_id>/reactions/<name>")
@member("write:favourites")
async def react(me: Asker, announcement_id: str, name: str) -> Response:
    """React with an emoji."""
    async with me.services.store.write() as tx:
        await announcing.react(tx, me.domain, me.id, path_id(announcement_id), name)
    return nothing()


@routes.delete("/<announcement_id>/reactions/<name>")
@member("write:favourites")
async def unreact(me: Asker, announcement_id: str, name: str) -> Response:
    """Take a reaction back."""
    async with me.services.store.write() as tx:
        found = await announcing.published(tx, me.domain, path_id(announcement_id))
        if not await Announcements(tx).unreact(me.id, found.id, name):
            raise NotFound
    return nothing()


def _announcement(found: store.Announcement, read: bool, reactions: list[Reaction], at: Here) -> Announcement:
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
        emojis=emojis(found.emojis),
        reactions=reactions,
    )


def _moment(at: int | None, all_day: bool) -> str | None:
    """A time; of a whole day, its first moment."""
    if at is None:
        return None
    return f"{day(at)}T00:00:00.000Z" if all_day else time(at)


def _reactions(counts: list[store.ReactionCount], custom: dict[str, Emoji]) -> list[Reaction]:
    found = []
    for one in counts:
        emoji = custom.get(one.name)
        url, static = (emoji.url, emoji.static_url) if emoji is not None else (None, None)
        found.append(Reaction(one.name, one.count, one.me, url, static))
    return found
