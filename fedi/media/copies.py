"""Copies of other servers' files: fetched when somebody first looks, once for all who look, within a quota.

Nothing is written before it is counted (`store.copies`). What nobody looked at for longest makes room, avatars and
headers last; a file is removed before its bytes are free to others.
"""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import BinaryIO

import structlog

from fedi.config.sections import Media as Settings
from fedi.errors import FediError, NotFound, RemoteInvalid, Unavailable
from fedi.media import kinds
from fedi.media.kinds import Kind
from fedi.media.storage import Storage, new_name
from fedi.net.client import Net
from fedi.net.flights import Flights
from fedi.store.copies import Copy, Leaving
from fedi.store.store import Store

log = structlog.get_logger()

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_RETRY_MS = 10 * 60_000
_SECONDS = 120.0
_ABANDONED_MS = 15 * 60_000
_WAIT_SECONDS = 0.25
_PATIENCE = 60
_STEP = 1 << 20
_AT_ONCE = 50
_ACCEPT = "image/*, video/*, audio/*"


class Copies:
    """The copies of one server. Several processes share them through the database."""

    def __init__(self, settings: Settings, store: Store, net: Net, storage: Storage, spool: Path) -> None:
        self._settings = settings
        self._store = store
        self._net = net
        self._storage = storage
        self._spool = spool
        self._flights: Flights[Copy] = Flights()

    async def find(self, url: str, *, profile: bool) -> Copy:
        """The copy of what is at `url`, fetched if it is not here. Raises NotFound, Unavailable when all is full."""
        key = hashlib.sha256(url.encode()).hexdigest()
        found = await self._here(key)
        if found is not None:
            return found
        return await self._flights.join(key, lambda: self._get(key, url, profile=profile))

    async def lost(self, copy: Copy) -> None:
        """The storage does not have it, whatever the database says: it is fetched anew next time."""
        async with self._store.write() as tx:
            leaving = await tx.copies.drop(copy.key)
        await self._remove(leaving)

    async def _here(self, key: str) -> Copy | None:
        async with self._store.read() as tx:
            found = await tx.copies.by_key(key)
        if found is None:
            return None
        now = self._store.clock()
        if found.state == "failed" and now - found.changed_at < _RETRY_MS:
            raise NotFound(f"{key} could not be fetched a moment ago")
        if found.state != "here":
            return None
        if now - found.used_at > _HOUR_MS:
            async with self._store.write() as tx:
                await tx.copies.touch(key)
        return found

    async def _get(self, key: str, url: str, *, profile: bool) -> Copy:
        async with asyncio.timeout(2 * _SECONDS):
            while (found := await self._here(key)) is None:
                name = new_name("copy", folder="copies/")
                retry = self._store.clock() - _RETRY_MS
                async with self._store.write() as tx:
                    mine = await tx.copies.claim(key, name, profile=profile, retry=retry)
                if mine:
                    await self._fetch(key, name, url)
                else:  # another process fetches it, or takes it away
                    await asyncio.sleep(_WAIT_SECONDS)
        return found

    async def _fetch(self, key: str, name: str, url: str) -> None:
        await asyncio.to_thread(self._spool.mkdir, parents=True, exist_ok=True)
        path = self._part(key)
        limits = self._settings.limits
        sink = _Arriving(self, key, path)
        try:
            most = max(limits.image, limits.video, limits.audio)
            await self._net.download(url, sink, accept=_ACCEPT, max_bytes=most, seconds=_SECONDS)
            kind = await sink.end()
            await self._storage.put(name, path)
            async with self._store.write() as tx:
                kept = await tx.copies.arrived(key, sink.size, kind.media_type)
            if not kept:
                await self._storage.delete([name])
                raise NotFound(f"{url} took too long")
        except BaseException as error:
            sink.close()
            await asyncio.to_thread(path.unlink, missing_ok=True)
            async with self._store.write() as tx:
                await tx.copies.failed(key)
            if isinstance(error, FediError) and not isinstance(error, Unavailable):
                raise NotFound(f"{url} cannot be shown: {error}") from error
            raise

    def _part(self, key: str) -> Path:
        return self._spool / f"copy-{key}"

    async def reserve(self, key: str, size: int) -> None:
        """Count bytes that are about to be written; others go for them. Raises Unavailable when nothing can go."""
        quota = int(self._settings.cache_quota)
        for _ in range(_PATIENCE):
            async with self._store.write() as tx:
                if await tx.copies.reserve(key, size, quota):
                    return
                leaving = await tx.copies.make_room(size, quota, _AT_ONCE)
            if leaving:
                await self._remove(leaving)
            elif quota and size > quota:
                break
            else:  # all the room is another's who fetches or removes: in a moment it is here, or gone
                await asyncio.sleep(_WAIT_SECONDS)
        raise Unavailable(f"no room for {size} bytes among the copies")

    async def _remove(self, leaving: list[Leaving]) -> None:
        await self._storage.delete([one.name for one in leaving if one.name is not None])
        for one in leaving:
            await asyncio.to_thread(self._part(one.key).unlink, missing_ok=True)
        async with self._store.write() as tx:
            await tx.copies.gone(leaving)

    async def tidy(self) -> None:
        """Let go what nobody looked at for `cache_days`, what killed processes left, what is beyond the quota."""
        now = self._store.clock()
        while True:
            async with self._store.write() as tx:
                leaving = await tx.copies.abandoned(now - _ABANDONED_MS, _AT_ONCE)
                leaving += await tx.copies.unused(now - self._settings.cache_days * _DAY_MS, _AT_ONCE)
                if not leaving and self._settings.cache_quota:
                    leaving = await tx.copies.make_room(0, int(self._settings.cache_quota), _AT_ONCE)
            if not leaving:
                return
            await self._remove(leaving)

    @property
    def step(self) -> int:
        """Bytes that are counted at a time where a size was not announced: little beside the quota."""
        return max(int(self._settings.cache_quota) // 200, 1) if self._settings.cache_quota else _STEP

    def limit_of(self, kind: Kind) -> int:
        """Bytes that one copy of a kind may have."""
        limits = self._settings.limits
        return {"image": limits.image, "video": limits.video, "audio": limits.audio}[kind.family]

    async def close(self) -> None:
        """Stop what is being fetched."""
        await self._flights.close()


class _Arriving:
    """A `net.values.Sink`: counts, then writes, and knows from the first bytes whether it is worth it."""

    def __init__(self, copies: Copies, key: str, path: Path) -> None:
        self._copies = copies
        self._key = key
        self._path = path
        self._file: BinaryIO | None = None
        self._head = b""
        self._kind: Kind | None = None
        self._counted = 0
        self.size = 0

    async def expect(self, size: int | None) -> None:
        """See `Sink.expect`."""
        if size:
            await self._copies.reserve(self._key, size)
            self._counted = size

    async def write(self, chunk: bytes) -> None:
        """See `Sink.write`. Raises RemoteInvalid for what is neither picture, film nor sound, or too large for it."""
        if len(self._head) < kinds.HEAD:
            self._head += chunk[: kinds.HEAD - len(self._head)]
            if len(self._head) >= kinds.HEAD:
                self._look()
        self.size += len(chunk)
        if self._kind is not None and self.size > self._copies.limit_of(self._kind):
            raise RemoteInvalid(f"more than a file of {self._kind.media_type} may have")
        while self.size > self._counted:
            step = max(min(_STEP, self._copies.step), self.size - self._counted)
            await self._copies.reserve(self._key, step)
            self._counted += step
        if self._file is None:
            self._file = await asyncio.to_thread(self._path.open, "wb")
        await asyncio.to_thread(self._file.write, chunk)

    def _look(self) -> None:
        self._kind = kinds.of(self._head)
        if self._kind is None:
            raise RemoteInvalid("neither a picture nor a film nor a sound")

    async def end(self) -> Kind:
        """All is there: what it is."""
        self._look()
        self.close()
        assert self._kind is not None
        if self.size > self._copies.limit_of(self._kind):
            raise RemoteInvalid(f"more than a file of {self._kind.media_type} may have")
        return self._kind

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
