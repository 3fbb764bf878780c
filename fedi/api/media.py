"""Uploads: POST /api/v2/media, and what belongs to one file."""

from __future__ import annotations

from quart import Blueprint, Response, current_app

from fedi.api import uploads
from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.api.entities.attachments import MediaAttachment, attachment
from fedi.api.params import path_id
from fedi.api.responses import answer, nothing
from fedi.api.uploads import Form
from fedi.errors import TooManyRequests
from fedi.model.media import Media
from fedi.social import uploading
from fedi.social.throttling import Windows
from fedi.social.uploading import Upload

routes = Blueprint("api_media", __name__, url_prefix="/api")
EXTENSION = "fedi_uploads"


@routes.post("/v2/media")
@member("write:media")
async def create(me: Asker) -> Response:
    """Upload a file: 200 with its address, or 202 while it is being processed."""
    media = await _upload(me, wait=False)
    return answer(_entity(media, me), status=202 if media.state == "processing" else 200)


@routes.post("/v1/media")
@member("write:media")
async def create_and_wait(me: Asker) -> Response:
    """Upload a file, and wait until it is processed: for older apps."""
    return answer(_entity(await _upload(me, wait=True), me))


@routes.get("/v1/media/<media_id>")
@member("write:media")
async def one(me: Asker, media_id: str) -> Response:
    """An upload that no post uses yet: 206 while it is being processed."""
    async with me.services.store.read() as tx:
        media = await uploading.own(tx, me.id, path_id(media_id), unused=True)
    return answer(_entity(media, me), status=206 if media.state == "processing" else 200)


@routes.put("/v1/media/<media_id>")
@member("write:media")
async def change(me: Asker, media_id: str) -> Response:
    """Change the description, the focal point or the preview of an upload that no post uses yet."""
    wanted = path_id(media_id)
    async with uploads.received(me.services.media, uploading.THUMBNAIL_MAX) as form:
        told = {"description"} if form.params.named("description") else set()
        media = await uploading.change(me.services, me.id, wanted, _sent(form), told)
    return answer(_entity(media, me))


@routes.delete("/v1/media/<media_id>")
@member("write:media")
async def delete(me: Asker, media_id: str) -> Response:
    """Drop an upload that no post uses."""
    async with me.services.store.write() as tx:
        await uploading.discard(tx, me.id, path_id(media_id))
    return nothing()


async def _upload(me: Asker, *, wait: bool) -> Media:
    _count(me)
    limits = me.services.config.media.limits
    most = max(limits.image, limits.video, limits.audio) + uploading.THUMBNAIL_MAX
    async with uploads.received(me.services.media, most) as form:
        return await uploading.upload(me.services, me.id, me.domain.url, _sent(form), wait=wait)


def _sent(form: Form) -> Upload:
    return Upload(
        file=form.files.get("file"),
        thumbnail=form.files.get("thumbnail"),
        description=form.params.text("description"),
        focus=form.params.text("focus"),
    )


def _entity(media: Media, me: Asker) -> MediaAttachment:
    return attachment(media.attachment(), me.at)


def _count(me: Asker) -> None:
    windows: Windows = current_app.extensions.setdefault(EXTENSION, Windows())
    told = windows.take(me.id, me.services.config.limits.rates.media, me.services.store.clock())
    if told.remaining < 0:
        raise TooManyRequests
