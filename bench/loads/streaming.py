"""A post for a thousand followers who listen, and what two thousand connections cost while nothing happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from bench import proc
from bench.rig import Figure, Rig
from bench.server import Failed

_TIMES = 5
_OPENING = 32
_SECONDS = 30
_IDLE_SECONDS = 3.0


async def streaming(rig: Rig) -> list[Figure]:
    """CPU from a POST until every follower has it (the post itself included), and memory of those who only wait."""
    fans = rig.tokens.fans
    async with _listening(rig, [*fans, *fans]):
        await asyncio.sleep(_IDLE_SECONDS)
        idle = Figure("streams_idle", proc.memory_mib(rig.server.pid))
    async with _listening(rig, fans) as sockets:
        await _told(rig, sockets, "the first")
        before = rig.read()
        for number in range(_TIMES):
            await _told(rig, sockets, str(number))
        return [rig.since(before, "stream", _TIMES), idle]


@asynccontextmanager
async def _listening(rig: Rig, tokens: Sequence[str]) -> AsyncIterator[list[ClientConnection]]:
    gate = asyncio.Semaphore(_OPENING)

    async def dial(token: str) -> ClientConnection:
        async with gate:
            return await connect(
                f"ws://127.0.0.1:{rig.server.port}/api/v1/streaming?stream=user",
                additional_headers={"Authorization": f"Bearer {token}"},
                compression=None,
                ping_interval=None,
            )

    sockets = await asyncio.gather(*(dial(token) for token in tokens))
    try:
        yield sockets
    finally:
        await asyncio.gather(*(socket.close() for socket in sockets))


async def _told(rig: Rig, sockets: Sequence[ClientConnection], words: str) -> None:
    body = msgspec.json.encode({"status": f"To all who listen: {words}"})
    await rig.send([rig.asking("POST", "/api/v1/statuses", rig.tokens.ana, body)], 1, 200)
    async with asyncio.timeout(_SECONDS):
        heard = await asyncio.gather(*(socket.recv() for socket in sockets))
    if any(words not in str(message) for message in heard):
        raise Failed("a stream told of something else")
