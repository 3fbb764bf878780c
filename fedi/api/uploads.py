"""Multipart bodies with files in them, written to the disk as they come: none of them is ever in memory as a whole.

    async with uploads.received(me.services.media, most) as form:
        form.params.text("description")
        form.files.get("file")          # a Path, which is gone when the block ends

Other requests may have `server.body_limit` bytes; those to the addresses in `_UPLOADS` as many as their handler says.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import Struct
from quart import Request, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from fedi.api.params import Params, body, nested
from fedi.config.values import Size
from fedi.errors import BadRequest, TooLarge
from fedi.media.library import Library

_UPLOADS = ("/api/v1/media", "/api/v2/media", "/api/v1/accounts/update_credentials", "/api/v1/profile")
_MULTIPART = "multipart/form-data"
_FIELDS_MAX = 256 * 1024
_PARTS_MAX = 200
_OVERHEAD = 64 * 1024  # of names and boundaries
_PIECE = 64 * 1024
_CHUNK_SECONDS = 60.0


class UploadRequest(Request):
    """A request whose body, at some addresses, is read by `received` and by nothing else."""

    def __init__(self, *args: Any, max_content_length: int | None = None, **more: Any) -> None:
        path, headers = args[2], args[4]
        if path.startswith(_UPLOADS) and headers.get("Content-Type", "").startswith(_MULTIPART):
            max_content_length = None
        super().__init__(*args, max_content_length=max_content_length, **more)


class Form(Struct):
    """What came: fields, and files by the names of their fields."""

    params: Params
    files: dict[str, Path]


@asynccontextmanager
async def received(library: Library, most: int) -> AsyncIterator[Form]:
    """The fields and files of the request's body. Raises TooLarge for more than `most` bytes, BadRequest."""
    if request.mimetype != _MULTIPART:
        yield Form(await body(), {})
        return
    if (request.content_length or 0) > most + _OVERHEAD:
        raise _too_large(most)
    boundary = request.mimetype_params.get("boundary", "")
    if not boundary.isascii() or not 1 <= len(boundary) <= 200:
        raise BadRequest(public="The form has no boundary.")
    async with library.folder() as folder:
        yield await _Reader(boundary, folder, most).read()


def _too_large(most: int) -> TooLarge:
    return TooLarge(public=f"Validation failed: File must be less than {Size(most).words()}")


class _Reader:
    def __init__(self, boundary: str, folder: Path, most: int) -> None:
        self._decoder = MultipartDecoder(
            boundary.encode(), max_form_memory_size=_FIELDS_MAX, max_parts=_PARTS_MAX
        )
        self._folder = folder
        self._most = most
        self._fields: list[tuple[str, str]] = []
        self._files: dict[str, Path] = {}
        self._name = ""
        self._field: bytearray | None = None
        self._file: BinaryIO | None = None

    async def read(self) -> Form:
        got = 0
        try:
            async for chunk in _chunks():
                got += len(chunk)
                if got > self._most + _OVERHEAD:
                    raise _too_large(self._most)
                for start in range(0, len(chunk), _PIECE):
                    self._decoder.receive_data(chunk[start : start + _PIECE])
                    self._take()
            self._decoder.receive_data(None)
            self._take()
        except ValueError:
            raise BadRequest(public="The form could not be read.") from None
        except RequestEntityTooLarge:
            raise TooLarge from None
        finally:
            if self._file is not None:
                self._file.close()
        values = nested(request.args.items(multi=True))
        values.update(nested(self._fields))
        return Form(Params(values), self._files)

    def _take(self) -> None:
        """Everything that is complete so far. Written at once: a chunk goes to the page cache in microseconds."""
        while not isinstance(event := self._decoder.next_event(), NeedData | Epilogue):
            match event:
                case Field():
                    self._name, self._field = event.name, bytearray()
                case File():
                    self._name = event.name
                    path = self._files[event.name] = self._folder / f"part-{len(self._files)}"
                    self._file = path.open("wb")
                case Data() if self._file is not None:
                    self._file.write(event.data)
                    if not event.more_data:
                        self._file.close()
                        self._file = None
                case Data() if self._field is not None:
                    self._field += event.data
                    if len(self._field) > _FIELDS_MAX:
                        raise TooLarge
                    if not event.more_data:
                        self._fields.append((self._name, self._field.decode("utf-8", "replace")))
                        self._field = None


async def _chunks() -> AsyncIterator[bytes]:
    parts = aiter(request.body)
    while True:
        try:
            async with asyncio.timeout(_CHUNK_SECONDS):
                chunk = await anext(parts)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise BadRequest(public="The upload stopped.") from None
        yield chunk
