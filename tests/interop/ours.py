"""fedi as its operator runs it: settings in a folder, `fedi serve` in a process of its own, people made by commands."""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from fedi.store.store import Store
from tests.interop.harness.process import Process
from tests.interop.harness.site import Site
from tests.interop.member import Member

START_SECONDS = 60.0
ACTIVITY_JSON = "application/activity+json"


def _settings(site: Site, database_url: str, *, secure: bool, more: Sequence[str]) -> str:
    lines = [
        f'domain = "{site.domain}"',
        f'url = "{site.origin}"',
        "[server]",
        f'bind = "127.0.0.1:{site.upstream}"',
        'trusted_proxies = ["127.0.0.1/32"]',
        "stop_seconds = 5",
        "[database]",
        f'url = "{database_url}"',
        "[federation]",
        'allow_private = ["127.0.0.0/8"]',
        f"secure_mode = {str(secure).lower()}",
        f'ca_file = "{site.ca_file}"' if site.ca_file else "allow_http = true",
        *more,
    ]
    return "\n".join(lines) + "\n"


@dataclass(slots=True)
class Ours:
    """A fedi at `site`. It can be stopped and started again, on the same folder and database."""

    site: Site
    folder: Path
    database_url: str
    tls: ssl.SSLContext | bool
    _process: Process | None = None
    _members: dict[str, Member] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.folder / "fedi.log"

    async def command(self, *arguments: str) -> str:
        """What `fedi ARGUMENTS` prints, while the server runs or not. Raises AssertionError with its complaint."""
        child = await asyncio.create_subprocess_exec(
            *self._fedi(*arguments),
            env=_environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, complaint = await child.communicate()
        assert child.returncode == 0, f"fedi {' '.join(arguments)}: {complaint.decode()}"
        return output.decode().strip()

    async def add_member(self, name: str) -> Member:
        """Someone new, who is signed in."""
        await self.command("user", "create", name, "--email", f"{name}@example.org")
        token = await self.command("user", "token", name)
        member = await Member.signed_in(self.site, self.tls, name, token)
        self._members[name] = member
        return member

    def member(self, name: str) -> Member:
        """Someone who was added before."""
        return self._members[name]

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """Its database, for what no command and no API shows or does."""
        store = await Store.open(self.database_url)
        try:
            yield store
        finally:
            await store.close()

    async def lock(self, member: Member) -> None:
        """From now on `member` answers who asks to follow."""
        async with self.store() as store, store.write() as tx:
            await tx.people.update(int(member.id), locked=True)

    async def document(self, uri: str) -> httpx.Response:
        """An unsigned GET of an ActivityPub document."""
        async with httpx.AsyncClient(verify=self.tls) as client:
            return await client.get(uri, headers={"Accept": ACTIVITY_JSON})

    async def start(self) -> None:
        """Have it serve, and wait until it does."""
        process = Process(self._fedi("serve"), self.log, environment=_environment())
        self._process = process
        deadline = time.monotonic() + START_SECONDS
        while not await self._ready():
            if not process.running or time.monotonic() > deadline:
                raise RuntimeError(f"fedi does not start\n{process.tail()}")
            await asyncio.sleep(0.05)

    def stop(self) -> None:
        """End it in an orderly way; the end of its log is printed, for pytest to show."""
        if self._process is not None:
            self._process.stop()
            print(self._process.tail())
            self._process = None

    async def _ready(self) -> bool:
        url = f"http://127.0.0.1:{self.site.upstream}/ready"
        try:
            async with httpx.AsyncClient(verify=False) as client:
                return (await client.get(url, headers={"Host": self.site.domain})).status_code == 200
        except httpx.TransportError:
            return False

    def _fedi(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "fedi", "--config", str(self.folder / "config.toml"), *arguments]


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("FEDI_")}


@asynccontextmanager
async def fedi_server(
    site: Site,
    folder: Path,
    *,
    people: Sequence[str] = ("ana",),
    database_url: str | None = None,
    secure: bool = False,
    more: Sequence[str] = (),
) -> AsyncIterator[Ours]:
    """A fedi at `site` with `people`; on SQLite unless told otherwise. `secure` is `federation.secure_mode`.

    `more` are further lines of its settings.
    """
    url = database_url or f"sqlite:///{folder / 'fedi.db'}"
    (folder / "config.toml").write_text(_settings(site, url, secure=secure, more=more), encoding="utf-8")
    tls = ssl.create_default_context(cafile=str(site.ca_file)) if site.ca_file else False
    ours = Ours(site, folder, url, tls)
    try:
        await ours.start()
        await asyncio.gather(*(ours.add_member(name) for name in people))
        yield ours
    finally:
        ours.stop()
