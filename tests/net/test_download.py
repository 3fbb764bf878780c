"""Files of other servers: piece by piece, announced or not, never more than was allowed."""

from __future__ import annotations

import asyncio
import gzip

import pytest
from aiohttp import web

from fedi.errors import AddressRefused, FetchError, RemoteInvalid, RemoteMissing, Unavailable, Unreachable
from fedi.net.client import Net
from tests.net.servers import client, raw_remote, remote

MOST = 1_000_000


class Sink:
    """Keeps what comes."""

    def __init__(self, room: int = MOST) -> None:
        self.announced: list[int | None] = []
        self.chunks: list[bytes] = []
        self.room = room

    async def expect(self, size: int | None) -> None:
        self.announced.append(size)

    async def write(self, chunk: bytes) -> None:
        self.room -= len(chunk)
        if self.room < 0:
            raise Unavailable("full")
        self.chunks.append(chunk)


async def download(net: Net, url: str, sink: Sink, seconds: float = 10) -> None:
    await net.download(url, sink, accept="image/*", max_bytes=MOST, seconds=seconds)


async def test_a_file_comes_in_pieces():
    data = bytes(range(256)) * 3_000
    async with remote() as here, client() as net:
        here.serve("/cat.png", lambda: web.Response(body=data, content_type="image/png"))
        here.serve_status("/moved", 302, Location="/cat.png")
        sink = Sink()
        await download(net, here.url("/moved"), sink)
        assert b"".join(sink.chunks) == data
        assert len(sink.chunks) > 1
        assert sink.announced == [len(data)]
        asked = here.requests[-1].headers
        assert asked["Accept-Encoding"] == "identity"
        assert "Signature" not in asked


async def test_what_is_not_announced_is_counted():
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(bytes(65_536))
            await writer.drain()

    async with raw_remote(endless) as origin, client() as net:
        sink = Sink()
        with pytest.raises(RemoteInvalid, match="more than"):
            await download(net, f"{origin}/x", sink)
        assert sink.announced == [None]
        assert sum(map(len, sink.chunks)) <= MOST


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda: web.Response(body=bytes(MOST + 1)), RemoteInvalid),
        (lambda: web.Response(body=gzip.compress(b"x"), headers={"Content-Encoding": "gzip"}), RemoteInvalid),
        (lambda: web.Response(status=404), RemoteMissing),
        (lambda: web.Response(status=500), Unreachable),
    ],
    ids=["large", "packed", "missing", "broken"],
)
async def test_what_goes_wrong_has_a_meaning(answer: object, error: type[FetchError]):
    async with remote() as here, client() as net:
        here.serve("/x", answer)  # type: ignore[arg-type]
        sink = Sink()
        with pytest.raises(error):
            await download(net, here.url("/x"), sink)
        assert sink.chunks == []


async def test_a_file_that_breaks_off_is_not_one():
    async def short(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + bytes(10))
        await writer.drain()

    async with raw_remote(short) as origin, client() as net:
        with pytest.raises(FetchError):
            await download(net, f"{origin}/x", Sink())


async def test_a_slow_server_has_so_much_time_and_no_more():
    async def slow(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with raw_remote(slow) as origin, client() as net:
        with pytest.raises(Unreachable, match="longer than"):
            await download(net, f"{origin}/x", Sink(), seconds=0.3)


async def test_what_the_sink_raises_ends_it():
    async with remote() as here, client() as net:
        here.serve("/x", lambda: web.Response(body=bytes(500_000)))
        with pytest.raises(Unavailable):
            await download(net, here.url("/x"), Sink(room=100_000))
        here.serve("/y", lambda: web.Response(body=b"fine"))
        sink = Sink()
        await download(net, here.url("/y"), sink)
        assert sink.chunks == [b"fine"]


@pytest.mark.parametrize("url", ["http://10.0.0.1/x", "file:///etc/passwd", "http://169.254.169.254/latest"])
async def test_private_addresses_are_not_asked(url: str):
    async with client() as net:
        with pytest.raises((AddressRefused, RemoteInvalid)):
            await download(net, url, Sink())
