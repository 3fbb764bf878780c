"""Granian, whose HTTP is written in Rust: the least CPU. An extra: `pip install 'fedi[granian]'`."""

from __future__ import annotations

import asyncio
import math
import os
import socket
from collections.abc import Sequence
from typing import Any, cast

from granian._granian import SocketHolder
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server as Embedded

from fedi.config.sections import Server
from fedi.errors import ConfigError
from fedi.serving.lifespan import App
from fedi.serving.sockets import BACKLOG

# Its own choice would be a handler on standard output.
_LOGS: dict[str, Any] = {"handlers": {}, "loggers": {"_granian": {"propagate": True}}}


class _OnSocket(Embedded):
    """Granian's embedded server, listening on a socket that is open already."""

    def __init__(self, app: App, listener: socket.socket, server: Server) -> None:
        super().__init__(
            app,
            interface=Interfaces.ASGINL,
            backlog=BACKLOG,
            log_level=LogLevels.error,
            log_dictconfig=_LOGS,
            ssl_cert=server.tls_certificate,
            ssl_key=server.tls_key,
        )
        self.workers_kill_timeout = math.ceil(server.stop_seconds)
        self._listener = listener

    def _init_shared_socket(self) -> None:
        # Granian has no public way to be given a socket; its workers take this holder. Pinned by a test.
        unix = self._listener.family == socket.AF_UNIX
        self._shd = cast(Any, SocketHolder)(os.dup(self._listener.fileno()), unix, BACKLOG)
        self._ssp = None

    def halt(self) -> None:
        """Stop accepting; `serve` returns when the running requests have ended."""
        self.interrupt_signal = True
        self.main_loop_interrupt.set()


async def serve(app: App, sockets: Sequence[socket.socket], server: Server, stop: asyncio.Event) -> None:
    """Answer requests on `sockets` until `stop` is set and the running ones have ended."""
    engines = [_OnSocket(app, listener, server) for listener in sockets]
    serving = [asyncio.create_task(engine.serve()) for engine in engines]
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([stopped, *serving], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    for engine in engines:
        engine.halt()
    for outcome in await asyncio.gather(*serving, return_exceptions=True):
        # A time-out says that requests were still running after stop_seconds: they are cut off.
        if outcome is not None and not isinstance(outcome, TimeoutError):
            raise outcome
    if not stop.is_set():
        raise ConfigError(public="The granian engine stopped by itself: see the log, or set server.engine.")
