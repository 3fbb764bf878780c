"""The hub of a process: reads what was committed, anywhere, and tells those who listen here.

Nothing is read while nobody listens. A stream starts with what is committed after it was asked for.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable

import structlog

from fedi.api.streaming.listener import Listener
from fedi.api.streaming.scene import Scene
from fedi.api.streaming.streams import Stream
from fedi.errors import NotFound
from fedi.services import Services
from fedi.store.events import TOPIC, Event

log = structlog.get_logger()

_MOST_AT_ONCE = 200
_IDLE_SECONDS = 5.0
# PostgreSQL tells other processes at once; on SQLite they have to look.
_POLL_SECONDS = {"sqlite": 0.25, "postgresql": 2.0}
_CHECK_SECONDS = 20.0
# An id that is missing belongs to a transaction that is still open, or was rolled back.
_GAP_SECONDS = 10.0
_MOST_GAPS = 1_000


class Hub:
    """Who listens to what. `run` does the telling."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._store = services.store
        self._listeners: set[Listener] = set()
        self._streams: defaultdict[Stream, set[Listener]] = defaultdict(set)
        self._cursor: int | None = None
        self._gaps: dict[int, float] = {}
        self._checked_at = 0.0
        self._stopped = False

    def __len__(self) -> int:
        return len(self._listeners)

    async def check(self, listener: Listener, stream: Stream) -> None:
        """Raise NotFound for a list that is not the listener's."""
        if stream.name == "list":
            async with self._store.read() as tx:
                if await tx.lists.by_id(listener.session.user.id, stream.of) is None:
                    raise NotFound

    async def subscribe(self, listener: Listener, stream: Stream) -> None:
        """Tell `listener` of `stream` from now on."""
        if self._cursor is None:
            async with self._store.read() as tx:
                last = await tx.events.last()
            self._cursor = last if self._cursor is None else self._cursor
        if self._stopped or listener.closed.is_set():
            listener.close()
            return
        self._listeners.add(listener)
        self._streams[stream].add(listener)
        listener.streams.add(stream)

    def unsubscribe(self, listener: Listener, stream: Stream) -> None:
        """Tell `listener` no more of `stream`."""
        listener.streams.discard(stream)
        among = self._streams.get(stream)
        if among is not None:
            among.discard(listener)
            if not among:
                del self._streams[stream]

    def leave(self, listener: Listener) -> None:
        """The connection has ended."""
        for stream in tuple(listener.streams):
            self.unsubscribe(listener, stream)
        listener.leave()
        self._listeners.discard(listener)
        if not self._listeners:
            self._cursor = None
            self._gaps.clear()

    async def run(self, stop: asyncio.Event) -> None:
        """Tell, until told to stop; then every connection ends."""
        stopping = asyncio.create_task(self._end(stop))
        try:
            while not stop.is_set():
                await self._round()
        finally:
            stopping.cancel()
            await asyncio.gather(stopping, return_exceptions=True)

    async def _end(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._stopped = True
        for listener in tuple(self._listeners):
            listener.close()
        self._store.signals.wake({TOPIC})

    async def _round(self) -> None:
        poll = _POLL_SECONDS[self._store.database.engine] if self._listeners else _IDLE_SECONDS
        await self._store.signals.wait(TOPIC, poll)
        if not self._listeners:
            return
        try:
            await self._drop_dead()
            while events := await self._new():
                scene = await Scene.of(self._store, events, self._streams)
                self._tell(events, scene)
        except Exception:
            log.exception("streaming failed")
            await asyncio.sleep(_POLL_SECONDS["sqlite"])

    async def _new(self) -> list[Event]:
        """The events since the last time, and those of transactions that ended late."""
        if self._cursor is None:
            return []
        now = asyncio.get_running_loop().time()
        self._gaps = {gap: since for gap, since in self._gaps.items() if now - since < _GAP_SECONDS}
        after = self._cursor
        async with self._store.read() as tx:
            found = await tx.events.since(after, self._gaps.keys(), _MOST_AT_ONCE)
        for event in found:
            self._gaps.pop(event.id, None)
        last = max((event.id for event in found), default=after)
        if last > after and self._cursor is not None:
            there = {event.id for event in found}
            missing = (one for one in range(after + 1, last) if one not in there)
            self._gaps.update((one, now) for one, _ in zip(missing, range(_MOST_GAPS), strict=False))
            self._cursor = last
        return found

    def _tell(self, events: Iterable[Event], scene: Scene) -> None:
        for event in events:
            for stream in scene.streams_for(event):
                for listener in tuple(self._streams.get(stream, ())):
                    if scene.is_for(event, stream, listener) and (telling := scene.telling(event, listener)):
                        listener.offer(telling, stream)

    async def _drop_dead(self) -> None:
        """Now and then: whose token was revoked, or who may not act any more, hears no more."""
        now = asyncio.get_running_loop().time()
        if now - self._checked_at < _CHECK_SECONDS:
            return
        self._checked_at = now
        tokens = {listener.session.token_id for listener in self._listeners}
        async with self._store.read() as tx:
            good = await tx.audiences.good_tokens(tokens)
        for listener in tuple(self._listeners):
            if listener.session.token_id not in good:
                listener.close()
