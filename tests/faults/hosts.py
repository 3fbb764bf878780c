"""Other servers, on real loopback sockets: healthy ones, and ones in every kind of trouble."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

Mood = Literal["well", "refuses", "hangs", "resets", "babbles"]
"""How a server answers a POST: 202; 503; never; by cutting the connection; with what is not HTTP."""

_HEAD_SECONDS = 300.0
_ACTIVITY, _JRD = "application/activity+json", "application/jrd+json"


class Host:
    """A server with documents to GET and one inbox, which remembers what it has answered with 202."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.port = 0
        self.mood: Callable[[], Mood] = lambda: "well"
        self.documents: dict[str, dict[str, Any]] = {}
        self.taken: list[dict[str, Any]] = []
        self.posts: Counter[Mood] = Counter()
        self.listeners: list[Callable[[dict[str, Any]], Awaitable[None]]] = []
        self.arrived: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._handles: dict[str, str] = {}
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def inbox(self) -> str:
        return f"{self.origin}/inbox"

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Cut every connection and stop listening."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def publish(self, uri: str, document: dict[str, Any]) -> None:
        """Answer a GET of `uri`."""
        self.documents[urlsplit(uri).path] = document

    def finger(self, name: str, uri: str) -> None:
        """Answer WebFinger for a person who lives here."""
        self._handles[f"acct:{name}@127.0.0.1:{self.port}"] = uri

    def ids(self, kind: str) -> Counter[str]:
        """How often each activity of that type was taken, by its id."""
        return Counter(activity["id"] for activity in self.taken if activity["type"] == kind)

    def objects(self, kind: str) -> dict[str, set[str]]:
        """The ids of the activities of that type, by the id of their object."""
        found: dict[str, set[str]] = defaultdict(set)
        for activity in self.taken:
            if activity["type"] == kind:
                found[id_of(activity["object"])].add(activity["id"])
        return found

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._answer(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side was killed, or the test has ended
        finally:
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        async with asyncio.timeout(_HEAD_SECONDS):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        fields = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])
        }
        body = await reader.readexactly(int(fields.get("content-length", "0")))
        if method == "POST":
            return await self._post(body, writer)
        status, kind, document = self._get(target)
        await _reply(writer, status, json.dumps(document).encode(), kind)
        return True

    def _get(self, target: str) -> tuple[str, str, dict[str, Any]]:
        parts = urlsplit(target)
        if parts.path == "/.well-known/webfinger":
            handle = parse_qs(parts.query)["resource"][0]
            if handle not in self._handles:
                return "404 Not Found", _JRD, {}
            link = {"rel": "self", "type": _ACTIVITY, "href": self._handles[handle]}
            return "200 OK", _JRD, {"subject": handle, "links": [link]}
        found = self.documents.get(parts.path)
        return ("404 Not Found", _ACTIVITY, {}) if found is None else ("200 OK", _ACTIVITY, found)

    async def _post(self, body: bytes, writer: asyncio.StreamWriter) -> bool:
        mood = self.mood()
        self.posts[mood] += 1
        match mood:
            case "well":
                await self._take(json.loads(body))
                await _reply(writer, "202 Accepted", b"")
            case "refuses":
                await _reply(writer, "503 Service Unavailable", b"")
            case "hangs":
                await asyncio.sleep(_HEAD_SECONDS)
            case "resets":
                transport = writer.transport
                transport.abort()
                return False
            case "babbles":
                writer.write(b"\x00\xff this is not HTTP \r\n\r\n" * 20)
                await writer.drain()
                return False
        return True

    async def _take(self, activity: dict[str, Any]) -> None:
        self.taken.append(activity)
        self.arrived[id_of(activity["object"])].set()
        for listener in self.listeners:
            await listener(activity)


def id_of(value: Any) -> str:
    """The id of an object that is embedded, or named."""
    return str(value["id"] if isinstance(value, dict) else value)


async def _reply(writer: asyncio.StreamWriter, status: str, body: bytes, kind: str = _ACTIVITY) -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
