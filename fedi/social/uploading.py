"""Files that people upload: taken, processed, described, and dropped."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import structlog
from msgspec import Struct

from fedi.errors import FediError, NotFound, TooLarge, Unavailable, Unprocessable
from fedi.media import sweeping
from fedi.media.kinds import Kind, type_of
from fedi.media.library import Made
from fedi.media.storage import new_name
from fedi.media.workshop import FAILED
from fedi.model.media import Media
from fedi.services import Services
from fedi.social import attaching
from fedi.store.media import DAY_MS
from fedi.store.store import Transaction

log = structlog.get_logger()

THUMBNAIL_MAX = 8 * 1024**2
_INLINE_MS = 30 * 60_000
"""A film that its request waits for becomes a job's if the process is killed meanwhile."""


class Upload(Struct, frozen=True, kw_only=True):
    """What somebody sends: files, and what they say of them."""

    file: Path | None
    thumbnail: Path | None = None
    description: str = ""
    focus: str = ""


async def upload(services: Services, account_id: int, url: str, sent: Upload, *, wait: bool) -> Media:
    """Take a file for an account whose domain is at `url`. What takes long is processed by a job, unless `wait`.

    Raises TooLarge, Unprocessable for what is not taken, Unavailable when too many files wait.
    """
    library = services.media
    if sent.file is None or not await asyncio.to_thread(_size, sent.file):
        raise Unprocessable(public="Validation failed: File can't be blank")
    media = _new(services, account_id, library.base(url), sent)
    kind = await library.kind_of(sent.file)
    library.check_size(kind, await asyncio.to_thread(_size, sent.file))
    async with library.folder() as folder:
        if sent.thumbnail is not None:
            media = await _with_thumbnail(services, media, sent.thumbnail, folder)
        if kind.family == "image":
            made = await library.picture(sent.file, kind, folder)
            if not made.result.again:
                made = made.without_preview() if media.preview else made
                await library.keep(account_id, made)
                values = _values(made, media)
                media = msgspec.structs.replace(media, state="ready", **values)
                return await _add(services, media, _names(media))
        return await _later(services, media, kind, sent.file, wait=wait)


def _size(file: Path) -> int:
    return file.stat().st_size


def _new(services: Services, account_id: int, base: str, sent: Upload) -> Media:
    now = services.store.clock()
    x, y = attaching.focus(sent.focus) if sent.focus else (None, None)
    return Media(
        id=services.store.ids.make(now),
        account_id=account_id,
        state="processing",
        type="image",
        base=base,
        description=attaching.description(sent.description),
        focus_x=x,
        focus_y=y,
        spare_at=now + DAY_MS,
        created_at=now,
    )


async def _with_thumbnail(services: Services, media: Media, sent: Path, folder: Path) -> Media:
    """The upload with a preview that was sent along; it is kept whatever comes of the file."""
    library = services.media
    if await asyncio.to_thread(_size, sent) > THUMBNAIL_MAX:
        raise TooLarge(public=f"Validation failed: Thumbnail must be less than {THUMBNAIL_MAX >> 20} MB")
    apart = folder / "thumbnail"
    apart.mkdir()
    made = await library.picture(sent, await library.kind_of(sent), apart, "preview")
    await library.keep(media.account_id, made)
    meta = {**msgspec.json.decode(media.meta), **made.result.meta}
    return msgspec.structs.replace(
        media,
        preview=made.name_of(made.result.preview),
        blurhash=made.result.blurhash,
        meta=msgspec.json.encode(meta).decode(),
    )


def _values(made: Made, media: Media) -> dict[str, Any]:
    """What processing tells of an upload; a preview that was sent along stays."""
    result, own = made.result, msgspec.json.decode(media.meta)
    name = made.name_of(result.file)
    return {
        "type": result.type,
        "file": name,
        "preview": media.preview or made.name_of(result.preview),
        "media_type": None if name is None else type_of(name),
        "width": result.width,
        "height": result.height,
        "blurhash": media.blurhash or result.blurhash,
        "meta": msgspec.json.encode({**result.meta, **own}).decode(),
    }


def _names(media: Media) -> list[str]:
    return [name for name in (media.file, media.preview, media.source) if name is not None]


async def _add(services: Services, media: Media, files: list[str]) -> Media:
    async with services.store.write() as tx:
        await tx.media.add(media, files)
    return media


