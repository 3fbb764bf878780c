"""`services.media`: the storage, the workshop, and the way from a file that was sent to files that are kept."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from fedi.config import Config
from fedi.config.values import Size
from fedi.errors import TooLarge, Unprocessable
from fedi.media import kinds
from fedi.media.confinement import Order, Result
from fedi.media.copies import Copies
from fedi.media.kinds import Kind
from fedi.media.storage import Storage, new_name, open_storage
from fedi.media.workshop import Workshop
from fedi.net.client import Net
from fedi.store.store import Store

BAD_TYPE = "Validation failed: File content type is invalid, File is invalid"
Use = Literal["attachment", "preview", "avatar", "header"]


class Made(Struct, frozen=True):
    """What the workshop made of a file, still in its folder: `files` are paths by the name they will have."""

    result: Result
    files: dict[str, Path]

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes by name."""
        return {name: path.stat().st_size for name, path in self.files.items()}

    def without_preview(self) -> Made:
        """The same, where another preview is wanted."""
        return Made(
            self.result, {name: path for name, path in self.files.items() if path.name != self.result.preview}
        )

    def name_of(self, made: str | None) -> str | None:
        """The name that a file of the result has in the storage."""
        return next((name for name, path in self.files.items() if made and path.name == made), None)


class Library:
    """Files of one server. Made anywhere, used on one event loop; touches the disk only when it is used."""

    def __init__(self, config: Config, store: Store, net: Net) -> None:
        self.settings = config.media
        self.store = store
        self.storage: Storage = open_storage(config.media)
        self.workshop = Workshop()
        self.copies = Copies(config.media, store, net, self.storage, self.spool)

    def base(self, url: str) -> str:
        """What the addresses of stored files start with, for a domain at `url`."""
        return self.settings.public_url.rstrip("/") or f"{url}/media/files"

    @asynccontextmanager
    async def folder(self) -> AsyncIterator[Path]:
        """A folder for what is being worked on, on the disk where it will stay; gone afterwards."""
        made = await asyncio.to_thread(self._new_folder)
        try:
            yield made
        finally:
            await asyncio.to_thread(shutil.rmtree, made, ignore_errors=True)

    @property
    def spool(self) -> Path:
        """Where files are while they come in and are worked on. What a killed process left there is swept."""
        return self.settings.path / "incoming"

    def _new_folder(self) -> Path:
        self.spool.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=self.spool))

    async def kind_of(self, file: Path) -> Kind:
        """What a file is, by its content. Raises Unprocessable for what nobody may upload."""
        kind = kinds.of(await asyncio.to_thread(_head, file))
        if kind is None:
            raise Unprocessable(public=BAD_TYPE)
        return kind

    def check_size(self, kind: Kind, size: int) -> None:
        """Raise TooLarge for more bytes than the settings allow of its kind."""
        limit = self.limit(kind.family)
        if size > limit:
            raise TooLarge(
                f"{size} bytes of {kind.media_type}",
                public=f"Validation failed: File must be less than {limit.words()}",
            )

    def limit(self, family: kinds.Family) -> Size:
        """Bytes that one file of a family may have."""
        limits = self.settings.limits
        return {"image": limits.image, "video": limits.video, "audio": limits.audio}[family]

    async def picture(self, file: Path, kind: Kind, folder: Path, use: Use = "attachment") -> Made:
        """Let the workshop make what we show of a picture. Raises Unprocessable."""
        if kind.family != "image":
            raise Unprocessable(public=BAD_TYPE)
        return self._made(await self.workshop.make("pictures", self._order(file, kind, folder, use)), folder)

    async def recording(self, file: Path, kind: Kind, folder: Path) -> Made:
        """The same for films, sound, and pictures that move."""
        order = replace(self._order(file, kind, folder, "attachment"), memory_mib=2_048, cpu_seconds=1_800)
        return self._made(await self.workshop.make("recordings", order), folder)

    def _order(self, file: Path, kind: Kind, folder: Path, use: Use) -> Order:
        limits = self.settings.limits
        return Order(
            source=str(file),
            folder=str(folder),
            extension=kind.extension,
            demuxer=kind.demuxer,
            use=use,
            pixels=limits.pixels,
            seconds=limits.seconds,
        )

    def _made(self, result: Result, folder: Path) -> Made:
        made = [name for name in (result.file, result.preview) if name is not None]
        return Made(result, {new_name(name.rpartition(".")[2]): folder / name for name in made})

    async def keep(self, account_id: int, made: Made) -> None:
        """Put files into the storage, each named in the database before it is written.

        Raises Unprocessable when the account has used up what one person may store.
        """
        await self.reserve(account_id, made.sizes)
        for name, path in made.files.items():
            await self.storage.put(name, path)

    async def fetch(self, name: str, target: Path) -> None:
        """Copy a stored file to where it can be worked on. Raises NotFound."""
        opened = await self.storage.open(name)
        with target.open("wb") as file:
            async for chunk in opened.chunks:
                await asyncio.to_thread(file.write, chunk)

    async def reserve(self, account_id: int, sizes: dict[str, int]) -> None:
        """Name files that are about to be written. Raises Unprocessable beyond the account's quota."""
        quota = self.settings.quota
        async with self.store.write() as tx:
            if quota and await tx.media.used(account_id) + sum(sizes.values()) > quota:
                raise Unprocessable(
                    public=f"Validation failed: You have used up your {quota.words()} of storage"
                )
            await tx.media.intend(account_id, sizes)


def _head(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(kinds.HEAD)
