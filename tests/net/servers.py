"""Servers on loopback, names that lead to them, and clients that are allowed to reach them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import orjson
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from fedi.activitypub import keys, signatures
from fedi.activitypub.signatures import RequestHead, SigningKey
from fedi.net.client import Net, NetSettings

AP = "application/activity+json"
LAB = NetSettings(
    user_agent="fedi-test/1 (+https://a.test/)", allow_http=True, allow_private=("127.0.0.0/8",)
)
PUBLIC = NetSettings(user_agent="fedi-test/1 (+https://a.test/)")


@cache
def pair() -> keys.KeyPair:
    return keys.generate_rsa()


def signer(name: str = "ana") -> SigningKey:
    return SigningKey(f"https://a.test/users/{name}#main-key", pair().private_pem)


class Clock:
    """A time that only moves when told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def pass_seconds(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Names(AbstractResolver):
    """Resolves the names it was given. Answers come one after the other, the last one for good."""

    def __init__(self, **names: list[list[str]]) -> None:
        self.names = {name.replace("_", "."): list(answers) for name, answers in names.items()}
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        answers = self.names.get(host)
        if not answers:
            raise OSError(f"no such name: {host}")
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing to close."""


Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Remote:
    """A server that keeps what it was asked. Set `answers[path]`; other paths are 404."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.origin = f"http://127.0.0.1:{port}"
        self.requests: list[web.BaseRequest] = []
        self.bodies: list[bytes] = []
        self.answers: dict[str, Handler] = {}

    def url(self, path: str) -> str:
        return self.origin + path

    @property
    def paths(self) -> list[str]:
        return [request.raw_path for request in self.requests]

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests.append(request)
        self.bodies.append(await request.read())
        handler = self.answers.get(request.path)
        return web.Response(status=404, text="no such thing") if handler is None else await handler(request)

    def serve(self, path: str, response: Callable[[], web.StreamResponse]) -> None:
        async def handler(_: web.BaseRequest) -> web.StreamResponse:
            return response()

        self.answers[path] = handler

    def serve_json(self, path: str, data: Any, *, content_type: str = AP, **more: Any) -> None:
        self.serve(
            path,
            lambda: web.Response(body=orjson.dumps(data), headers={"Content-Type": content_type}, **more),
        )

    def serve_object(self, path: str, **more: Any) -> str:
        """An object whose id is its address, which is returned."""
        self.serve_json(path, {"id": self.url(path), "type": "Note", **more})
        return self.url(path)

    def serve_status(self, path: str, status: int, **headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.serve(path, lambda: web.Response(status=status, headers=named, text="because"))
        return self.url(path)


@asynccontextmanager
async def remote(address: str = "127.0.0.1", **options: Any) -> AsyncIterator[Remote]:
    listening = socket.create_server((address, 0))
    here = Remote(listening.getsockname()[1])
    runner = web.ServerRunner(web.Server(here.handle, handler_cancellation=True), shutdown_timeout=0.0)
    await runner.setup()
    await web.SockSite(runner, listening, **options).start()
    try:
        yield here
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_remote(answer: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """A server that writes whatever `answer` writes, byte by byte; gives its origin."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (await reader.readline()).strip():
                pass
            await answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # the client has had enough, which is what these tests are about
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@asynccontextmanager
async def client(
    settings: NetSettings = LAB, *, now: Callable[[], datetime] | None = None, names: Names | None = None
) -> AsyncIterator[Net]:
    net = Net(settings, now=now or Clock(), resolver=names)
    try:
        yield net
    finally:
        await net.close()


def check_signature(request: web.BaseRequest, body: bytes = b"") -> signatures.Claim:
    """The claim of a request whose signature verifies; raises BadSignature."""
    head = RequestHead(
        request.method,
        "http",
        request.headers["Host"],
        request.raw_path,
        tuple((name.lower(), value) for name, value in request.headers.items()),
    )
    claim = signatures.claim(head)
    signatures.verify(claim, head, body, pair().public_pem, Clock()())
    return claim
