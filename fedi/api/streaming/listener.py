"""Somebody who listens: told at once where that needs no waiting, and let go where they do not read."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from fedi.api.entities.here import Here
from fedi.api.streaming.eager import begin
from fedi.api.streaming.streams import Stream
from fedi.api.streaming.telling import Telling
from fedi.store.members import Session

log = structlog.get_logger()

_MOST_WAITING = 512

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Written = Callable[[Telling, Stream], Message]


class Listener:
    """One connection: `send` is its ASGI channel, `write` makes the message that tells of something.

    `closed` is set when it is to end: by the server's stop, a dead token, or an app that does not read.
    """

    __slots__ = ("_send", "_waiting", "_write", "_writing", "at", "closed", "session", "streams")

    def __init__(self, session: Session, at: Here, send: Send, write: Written) -> None:
        self.session = session
        self.at = at
        self.streams: set[Stream] = set()
        self.closed = asyncio.Event()
        self._send = send
        self._write = write
        self._waiting: deque[Message] = deque()
        self._writing: asyncio.Task[None] | None = None

    def offer(self, telling: Telling, stream: Stream) -> None:
        """Tell something, without waiting."""
        self.put(self._write(telling, stream))

    def put(self, message: Message) -> None:
        """Send a message of the channel, or have it wait behind those that are being sent."""
        if self.closed.is_set():
            return
        if self._writing is not None:
            self._waiting.append(message)
            if len(self._waiting) > _MOST_WAITING:
                self.close()
            return
        try:
            rest = begin(self._sent(message))
        except Exception as error:
            self._failed(error)
            return
        if rest is not None:
            self._writing = asyncio.create_task(self._write_on(rest))

    def close(self) -> None:
        """End the connection."""
        self.closed.set()
        self._waiting.clear()

    def leave(self) -> None:
        """The connection has ended: nothing is sent any more."""
        self.close()
        if self._writing is not None:
            self._writing.cancel()

    async def _sent(self, message: Message) -> None:
        await self._send(message)

    async def _write_on(self, rest: Coroutine[Any, Any, None]) -> None:
        try:
            await rest
            while self._waiting:
                await self._send(self._waiting.popleft())
        except Exception as error:
            self._failed(error)
        finally:
            self._writing = None

    def _failed(self, error: Exception) -> None:
        # The connection broke between two of our steps: what is left is to forget it.
        log.info("stream broke", detail=f"{type(error).__name__}: {error}")
        self.close()
