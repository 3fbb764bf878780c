"""/api/v1/markers: where one stopped reading, so that another app goes on from there."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from quart import Blueprint, Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.here import time
from fedi.api.params import body, query
from fedi.api.responses import answer
from fedi.store import markers as store

routes = Blueprint("api_markers", __name__, url_prefix="/api/v1/markers")

TIMELINES = ("home", "notifications")


class Marker(Struct):
    """A place in a timeline. https://docs.joinmastodon.org/entities/Marker/."""

    last_read_id: str
    version: int
    updated_at: str


@routes.get("")
@member("read:statuses")
async def several(me: Asker) -> Response:
    """One's places in the timelines `timeline[]`."""
    wanted = [one for one in query().texts("timeline") or [] if one in TIMELINES]
    async with me.services.store.read() as tx:
        found = await tx.markers.of(me.id, wanted) if wanted else []
    return answer(_entities(found))


@routes.post("")
@member("write:statuses")
async def put(me: Asker) -> Response:
    """Note where one is."""
    params = await body()
    asked = {name: params.part(name).id("last_read_id") for name in TIMELINES}
    places = {name: last for name, last in asked.items() if last is not None}
    async with me.services.store.write() as tx:
        await tx.markers.put(me.id, places)
        found = await tx.markers.of(me.id, places)
    return answer(_entities(found))


def _entities(found: Iterable[store.Marker]) -> dict[str, Marker]:
    return {one.timeline: Marker(str(one.last_read_id), one.version, time(one.updated_at)) for one in found}