async def _later(services: Services, media: Media, kind: Kind, file: Path, *, wait: bool) -> Media:
    """Keep the file as it is, and have it processed: by a job that commits with it, or now."""
    library = services.media
    source = new_name(kind.extension)
    await library.reserve(media.account_id, {source: await asyncio.to_thread(_size, file)})
    await library.storage.put(source, file)
    expected = "gifv" if kind.family == "image" else kind.family
    media = msgspec.structs.replace(media, type=expected, source=source)
    async with services.store.write() as tx:
        await tx.media.add(media, _names(media))
        run_at = tx.now + _INLINE_MS if wait else tx.now
        await tx.jobs.add("process_media", {"id": media.id}, key=f"process_media:{media.id}", run_at=run_at)
    if not wait:
        return media
    await process(services, {"id": media.id})
    async with services.store.read() as tx:
        return await own(tx, media.account_id, media.id)


async def process(services: Services, payload: dict[str, Any]) -> None:
    """The job `process_media`: a film, sound or moving picture that was uploaded becomes what we show."""
    library = services.media
    async with services.store.read() as tx:
        media = await tx.media.by_id(payload["id"])
    if media is None or media.state != "processing" or media.source is None:
        return
    async with library.folder() as folder:
        file = folder / "source"
        await library.fetch(media.source, file)
        try:
            made = await library.recording(file, await library.kind_of(file), folder)
            made = made.without_preview() if media.preview else made
            await library.keep(media.account_id, made)
        except Unavailable:
            raise
        except FediError as error:
            log.info("upload not processed", media=media.id, error=error.detail or error.public)
            async with services.store.write() as tx:
                await tx.media.finish(media.id, {"state": "failed", "preview": None}, [])
                await tx.jobs.add("sweep_media", {}, key="sweep_media")
            return
        values = _values(made, media)
    names = [name for name in (values["file"], values["preview"]) if name is not None]
    async with services.store.write() as tx:
        await tx.media.finish(media.id, {"state": "ready", **values}, names)
        await tx.jobs.add("sweep_media", {}, key="sweep_media")


async def own(tx: Transaction, account_id: int, media_id: int, *, unused: bool = False) -> Media:
    """The account's upload. Raises NotFound; with `unused` also for one that is on a post."""
    found = await tx.media.by_id(media_id)
    if found is None or found.account_id != account_id or (unused and found.post_id is not None):
        raise NotFound(f"no upload {media_id} of {account_id}")
    if found.state == "failed":
        raise Unprocessable(public=FAILED)
    return found


async def change(services: Services, account_id: int, media_id: int, sent: Upload, told: set[str]) -> Media:
    """Change what is `told` of an upload that no post uses yet: description, focus, thumbnail."""
    async with services.store.read() as tx:
        before = await own(tx, account_id, media_id, unused=True)
    values: dict[str, Any] = {}
    if "description" in told:
        values["description"] = attaching.description(sent.description)
    if sent.focus:
        values["focus_x"], values["focus_y"] = attaching.focus(sent.focus)
    if sent.thumbnail is not None:
        async with services.media.folder() as folder:
            after = await _with_thumbnail(services, before, sent.thumbnail, folder)
        values |= {"preview": after.preview, "blurhash": after.blurhash, "meta": after.meta}
    async with services.store.write() as tx:
        await own(tx, account_id, media_id, unused=True)
        if values:
            await tx.media.change(media_id, values)
        if "preview" in values:
            await tx.media.use(media_id, [values["preview"]])
            await tx.media.unuse([before.preview] if before.preview else [])
            await tx.jobs.add("sweep_media", {}, key="sweep_media")
        return await own(tx, account_id, media_id)


async def discard(tx: Transaction, account_id: int, media_id: int) -> None:
    """Drop an upload that no post uses. Raises NotFound, Unprocessable for one that a post uses."""
    found = await tx.media.by_id(media_id)
    if found is None or found.account_id != account_id:
        raise NotFound(f"no upload {media_id} of {account_id}")
    if found.post_id is not None:
        raise Unprocessable(public="Media attachment is currently used by a status")
    await tx.media.delete(media_id)
    await tx.jobs.add("sweep_media", {}, key="sweep_media")


async def sweep(services: Services, payload: dict[str, Any]) -> None:
    """The job `sweep_media`: files that nothing uses go."""
    del payload
    await sweeping.sweep(services.media)
