"""Files that nothing uses leave the storage: replaced and deleted ones, and what a killed process left behind."""

from __future__ import annotations

import asyncio
import shutil
import time

from fedi.media.library import Library

_AT_ONCE = 200
_ROUNDS = 500
_SPOOL_SECONDS = 6 * 3600.0
"""Longer than any upload or film is worked on."""


async def sweep(library: Library) -> None:
    """Drop uploads that no post uses and whose time is over, then every file that nothing uses.

    A file is removed before its row: whatever stops us in between, the next round does it again.
    """
    for _ in range(_ROUNDS):
        async with library.store.write() as tx:
            dropped = await tx.media.forget_spare(_AT_ONCE)
        async with library.store.read() as tx:
            names = await tx.media.spare_files(_AT_ONCE)
        if names:
            await library.storage.delete(names)
            async with library.store.write() as tx:
                await tx.media.forget_files(names)
        if dropped < _AT_ONCE and len(names) < _AT_ONCE:
            break
    await asyncio.to_thread(_sweep_spool, library)


def _sweep_spool(library: Library) -> None:
    if not library.spool.is_dir():
        return
    before = time.time() - _SPOOL_SECONDS
    for left in library.spool.iterdir():
        if left.stat().st_mtime < before:
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
