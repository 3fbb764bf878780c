"""Signals between tasks of one process: work of some kind was committed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable


class Signals:
    """Events by topic. A signal that comes while nobody waits is kept: none is lost, several become one."""

    def __init__(self) -> None:
        self._events: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def wake(self, topics: Iterable[str]) -> None:
        """Let those who wait for one of `topics` go on."""
        for topic in topics:
            self._events[topic].set()

    async def wait(self, topic: str, seconds: float) -> bool:
        """Wait for `topic`, `seconds` at most; whether it came. One task waits for a topic."""
        event = self._events[topic]
        if not await came(event, seconds):
            return False
        event.clear()
        return True


async def came(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, `seconds` at most; whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
