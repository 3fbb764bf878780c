"""Uvicorn with httptools: HTTP/1.1 and WebSockets, for less CPU. An extra: `pip install 'fedi[uvicorn]'`."""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import Sequence
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.wsproto_impl import WSProtocol

from fedi.config.sections import Server
from fedi.serving.lifespan import App
from fedi.serving.sockets import BACKLOG

_KEEP_ALIVE_SECONDS = 60
_LONGEST_MESSAGE = 65_536


async def serve(app: App, sockets: Sequence[socket.socket], server: Server, stop: asyncio.Event) -> None:
    """Answer requests on `sockets` until `stop` is set and the running ones have ended."""
    settings = uvicorn.Config(
        cast(Any, app),
        interface="asgi3",
        http=HttpToolsProtocol,
        ws=WSProtocol,
        ws_max_size=_LONGEST_MESSAGE,
        ws_per_message_deflate=False,
        lifespan="off",
        backlog=BACKLOG,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=math.ceil(server.stop_seconds),
        ssl_certfile=server.tls_certificate,
        ssl_keyfile=server.tls_key,
    )
    engine = uvicorn.Server(settings)
    watcher = asyncio.create_task(_stop(engine, stop))
    # Uvicorn closes what it is given, and the sockets are not ours to close.
    await engine.serve([listener.dup() for listener in sockets])
    watcher.cancel()


async def _stop(engine: uvicorn.Server, stop: asyncio.Event) -> None:
    await stop.wait()
    engine.should_exit = True
