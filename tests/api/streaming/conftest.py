"""Somebody who listens, without a network between: an ASGI connection that stays open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from fedi.api.streaming.hub import Hub
from tests.api.conftest import ANSWERED, Api, Client

SECONDS = 10.0


class Connection:
    """An open connection. `heard` are the messages that came and were not taken yet."""

    def __init__(self, app: Any, scope: dict[str, Any], first: dict[str, Any]) -> None:
        self._in: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._in.put_nowait(first)
        self.reading = asyncio.Event()
        """Cleared while nobody reads on the other end."""
        self.reading.set()
        self._task = asyncio.create_task(app(scope, self._in.get, self._take))

    async def _take(self, message: dict[str, Any]) -> None:
        await self.reading.wait()
        self._out.put_nowait(message)

    async def sent(self) -> dict[str, Any]:
        """The next message of the application."""
        async with asyncio.timeout(SECONDS):
            return await self._out.get()

    def put(self, message: dict[str, Any]) -> None:
        self._in.put_nowait(message)

    async def end(self, how: str) -> None:
        """Hang up."""
        self.put({"type": how})
        async with asyncio.timeout(SECONDS):
            await self._task


class Socket(Connection):
    async def heard(self) -> tuple[list[str], str, Any]:
        """The next event: stream, event, payload."""
        message = await self.sent()
        assert message["type"] == "websocket.send", message
        found = json.loads(message["text"])
        return found["stream"], found["event"], _payload(found.get("payload"))

    def say(self, **words: Any) -> None:
        self.put({"type": "websocket.receive", "text": json.dumps(words)})

    async def hang_up(self) -> None:
        await self.end("websocket.disconnect")


class Source(Connection):
    status = 0
    _rest = b""

    async def opened(self) -> Source:
        start = await self.sent()
        self.status, self.headers = start["status"], dict(start["headers"])
        return self

    async def heard(self) -> tuple[str, Any]:
        """The next event, and its data."""
        while b"\n\n" not in self._rest:
            self._rest += (await self.sent())["body"].replace(b":)\n", b"").replace(b":thump\n", b"")
        event, _, self._rest = self._rest.partition(b"\n\n")
        fields = dict(line.split(": ", 1) for line in event.decode().splitlines())
        return fields["event"], _payload(fields["data"])

    async def silent(self) -> bool:
        """Whether nothing was told that was not heard yet."""
        while not self._out.empty():
            self._rest += (await self.sent())["body"].replace(b":)\n", b"").replace(b":thump\n", b"")
        return self._rest == b""

    async def hang_up(self) -> None:
        await self.end("http.disconnect")


def _payload(text: str | None) -> Any:
    return json.loads(text) if text else text


def _scope(kind: str, client: Client, path: str, headers: dict[str, str]) -> dict[str, Any]:
    address = urlsplit(path)
    given = {"host": "a.test"} | headers
    if client.token and "authorization" not in headers and "subprotocol" not in headers:
        given["authorization"] = f"Bearer {client.token}"
    protocol = given.pop("subprotocol", None)
    return {
        "type": kind,
        "method": "GET",
        "path": address.path,
        "raw_path": address.path.encode(),
        "query_string": address.query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "subprotocols": [protocol] if protocol else [],
        "extensions": {"websocket.http.response": {}},
        "client": ("127.0.0.1", 1),
        "server": ("a.test", 443),
        "scheme": "https",
        "http_version": "1.1",
        "root_path": "",
    }


class Streams:
    """Opens connections to the server in memory, whose hub runs."""

    def __init__(self, api: Api) -> None:
        self.app = api.world.app
        self.hub: Hub = self.app.extensions["fedi_streams"]

    def dial(self, client: Client, query: str = "", **headers: str) -> Socket:
        """A WebSocket that may yet be refused."""
        scope = _scope("websocket", client, f"/api/v1/streaming{query}", headers)
        return Socket(self.app, scope, {"type": "websocket.connect"})

    async def socket(self, client: Client, query: str = "", **headers: str) -> Socket:
        """A WebSocket that was accepted."""
        dialled = self.dial(client, query, **headers)
        accepted = await dialled.sent()
        assert accepted["type"] == "websocket.accept", accepted
        return dialled

    async def source(self, client: Client, path: str, **headers: str) -> Source:
        """Server-sent events."""
        scope = _scope("http", client, f"/api/v1/streaming{path}", headers)
        opened = await Source(self.app, scope, {"type": "http.request", "body": b""}).opened()
        if opened.status == 200:
            ANSWERED.add(("GET", scope["path"]))
        return opened


@pytest.fixture
async def streams(api: Api) -> AsyncIterator[Streams]:
    made, stop = Streams(api), asyncio.Event()
    running = asyncio.create_task(made.hub.run(stop))
    yield made
    stop.set()
    async with asyncio.timeout(SECONDS):
        await running
