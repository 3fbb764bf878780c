"""One request on the wire, and its answer read within bounds."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from functools import lru_cache
from typing import cast

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver

from fedi.errors import RemoteInvalid
from fedi.net.guard import Guard
from fedi.net.pool import open_transport
from fedi.net.troubles import translated, was_cut
from fedi.net.urls import Target
from fedi.net.values import KIB, NetSettings, Sink

# What we read of an answer whose body does not matter, so that its connection can be used again.
_GLANCE_BYTES = 4 * KIB
_GLANCE_SECONDS = 3.0
_DETAIL_CHARACTERS = 300
_GZIP = 31  # zlib's window size that reads a gzip header


class Wire:
    """Sends requests. The caller reads each response with `read` or `glance`, which also closes it."""

    def __init__(self, settings: NetSettings, guard: Guard, resolver: AbstractResolver | None) -> None:
        self._transport = open_transport(settings, guard, resolver)
        # gzip only: the decoders for br and zstd have no bound on what they produce.
        self._headers = {"User-Agent": settings.user_agent, "Accept-Encoding": "gzip"}
        # aiohttp's `connect` ("pool" here) spans DNS and every address in turn.
        timeouts = {"connect": settings.connect_seconds, "read": settings.read_seconds}
        self._extensions = {"timeout": {**timeouts, "pool": 2 * settings.connect_seconds}}

    async def send(
        self, method: str, target: Target, headers: Mapping[str, str], body: bytes | None = None
    ) -> httpx.Response:
        """Send, and return when the answer's head is there. Raises Unreachable or AddressRefused."""
        request = httpx.Request(
            method,
            _url(target.url),
            headers={**self._headers, **headers},
            content=body,
            extensions=self._extensions,
        )
        with translated(target.url, target.authority):
            try:
                return await self._transport.handle_async_request(request)
            except (httpx.HTTPError, aiohttp.ClientError) as error:
                # A kept connection may have been closed while the request was under way. aiohttp repeats only
                # GETs then; a POST may be repeated too, since activities are told apart by their id.
                if method != "POST" or not was_cut(error):
                    raise
                return await self._transport.handle_async_request(request)

    async def read(self, response: httpx.Response, target: Target, limit: int) -> bytes:
        """The decoded body. Raises RemoteInvalid beyond `limit` bytes, packed or unpacked."""
        try:
            encoding = response.headers.get("content-encoding", "").strip().lower()
            if encoding not in ("", "identity", "gzip"):
                raise RemoteInvalid(f"{target.url}: a content coding we did not ask for")
            if _declared(response) > limit:
                raise RemoteInvalid(f"{target.url}: declares more than {limit} bytes")
            with translated(target.url, target.authority):
                body = await _collect(response, limit)
        finally:
            await response.aclose()
        if len(body) > limit:
            raise RemoteInvalid(f"{target.url}: more than {limit} bytes")
        return _inflate(body, limit, target.url) if encoding == "gzip" else body

    async def save(self, response: httpx.Response, target: Target, limit: int, sink: Sink) -> None:
        """Pass the body on as it comes. Raises RemoteInvalid beyond `limit` bytes, and for any content coding."""
        try:
            if response.headers.get("content-encoding", "").strip().lower() not in ("", "identity"):
                raise RemoteInvalid(f"{target.url}: a content coding on a file")
            declared, got = _declared(response), 0
            if declared > limit:
                raise RemoteInvalid(f"{target.url}: declares more than {limit} bytes")
            await sink.expect(declared or None)
            stream = cast("AsyncGenerator[bytes, None]", response.aiter_raw())
            with translated(target.url, target.authority):
                async with aclosing(stream) as chunks:
                    async for chunk in chunks:
                        got += len(chunk)
                        if got > limit:
                            raise RemoteInvalid(f"{target.url}: more than {limit} bytes")
                        await sink.write(chunk)
            if declared and got != declared:
                raise RemoteInvalid(f"{target.url}: {got} bytes of {declared}")
        finally:
            await response.aclose()

    async def glance(self, response: httpx.Response) -> str:
        """The beginning of a body that only matters to people. An empty one if it is late or breaks off."""
        try:
            async with asyncio.timeout(_GLANCE_SECONDS):
                body = await _collect(response, _GLANCE_BYTES)
        except (TimeoutError, httpx.HTTPError, aiohttp.ClientError, OSError):
            return ""  # the status is the answer, and that has arrived
        finally:
            await response.aclose()
        if response.headers.get("content-encoding"):
            return ""
        text = body.decode("utf-8", "replace")[:_DETAIL_CHARACTERS]
        return "".join(letter if letter.isprintable() else " " for letter in text).strip()

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.aclose()


# Reading it costs more than all else that httpx does with a request, and most inboxes come again.
@lru_cache(maxsize=4096)
def _url(url: str) -> httpx.URL:
    return httpx.URL(url)


def _declared(response: httpx.Response) -> int:
    length = response.headers.get("content-length", "")
    return int(length[:20]) if length.isascii() and length.isdecimal() else 0


async def _collect(response: httpx.Response, limit: int) -> bytes:
    """The body as sent; reading stops once it is longer than `limit`."""
    body = bytearray()
    stream = cast("AsyncGenerator[bytes, None]", response.aiter_raw())
    async with aclosing(stream) as chunks:  # closed here, not by the garbage collector
        async for chunk in chunks:
            body += chunk
            if len(body) > limit:
                break
    return bytes(body)


def _inflate(body: bytes, limit: int, url: str) -> bytes:
    unpacking = zlib.decompressobj(_GZIP)
    try:
        plain = unpacking.decompress(body, limit + 1)
    except zlib.error:
        raise RemoteInvalid(f"{url}: a broken gzip body") from None
    if len(plain) > limit or not unpacking.eof:
        raise RemoteInvalid(f"{url}: a gzip body that is cut off, or unpacks to more than {limit} bytes")
    return plain
