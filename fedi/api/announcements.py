"""/api/v1/announcements: what admins tell everybody here."""

from __future__ import annotations

from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.announcements import announcement, reactions
from fedi.api.params import path_id, query
from fedi.api.responses import answer, nothing
from fedi.errors import NotFound
from fedi.social import announcing
from fedi.store.announcements import Announcements
from fedi.store.emojis import Emojis

routes = Blueprint("api_announcements", __name__, url_prefix="/api/v1/announcements")


@routes.get("")
@member()
async def announcements(me: Asker) -> Response:
    """What is announced now; with `with_dismissed` what was read, too."""
    everything = query().flag("with_dismissed")
    async with me.services.store.read() as tx:
        found = await Announcements(tx).published(me.domain.id)
        ids = [one.id for one in found]
        read = await Announcements(tx).dismissed(me.id, ids) if ids else set()
        counted = await Announcements(tx).reactions(me.id, ids) if ids else {}
        names = {one.name for counts in counted.values() for one in counts}
        custom = await Emojis(tx).named(me.domain.id, names)
    return answer(
        [
            announcement(one, one.id in read, reactions(counted.get(one.id, []), custom), me.at)
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
