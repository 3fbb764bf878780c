"""A tiny application for test_serving: it writes down what happens to it, and can be slow or endless."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

from quart import Quart, Response, websocket

from fedi.config import Config
from fedi.errors import Unavailable
from fedi.serving.lifespan import App, Message, Receive, Send


def build(config: Config, role: str, stop: asyncio.Event) -> App:
    app = Quart(__name__)
    diary = Path(os.environ["FEDI_TEST_DIARY"])

    def note(text: str) -> None:
        with diary.open("a") as file:
            file.write(f"{text} {os.getpid()}\n")

    @app.before_serving
    async def start() -> None:
        note(f"started {role}")

    @app.after_serving
    async def end() -> None:
        note("ended")

    @app.get("/")
    async def hello() -> str:
        return f"hello from {os.getpid()}"

    @app.get("/slow")
    async def slow() -> str:
        note("slow")
        await stop.wait()
        await asyncio.sleep(0.2)
        return "done"

    @app.get("/stuck")
    async def stuck() -> str:
        note("stuck")
        await asyncio.sleep(600)
        return "never"

    @app.get("/stream")
    async def stream() -> Response:
        async def lines() -> AsyncIterator[bytes]:
            yield b"first\n"
            await stop.wait()
            yield b"last\n"

        return Response(lines(), content_type="text/plain")

    @app.websocket("/echo")
    async def echo() -> None:
        await websocket.send(await websocket.receive())

    return app


def crash(config: Config, role: str, stop: asyncio.Event) -> App:
    """No framework between the engine and the error."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            raise RuntimeError("a bug of ours")
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})

    return app


def refuse(config: Config, role: str, stop: asyncio.Event) -> App:
    raise Unavailable(public="The database does not answer.")


def break_start(config: Config, role: str, stop: asyncio.Event) -> App:
    app = Quart(__name__)

    @app.before_serving
    async def start() -> None:
        raise RuntimeError("the disk is full")

    return app


def fail_start(config: Config, role: str, stop: asyncio.Event) -> App:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "a detail for nobody"})
        raise Unavailable(detail="a detail for nobody", public="The database is away.")

    return app
