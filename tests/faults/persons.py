"""People of other servers, who send what they do until it is acknowledged, as servers do."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import orjson

from fedi.activitypub import codec, signatures, types
from fedi.activitypub.keys import SigningKey
from tests.faults.hosts import Host
from tests.faults.server import NoAnswer, Server
from tests.support import keys

_AGAIN_SECONDS = 0.1
_numbers = itertools.count(1)


class Person:
    """Somebody on a host, with a key, and the address of our server."""

    def __init__(self, host: Host, name: str, server: Server) -> None:
        self.host = host
        self.name = name
        self.uri = f"{host.origin}/users/{name}"
        self.statuses: Counter[int] = Counter()
        self.unanswered = 0
        self.sent: list[types.AnyActivity] = []
        self._server = server
        self._pair = keys.rsa()
        host.publish(self.uri, codec.render(self.actor()))
        host.finger(name, self.uri)

    @property
    def handle(self) -> str:
        return f"@{self.name}@127.0.0.1:{self.host.port}"

    def actor(self, name: str | None = None) -> types.Actor:
        """The actor document, with a display name."""
        return types.Actor(
            id=self.uri,
            preferred_username=self.name,
            name=name or self.name,
            inbox=f"{self.uri}/inbox",
            outbox=f"{self.uri}/outbox",
            followers=f"{self.uri}/followers",
            following=f"{self.uri}/following",
            shared_inbox=self.host.inbox,
            public_keys=(
                types.PublicKey(id=f"{self.uri}#main-key", owner=self.uri, pem=self._pair.public_pem),
            ),
        )

    def new_id(self, kind: str) -> str:
        """An id that was not used before."""
        return f"{self.uri}/{kind}/{next(_numbers)}"

    async def say(self, activity: types.AnyActivity) -> None:
        """Send `activity` until it is acknowledged with 202."""
        await self._send(activity)
        self.sent.append(activity)

    async def repeat(self, activity: types.AnyActivity) -> None:
        """Send once more what was acknowledged: the answer got lost on its way."""
        await self._send(activity)

    async def _send(self, activity: types.AnyActivity) -> None:
        body = orjson.dumps(codec.render(activity))
        while not await self._try(body):
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _try(self, body: bytes) -> bool:
        key = SigningKey(f"{self.uri}#main-key", self._pair.private_pem)
        headers: dict[str, Any] = signatures.sign(
            "cavage", "POST", f"{self._server.origin}/inbox", body, key, datetime.now(UTC)
        )
        try:
            status, _ = await self._server.request("POST", "/inbox", body, headers)
        except NoAnswer:
            self.unanswered += 1
            return False
        self.statuses[status] += 1
        return status == 202
