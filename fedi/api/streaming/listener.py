"""Somebody who listens: what is told waits in a short queue, and who does not read it is let go."""

from __future__ import annotations

import asyncio
from collections import deque

from fedi.api.entities.here import Here
from fedi.api.streaming.streams import Stream
from fedi.api.streaming.telling import Telling
from fedi.store.members import Session

_MOST_WAITING = 512


class Listener:
    """One connection. `closed` is set when it is to end: by the server's stop, a dead token, or too slow an app."""

    __slots__ = ("_waiting", "_wake", "at", "closed", "session", "streams")

    def __init__(self, session: Session, at: Here) -> None:
        self.session = session
        self.at = at
        self.streams: set[Stream] = set()
        self.closed = False
        self._waiting: deque[tuple[Telling, Stream]] = deque()
        self._wake = asyncio.Event()

    def offer(self, telling: Telling, stream: Stream) -> None:
        """Tell something, without waiting."""
        if len(self._waiting) >= _MOST_WAITING:
            self.close()
            return
        self._waiting.append((telling, stream))
        self._wake.set()

    def close(self) -> None:
        """End the connection."""
        self.closed = True
        self._waiting.clear()
        self._wake.set()

    async def next(self, seconds: float | None = None) -> tuple[Telling, Stream] | None:
        """What to tell next; None when the connection is to end, or nothing came for `seconds`."""
        while not self._waiting and not self.closed:
            self._wake.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
            except TimeoutError:
                return None
        return None if self.closed else self._waiting.popleft()
