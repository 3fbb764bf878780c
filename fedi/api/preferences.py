"""GET /api/v1/preferences: what a person set for all their apps. PATCH, by the same names, is ours."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.params import body
from fedi.api.responses import answer
from fedi.errors import NotFound, Unprocessable
from fedi.model.people import User

routes = Blueprint("api_preferences", __name__, url_prefix="/api/v1")

_MEDIA = ("default", "show_all", "hide_all")


@routes.get("/preferences")
@member("read:accounts")
async def preferences(me: Asker) -> Response:
    """How one posts and reads."""
    return await _shown(me)


@routes.patch("/preferences")
@member("write:accounts")
async def change(me: Asker) -> Response:
    """Change how one reads; how one posts is changed with the profile."""
    params = await body()
    media = params.text("reading:expand:media", "default")
    if media not in _MEDIA:
        raise Unprocessable(public="Validation failed: reading:expand:media is not included in the list")
    changed: dict[str, Any] = {}
    if params.named("reading:expand:media"):
        changed["expand_media"] = media
    for name, column in (
        ("reading:expand:spoilers", "expand_spoilers"),
        ("reading:autoplay:gifs", "autoplay_gifs"),
    ):
        if params.named(name):
            changed[column] = params.flag(name)
    if changed:
        async with me.services.store.write() as tx:
            await tx.members.update(me.id, **changed)
    return await _shown(me)


async def _shown(me: Asker) -> Response:
    async with me.services.store.read() as tx:
        user = await tx.members.by_id(me.id)
    if user is None:
        raise NotFound
    return answer(_entity(user))


def _entity(user: User) -> dict[str, Any]:
    return {
        "posting:default:visibility": user.default_visibility,
        "posting:default:sensitive": user.default_sensitive,
        "posting:default:language": user.default_language,
        "posting:default:quote_policy": user.default_quote_policy,
        "reading:expand:media": user.expand_media,
        "reading:expand:spoilers": user.expand_spoilers,
        "reading:autoplay:gifs": user.autoplay_gifs,
    }
