"""One process that serves: an event loop, the application's life, and an HTTP engine around its requests."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import threading
from collections.abc import Callable, Sequence

import structlog
import uvloop

from fedi.config.sections import Server
from fedi.serving import engines
from fedi.serving.lifespan import App, running

# Makes the application. The event is set when the server was asked to stop, so that endless streams end.
Build = Callable[[asyncio.Event], App]


def run(build: Build, server: Server, sockets: Sequence[socket.socket], lifeline: int | None = None) -> None:
    """Serve until SIGTERM or SIGINT: take nothing new, finish what runs, shut the application down.

    Without `sockets` nothing is listened to, and only the application's own tasks run. `lifeline` is the
    reading end of a pipe: when the other end closes, the parent is gone, and this process stops too.
    """
    serve = engines.find(server.engine)
    _allow_many_files()
    if lifeline is not None:
        threading.Thread(target=_follow, args=(lifeline,), daemon=True).start()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(build, server, sockets, serve))


async def _run(build: Build, server: Server, sockets: Sequence[socket.socket], serve: engines.Serve) -> None:
    log = structlog.get_logger()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    app = build(stop)
    async with running(app):
        log.info("serving", engine=server.engine, addresses=[_name(each) for each in sockets])
        if sockets:
            await serve(app, sockets, server, stop)
        else:
            await stop.wait()
        log.info("stopping")
    log.info("stopped")


def _name(listener: socket.socket) -> str:
    address = listener.getsockname()
    return f"{address[0]}:{address[1]}" if isinstance(address, tuple) else f"unix:{address}"


def _allow_many_files() -> None:
    """Raise the soft limit of open files to the hard one: every connection is one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _follow(lifeline: int) -> None:
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)
