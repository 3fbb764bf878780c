"""Bounds of time and size: what a hostile server can make us hold, and for how long."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import msgspec
import orjson
import pytest
from aiohttp import web

from fedi.errors import RemoteInvalid, Unreachable
from fedi.net.values import MIB
from tests.net.servers import AP, LAB, client, raw_remote, remote, signer

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\n"
SHORT = msgspec.structs.replace(LAB, total_seconds=0.2)


async def fetch_error(origin: str, settings: object = LAB) -> Exception:
    async with client(settings) as net:  # type: ignore[arg-type]
        with pytest.raises((RemoteInvalid, Unreachable)) as caught:
            await net.fetch(f"{origin}/note", signer=None)
    return caught.value


async def test_a_gzipped_document_is_unpacked():
    async with remote() as here, client() as net:
        uri = here.url("/note")
        body = gzip.compress(orjson.dumps({"id": uri, "content": "x" * 10_000}), mtime=0)
        here.serve(
            "/note", lambda: web.Response(body=body, content_type=AP, headers={"Content-Encoding": "gzip"})
        )
        assert len((await net.fetch(uri, signer=None)).data["content"]) == 10_000


def bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(64)) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", bomb()),
        ("gzip, gzip", gzip.compress(bomb(), mtime=0)),
        ("gzip", b"not gzip"),
        ("gzip", gzip.compress(b'{"id": "x"}', mtime=0)[:-5]),
        ("deflate", zlib.compress(b"{}")),
        ("br", b"\x00"),
        ("zstd", b"\x00"),
    ],
)
async def test_a_gzip_bomb_is_not_unpacked_beyond_the_limit(coding: str, body: bytes):
    async with remote() as here:
        here.serve(
            "/note", lambda: web.Response(body=body, content_type=AP, headers={"Content-Encoding": coding})
        )
        assert isinstance(await fetch_error(here.origin), RemoteInvalid)


async def test_a_declared_length_beyond_the_limit_is_not_read():
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Length: 1048577\r\n\r\n")
        await writer.drain()
        await asyncio.Event().wait()

    async with raw_remote(answer) as origin:
        assert isinstance(await fetch_error(origin), RemoteInvalid)


async def test_an_endless_body_is_cut_off_at_the_limit():
    written = 0

    async def answer(writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")
            await writer.drain()
            written += 0x10000

    async with raw_remote(answer) as origin:
        assert isinstance(await fetch_error(origin), RemoteInvalid)
    assert written < 20 * MIB  # what fits into socket buffers comes on top


async def test_a_body_that_drips_hits_the_deadline_of_the_whole():
    """Each byte comes well within the read time-out; the sum does not (slowloris)."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Length: 100000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.005)

    async with raw_remote(answer) as origin:
        error = await fetch_error(origin, SHORT)
        assert isinstance(error, Unreachable)
        assert "longer than 0.2 s" in str(error)


async def test_headers_that_drip_hit_the_deadline_of_the_whole():
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X: y\r\n")
            await writer.drain()
            await asyncio.sleep(0.005)

    async with raw_remote(answer) as origin:
        assert isinstance(await fetch_error(origin, SHORT), Unreachable)
        async with client(SHORT) as net:
            with pytest.raises(Unreachable):
                await net.post(f"{origin}/inbox", b"{}", signer=signer())


async def test_silence_hits_the_read_timeout():
    async def answer(_: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with raw_remote(answer) as origin:
        settings = msgspec.structs.replace(LAB, read_seconds=0.05)
        error = await fetch_error(origin, settings)
        assert isinstance(error, Unreachable)
        assert "longer than" not in str(error)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nContent-Type: application/activity+json\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 99999 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: \xc2\xb2\r\n\r\n",
        b"\x00" * 1000,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe://\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_a_fetch_error_and_nothing_else(answer: bytes):
    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    async with raw_remote(write) as origin, client() as net:
        from_fetch: BaseException | None = None
        try:
            await net.fetch(f"{origin}/note", signer=None)
        except Exception as error:
            from_fetch = error
        assert type(from_fetch).__module__ in ("fedi.errors", "fedi.net.troubles")
