"""An S3 service of our own, over HTTP, on a free port: started for a test and stopped by its process id."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator

import obstore
from obstore.store import S3Store

ACCESS_KEY, SECRET_KEY = "testing", "testing-secret"
BUCKET = "media"


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[str]:
    """The address of the service, with an empty bucket."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _answers(port)
        await _make_bucket(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        await server.wait()


async def _answers(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                await writer.wait_closed()
                return


async def _make_bucket(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"PUT /{BUCKET} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\nConnection: close\r\n"
    signed = "Authorization: AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/s3/aws4_request\r\n\r\n"
    writer.write((head + signed).encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert b" 200 " in answer.split(b"\r\n", 1)[0], answer


def bucket(endpoint: str) -> S3Store:
    """The bucket, to look into."""
    return S3Store(
        BUCKET,
        config={
            "endpoint": endpoint,
            "region": "us-east-1",
            "access_key_id": ACCESS_KEY,
            "secret_access_key": SECRET_KEY,
        },
        client_options={"allow_http": True},
    )


async def names(endpoint: str) -> list[str]:
    """Everything in the bucket."""
    found = []
    async for batch in obstore.list(bucket(endpoint)):
        found += [one["path"] for one in batch]
    return found
