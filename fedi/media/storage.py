"""Where files are: a folder here, or an S3-compatible service. Names are ours and cannot be guessed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from msgspec import Struct

from fedi.config.sections import Media as Settings
from fedi.errors import NotFound, Unavailable
from fedi.later import later
from fedi.media.kinds import type_of

if TYPE_CHECKING:
    import obstore
    from obstore import GetOptions, exceptions
    from obstore import store as stores
    from obstore.store import S3Config
else:  # only where files are in S3
    obstore = later("obstore")
    exceptions = later("obstore.exceptions")
    stores = later("obstore.store")

_CHUNK = 256 * 1024
_FOR_GOOD = "public, max-age=31536000, immutable"
NAME = re.compile(r"(?:copies/)?[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{32}\.[a-z0-9]{2,4}")
"""Every name that we give."""


class Opened(Struct, frozen=True):
    """A file that is being read: how large it is in all, and the part that was asked for."""

    size: int
    chunks: AsyncIterator[bytes]


class Storage(Protocol):
    """What keeps files. Raises Unavailable when it does not answer."""

    async def put(self, name: str, source: Path) -> None:
        """Take a file over, under `name`; it is there for good once this returns. `source` is gone then."""
        ...

    async def open(self, name: str, start: int = 0, end: int | None = None) -> Opened:
        """Read a file from byte `start` up to byte `end` (not included). Raises NotFound."""
        ...

    async def size(self, name: str) -> int:
        """How many bytes a file has. Raises NotFound."""
        ...

    async def delete(self, names: Iterable[str]) -> None:
        """Remove files; those that are not there are no error."""
        ...

    async def check(self) -> None:
        """Write, read and remove something. Raises what goes wrong, whatever it is."""
        ...


def new_name(extension: str, *, folder: str = "") -> str:
    """A name that nobody can guess: whoever may not see a post cannot find its files."""
    token = secrets.token_hex(16)
    return f"{folder}{token[:2]}/{token[2:4]}/{token}.{extension}"


def open_storage(settings: Settings) -> Storage:
    """The storage that the settings name. Touches nothing yet."""
    if settings.storage == "s3":
        return S3Storage(settings)
    return LocalStorage(settings.path / "files")


class LocalStorage:
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, name: str, source: Path) -> None:
        """See `Storage.put`: flushed to the disk, then moved to its place, and the place flushed too."""
        try:
            await asyncio.to_thread(_move, source, self._folder / name, self._folder)
        except OSError as error:
            raise Unavailable(f"{name} was not stored: {error}") from error

    async def open(self, name: str, start: int = 0, end: int | None = None) -> Opened:
        """See `Storage.open`."""
        try:
            file = await asyncio.to_thread((self._folder / name).open, "rb")
        except (FileNotFoundError, NotADirectoryError):
            raise NotFound(f"no file {name}") from None
        size = os.fstat(file.fileno()).st_size
        return Opened(size, _chunks(file, start, size if end is None else min(end, size)))

    async def size(self, name: str) -> int:
        """See `Storage.size`."""
        try:
            return (await asyncio.to_thread((self._folder / name).stat)).st_size
        except (FileNotFoundError, NotADirectoryError):
            raise NotFound(f"no file {name}") from None

    async def delete(self, names: Iterable[str]) -> None:
        """See `Storage.delete`."""
        await asyncio.to_thread(_remove, [self._folder / name for name in names])

    async def check(self) -> None:
        """See `Storage.check`."""
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        probe = self._folder / f"check-{secrets.token_hex(4)}"
        await asyncio.to_thread(probe.write_bytes, b"fedi")
        await asyncio.to_thread(probe.unlink)


def _move(source: Path, target: Path, root: Path) -> None:
    made = [folder for folder in (target.parent.parent, target.parent) if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as file:
        os.fsync(file.fileno())
    try:
        source.replace(target)
    except OSError:  # another file system
        beside = target.with_name(f".{target.name}")
        shutil.copyfile(source, beside)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(target)
        source.unlink()
    for folder in {target.parent, *(new.parent for new in made), *((root,) if made else ())}:
        _flush(folder)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # other files are there
            path.parent.rmdir()


async def _chunks(file: BinaryIO, start: int, end: int) -> AsyncIterator[bytes]:
    """A part of an open file, which is closed in the end; nothing is read before it is asked for."""
    try:
        file.seek(start)
        left = end - start
        while left > 0:
            chunk = await asyncio.to_thread(file.read, min(_CHUNK, left))
            if not chunk:
                return
            left -= len(chunk)
            yield chunk
    finally:
        file.close()


class S3Storage:
    """Objects in a bucket."""

    def __init__(self, settings: Settings) -> None:
        config: S3Config = {"region": settings.region}
        if settings.endpoint:
            config["endpoint"] = settings.endpoint
        if settings.access_key:
            config["access_key_id"] = str(settings.access_key)
            config["secret_access_key"] = str(settings.secret_key)
        self._store = stores.S3Store(
            settings.bucket,
            config=config,
            client_options={"allow_http": settings.endpoint.startswith("http:"), "timeout": "120s"},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
        )

    async def put(self, name: str, source: Path) -> None:
        """See `Storage.put`. Large files go in parts, none of which waits in memory for the others."""
        attributes = {"Content-Type": type_of(name), "Cache-Control": _FOR_GOOD}
        try:
            await obstore.put_async(self._store, name, source, attributes=attributes)
        except (exceptions.BaseError, OSError) as error:
            raise Unavailable(f"{name} was not stored: {error}") from error
        await asyncio.to_thread(source.unlink)

    async def open(self, name: str, start: int = 0, end: int | None = None) -> Opened:
        """See `Storage.open`."""
        try:
            options: GetOptions = {"range": (start, end)} if end is not None else {"range": {"offset": start}}
            found = await obstore.get_async(self._store, name, options=options if start or end else None)
        except FileNotFoundError:
            raise NotFound(f"no object {name}") from None
        except exceptions.BaseError as error:
            raise Unavailable(f"{name} cannot be read: {error}") from error
        return Opened(found.meta["size"], _stream(found))

    async def size(self, name: str) -> int:
        """See `Storage.size`."""
        try:
            return int((await obstore.head_async(self._store, name))["size"])
        except FileNotFoundError:
            raise NotFound(f"no object {name}") from None
        except exceptions.BaseError as error:
            raise Unavailable(f"{name} cannot be read: {error}") from error

    async def delete(self, names: Iterable[str]) -> None:
        """See `Storage.delete`."""
        paths = list(names)
        try:
            if paths:
                await obstore.delete_async(self._store, paths)
        except FileNotFoundError:
            return
        except exceptions.BaseError as error:
            raise Unavailable(f"not deleted: {error}") from error

    async def check(self) -> None:
        """See `Storage.check`."""
        probe = f"check-{secrets.token_hex(4)}"
        await obstore.put_async(self._store, probe, b"fedi")
        await obstore.delete_async(self._store, probe)


async def _stream(found: obstore.GetResult) -> AsyncIterator[bytes]:
    async for chunk in found.stream(min_chunk_size=_CHUNK):
        yield bytes(chunk)
