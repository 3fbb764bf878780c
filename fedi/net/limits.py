"""How many GETs may be under way, per host and altogether, and how many may wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fedi.net.troubles import NotAsked
from fedi.net.values import NetSettings


class _Lane:
    def __init__(self, width: int) -> None:
        self.places = asyncio.Semaphore(width)
        self.users = 0


class Lanes:
    """First come, first served for each host; no queue delays another, or grows without bound."""

    def __init__(self, settings: NetSettings) -> None:
        self._width = settings.gets_per_host
        self._users = settings.gets_per_host + settings.queued_per_host
        self._seconds = settings.queue_seconds
        self._all = asyncio.Semaphore(settings.concurrent_gets)
        self._lanes: dict[str, _Lane] = {}

    def __len__(self) -> int:
        return len(self._lanes)

    @asynccontextmanager
    async def place(self, authority: str) -> AsyncIterator[None]:
        """Hold a place for one GET. Raises NotAsked when the queue is full or stands still."""
        lane = self._lanes.setdefault(authority, _Lane(self._width))
        if lane.users >= self._users:
            raise NotAsked(f"too many requests to {authority} wait", retry_after=self._seconds)
        lane.users += 1
        try:
            await self._enter(lane, authority)
            try:
                yield
            finally:
                self._all.release()
                lane.places.release()
        finally:
            lane.users -= 1
            if not lane.users:
                del self._lanes[authority]

    async def _enter(self, lane: _Lane, authority: str) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await lane.places.acquire()
                try:
                    await self._all.acquire()
                except BaseException:
                    lane.places.release()
                    raise
        except TimeoutError:
            raise NotAsked(f"a request to {authority} waited too long", retry_after=self._seconds) from None
