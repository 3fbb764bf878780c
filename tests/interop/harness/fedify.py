"""A Fedify server of our own making (see ../fedify), and what the tests may ask of it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import httpx
import msgspec

from tests.interop.harness.node import fedify_folder, node
from tests.interop.harness.person import Person
from tests.interop.harness.process import Process
from tests.interop.harness.site import Site, free_port
from tests.interop.harness.views import Received, Refused, Sent, State, Wire

START_SECONDS = 30.0
ANSWER_SECONDS = 30.0
RFC9421: Final = "rfc9421"
CAVAGE: Final = "draft-cavage-http-signatures-12"
Knock = Literal["rfc9421", "draft-cavage-http-signatures-12"]
V = TypeVar("V")


class StrangerError(Exception):
    """Fedify would not do what a test asked of it: its own words."""


@dataclass(frozen=True, slots=True)
class Fedify:
    """A running server. Every method is one request to its control port."""

    site: Site
    control: str
    process: Process

    async def call(self, verb: str, **body: Any) -> dict[str, Any]:
        """Has it do `verb`, as control.mjs lists them. Raises StrangerError."""
        async with httpx.AsyncClient(verify=False, timeout=ANSWER_SECONDS) as client:
            response = await client.post(f"{self.control}/{verb}", json=body)
        answer: dict[str, Any] = response.json()
        if response.status_code != httpx.codes.OK:
            raise StrangerError(answer["error"])
        return answer

    async def _view(self, name: str, shape: type[V], **query: str) -> V:
        async with httpx.AsyncClient(verify=False, timeout=ANSWER_SECONDS) as client:
            response = await client.get(f"{self.control}/{name}", params=query)
        return msgspec.json.decode(response.raise_for_status().content, type=shape)

    def person(self, name: str) -> Person:
        """Someone who lives there already."""
        return Person(self, name)

    async def add_person(self, name: str, *, locked: bool = False) -> Person:
        """Someone new; a locked person answers a Follow only when told to."""
        await self.call("people", name=name, locked=locked)
        return Person(self, name)

    async def state(self) -> State:
        """Its people, their notes, and the notes it has received."""
        return await self._view("state", State)

    async def received(self, name: str = "") -> list[Received]:
        """Activities whose sender was proven, in order; only those that concern `name`, if given."""
        return await self._view("received", list[Received], **{"as": name})

    async def refused(self) -> list[Refused]:
        """Activities that it answered with 401."""
        return await self._view("refused", list[Refused])

    async def wire(self) -> list[Wire]:
        """Every request that came in, with what became of its signatures."""
        return await self._view("wire", list[Wire])

    async def sent(self) -> list[Sent]:
        """Every request that it made."""
        return await self._view("sent", list[Sent])

    async def ready(self) -> bool:
        """Whether it answers yet."""
        try:
            await self._view("ready", dict[str, bool])
        except httpx.TransportError:
            return False
        return True


def _environment(
    site: Site, control: int, people: Sequence[str], first_knock: Knock, secure: bool, only_rfc9421: bool
) -> dict[str, str]:
    settings = {
        "PATH": os.environ.get("PATH", ""),
        "FEDIFY_ORIGIN": site.origin,
        "FEDIFY_PORT": str(site.upstream),
        "FEDIFY_CONTROL_PORT": str(control),
        "FEDIFY_PEOPLE": ",".join(people),
        "FEDIFY_FIRST_KNOCK": first_knock,
        "FEDIFY_SECURE": "1" if secure else "0",
        "FEDIFY_ONLY_RFC9421": "1" if only_rfc9421 else "0",
    }
    return settings | ({"NODE_EXTRA_CA_CERTS": str(site.ca_file)} if site.ca_file else {})


@asynccontextmanager
async def fedify_server(
    site: Site,
    folder: Path,
    *,
    people: Sequence[str] = ("bo", "eve:locked"),
    first_knock: Knock = RFC9421,
    secure: bool = False,
    only_rfc9421: bool = False,
) -> AsyncIterator[Fedify]:
    """A Fedify at `site`, its log in `folder`; the end of the log is printed when it stops, for pytest to show.

    `first_knock` is the HTTP signature that it tries first on a server it does not know. `secure` has it refuse
    unsigned GETs, as Mastodon's secure mode does. `only_rfc9421` has it refuse whatever is signed in the older way.
    """
    control = free_port()
    process = Process(
        [str(node()), str(fedify_folder() / "server.mjs")],
        folder / f"fedify-{site.port}.log",
        environment=_environment(site, control, people, first_knock, secure, only_rfc9421),
    )
    server = Fedify(site, f"http://127.0.0.1:{control}/control", process)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not await server.ready():
            if not process.running or time.monotonic() > deadline:
                raise RuntimeError(f"Fedify does not start\n{process.tail()}")
            await asyncio.sleep(0.05)
        yield server
    finally:
        process.stop()
        print(process.tail())
