"""A client that sends prepared requests over a fixed number of kept connections, each one after the other."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import cast

from msgspec import Struct

from bench import http

_GIVE_UP_SECONDS = 120


class Outcome(Struct, frozen=True):
    """What came of a load."""

    statuses: Counter[int]
    """How often each status was answered; 0: the connection broke."""
    seconds: float
    latencies: list[float]
    """Seconds from each request to its answer, sorted."""
    last: bytes
    """The body of the last answer."""

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds

    @property
    def p99_ms(self) -> float:
        """All but one in a hundred were answered within this."""
        return self.latencies[int(len(self.latencies) * 0.99)] * 1000 if self.latencies else 0.0

    def only(self, status: int) -> bool:
        """Whether every answer had this status."""
        return set(self.statuses) == {status}


class _Load:
    def __init__(self, requests: Sequence[bytes]) -> None:
        self.todo: Iterator[bytes] = iter(requests)
        self.left = len(requests)
        self.statuses: Counter[int] = Counter()
        self.latencies: list[float] = []
        self.last = b""

    def note(self, status: int, seconds: float) -> None:
        self.statuses[status] += 1
        self.latencies.append(seconds)
        self.left -= 1


class _Connection(asyncio.Protocol):
    def __init__(self, load: _Load, ended: asyncio.Future[bool]) -> None:
        self._load = load
        self._ended = ended
        self._buffer = bytearray()
        self._sent_at: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is no subclass of it
        self._next()

    def _next(self) -> None:
        request = next(self._load.todo, None)
        if request is None:
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        message = http.take(self._buffer)
        if message is None or self._sent_at is None:
            return
        self._load.last = message.body
        self._load.note(message.status, time.perf_counter() - self._sent_at)
        self._sent_at = None
        if message.closes:
            self._transport.close()
        else:
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if self._sent_at is not None:
            self._load.note(0, time.perf_counter() - self._sent_at)
        if not self._ended.done():
            self._ended.set_result(True)


async def _work(load: _Load, port: int) -> None:
    """Keep one connection open; servers close theirs after so many requests."""
    loop = asyncio.get_running_loop()
    while load.left > 0:
        before = load.left
        ended: asyncio.Future[bool] = loop.create_future()
        await loop.create_connection(lambda ended=ended: _Connection(load, ended), "127.0.0.1", port)  # type: ignore[misc]
        await ended
        if load.left == before:
            return  # nothing left to send


async def send(
    port: int, requests: Sequence[bytes], connections: int, patience: float = _GIVE_UP_SECONDS
) -> Outcome:
    """Send all of `requests` to a port of this machine; returns with the last answer."""
    load = _Load(requests)
    started = time.perf_counter()
    async with asyncio.timeout(patience):
        await asyncio.gather(*(_work(load, port) for _ in range(connections)))
    return Outcome(load.statuses, time.perf_counter() - started, sorted(load.latencies), load.last)
