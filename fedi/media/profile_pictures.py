"""Avatars and headers of people here: from whatever they send to a file of ours, and its address.

    made = await profile_pictures.prepare(services.media, account.id, "avatar", upload, domain.url)   # no transaction
    async with services.store.write() as tx:
        await profile_pictures.use(tx, account.id, made)
        ... avatar_url = made.url ...                                                       # the same transaction

    await profile_pictures.remove(tx, account.id, "avatar")     # and avatar_url = None

An avatar is at most 400 by 400 pixels, a header 1500 by 500; both are still pictures, so that the address is also
that of the static form. The file that was there before is dropped after the commit. What is prepared and never
used is dropped after an hour.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Literal

from msgspec import Struct

from fedi.errors import TooLarge
from fedi.media.library import Library
from fedi.store.store import Transaction

Use = Literal["avatar", "header"]
LARGEST = 8 * 1024**2
"""Bytes of a picture as it is sent."""


class ProfilePicture(Struct, frozen=True):
    """A stored picture: what it is for, its name in the storage, its address."""

    use: Use
    name: str
    url: str


async def prepare(
    library: Library, account_id: int, use: Use, sent: bytes | Path, url: str
) -> ProfilePicture:
    """Store a picture for the account, whose domain is at `url`; `sent` is its bytes or a file with them.

    Raises TooLarge for more than `LARGEST` bytes, Unprocessable for what is no picture, cannot be read, or is
    more than the account's quota.
    """
    async with library.folder() as folder:
        file = await _file(sent, folder)
        kind = await library.kind_of(file)
        made = await library.picture(file, kind, folder, use)
        await library.keep(account_id, made)
    name = next(iter(made.files))
    return ProfilePicture(use, name, f"{library.base(url)}/{name}")


async def _file(sent: bytes | Path, folder: Path) -> Path:
    size = len(sent) if isinstance(sent, bytes) else (await asyncio.to_thread(sent.stat)).st_size
    if size > LARGEST:
        raise TooLarge(public=f"Validation failed: File must be less than {LARGEST >> 20} MB")
    if isinstance(sent, Path):
        return sent
    file = folder / "sent"
    await asyncio.to_thread(file.write_bytes, sent)
    return file


async def use(tx: Transaction, account_id: int, picture: ProfilePicture) -> None:
    """Make it the account's; the file of the one before is dropped."""
    await tx.media.use_for_profile(account_id, picture.use, picture.name)
    await _sweep(tx)


async def remove(tx: Transaction, account_id: int, kind: Use) -> None:
    """The account has no such picture any more; the file is dropped."""
    await tx.media.use_for_profile(account_id, kind, None)
    await _sweep(tx)


async def _sweep(tx: Transaction) -> None:
    await tx.jobs.add("sweep_media", {}, key="sweep_media")
