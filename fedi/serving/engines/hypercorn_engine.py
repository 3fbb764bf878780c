"""The default engine: Hypercorn, with HTTP/1.1, HTTP/2 and WebSockets."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Sequence
from typing import Any, cast

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config as HypercornConfig
from hypercorn.protocol import ws_stream

from fedi.config.sections import Server
from fedi.serving.lifespan import App, Message, Receive, Send
from fedi.serving.sockets import BACKLOG

_KEEP_ALIVE_SECONDS = 60.0
_PING_SECONDS = 30.0  # proxies drop a WebSocket on which nothing moves for a minute
_LONGEST_MESSAGE = 65_536
# What a stop may take beyond the requests' own time, before the engine is cancelled.
_MARGIN_SECONDS = 1.0


def _no_extensions(*_: object) -> None:
    """Agree to no extension of a WebSocket: a compressed one keeps 300 KB, and packs every event anew for itself.

    Hypercorn has no setting for it.
    """


ws_stream.server_extensions_handshake = _no_extensions  # type: ignore[assignment,attr-defined]


async def serve(app: App, sockets: Sequence[socket.socket], server: Server, stop: asyncio.Event) -> None:
    """Answer requests on `sockets` until `stop` is set and the running ones have ended."""
    serving = asyncio.create_task(
        hypercorn_serve(
            cast(Any, _without_lifespan(app)),
            _settings(sockets, server),
            shutdown_trigger=stop.wait,
            mode="asgi",
        )
    )
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([serving, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    # Hypercorn first awaits wait_closed, which from Python 3.12.1 waits for open streams without a limit.
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(serving, server.stop_seconds + _MARGIN_SECONDS)


def _settings(sockets: Sequence[socket.socket], server: Server) -> HypercornConfig:
    settings = HypercornConfig()
    # Hypercorn closes what it is given, and the sockets are not ours to close.
    settings.bind = [f"fd://{os.dup(listener.fileno())}" for listener in sockets]
    settings.backlog = BACKLOG
    settings.accesslog = None
    settings.errorlog = logging.getLogger("hypercorn.error")
    settings.include_server_header = False
    settings.graceful_timeout = server.stop_seconds
    settings.keep_alive_timeout = _KEEP_ALIVE_SECONDS
    settings.keep_alive_max_requests = 100_000
    settings.websocket_ping_interval = _PING_SECONDS
    settings.websocket_max_message_size = _LONGEST_MESSAGE
    if server.tls_certificate and server.tls_key:
        settings.certfile, settings.keyfile = str(server.tls_certificate), str(server.tls_key)
    return settings


def _without_lifespan(app: App) -> App:
    """Answer the lifespan in the application's place, because it is running already."""

    async def wrapped(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})

    return wrapped
