"""What every load works with: the server, its database, the other servers, and the meters."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from msgspec import Struct

from bench import client, http
from bench.client import Outcome
from bench.databases import Databases
from bench.others import Others
from bench.prepared import Prepared
from bench.server import DOMAIN, Failed, Server
from bench.world import Tokens

_POLL_SECONDS = 0.05
_PATIENCE_SECONDS = 90


class Figure(Struct, frozen=True):
    """One measured number. `database` is what the database's own processes used, where it has any."""

    key: str
    value: float
    database: float = 0.0


class Reading(Struct, frozen=True):
    """Processor time used so far, in ms: by the server, by the database."""

    server: float
    database: float


class Rig(Struct, frozen=True):
    """One server on one database."""

    server: Server
    databases: Databases
    database: str
    others: Others
    prepared: Prepared
    tokens: Tokens

    def read(self) -> Reading:
        """Both meters, now."""
        return Reading(self.server.cpu_ms(), self.databases.cpu_ms())

    def since(self, before: Reading, key: str, units: int) -> Figure:
        """What one unit of the work since `before` took."""
        now = self.read()
        return Figure(key, (now.server - before.server) / units, (now.database - before.database) / units)

    async def value(self, sql: str) -> int:
        """Ask the database."""
        return int(await self.databases.value(self.database, sql) or 0)

    async def until(self, sql: str, wanted: int = 0) -> None:
        """Wait until the database answers `wanted`."""
        started = time.monotonic()
        while (found := await self.value(sql)) != wanted:
            if time.monotonic() - started > _PATIENCE_SECONDS:
                raise Failed(f"{sql}: {found} after {_PATIENCE_SECONDS} s, and not {wanted}")
            await asyncio.sleep(_POLL_SECONDS)

    async def send(self, requests: Sequence[bytes], connections: int, status: int) -> Outcome:
        """Send requests, all of which must be answered with `status`."""
        outcome = await client.send(self.server.port, requests, connections)
        if not outcome.only(status):
            raise Failed(
                f"answers: {dict(outcome.statuses)}, {outcome.last[:200]!r}; {self.server.log_end()}"
            )
        return outcome

    def asking(self, method: str, target: str, token: str, body: bytes = b"") -> bytes:
        """A request of an app, as the owner of `token`."""
        headers = {"Host": DOMAIN, "Authorization": f"Bearer {token}", "Accept": "application/json"}
        return http.request(
            method, target, headers | ({"Content-Type": "application/json"} if body else {}), body
        )
