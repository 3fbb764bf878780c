"""What local people post, through the API and on the command line, and what of it was acknowledged."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from typing import Any

import msgspec
from msgspec import Struct

from tests.faults.server import NoAnswer, Server

_AGAIN_SECONDS = 0.1
_PAUSE_SECONDS = 0.05
_VISIBILITIES = ("public", "public", "unlisted", "private")
_numbers = itertools.count(1)


class Posted(Struct, frozen=True):
    """A post that was acknowledged."""

    id: int
    text: str


class Writer:
    """A local person with an app."""

    def __init__(self, server: Server, name: str, token: str, rng: random.Random) -> None:
        self.name = name
        self.posted: list[Posted] = []
        self.statuses: Counter[int] = Counter()
        self.unanswered = 0
        self._server = server
        self._token = token
        self._rng = rng

    async def write(self, stop: asyncio.Event) -> None:
        """Post until `stop` is set; what was begun is acknowledged in the end."""
        while not stop.is_set():
            await self.post(self._rng.choice(_VISIBILITIES))
            await asyncio.sleep(_PAUSE_SECONDS * self._rng.random() * 2)

    async def post(self, visibility: str = "public") -> dict[str, Any]:
        """Post something, again and again under the same key, until the answer is 200."""
        text = f"{self.name} writes {next(_numbers)}"
        while True:
            if (answer := await self.try_to_post(text, visibility)) is not None:
                self.remember(int(answer["id"]), text)
                return answer
            await asyncio.sleep(_AGAIN_SECONDS)

    async def try_to_post(self, text: str, visibility: str = "public") -> dict[str, Any] | None:
        """One attempt, with the text as its key; the post, or None."""
        body = msgspec.json.encode({"status": text, "visibility": visibility})
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Idempotency-Key": text,
        }
        try:
            status, answer = await self._server.request("POST", "/api/v1/statuses", body, headers)
        except NoAnswer:
            self.unanswered += 1
            return None
        self.statuses[status] += 1
        if status != 200:
            return None
        found: dict[str, Any] = msgspec.json.decode(answer)
        return found

    async def type(self) -> None:
        """`fedi post`, whether the server runs or not; it has to succeed."""
        text = f"{self.name} types {next(_numbers)}"
        self.remember(int(await self._server.must("post", self.name, text)), text)

    async def type_often(self, stop: asyncio.Event, pause: float) -> None:
        """`fedi post` every `pause` seconds until `stop` is set."""
        while not stop.is_set():
            await self.type()
            await asyncio.sleep(pause)

    def remember(self, post_id: int, text: str) -> None:
        """A post was acknowledged."""
        self.posted.append(Posted(post_id, text))
