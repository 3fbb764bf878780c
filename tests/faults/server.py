"""The server as operators run it: a process of its own, started, killed and started again; and its commands."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""A deadline (seconds) for what takes a moment, and no measurement."""

# What a developer's shell may set: our own settings, and what makes every start compile every module anew.
_NOT_OURS = ("FEDI_", "PYTHONDONTWRITEBYTECODE")


class NoAnswer(Exception):
    """The other side went away, or did not answer: the request may have been taken or not."""


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Server:
    """`fedi serve` on a loopback port, with the settings of a lab."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self.port = free_port()
        self.domain = f"127.0.0.1:{self.port}"
        self.origin = f"http://{self.domain}"
        self.log = folder / "server.log"
        self._folder = folder
        config = folder / "config.toml"
        config.write_text(f'domain = "{self.domain}"\nurl = "{self.origin}"\n')
        self._command = [sys.executable, "-m", "fedi", "--config", str(config)]
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(_NOT_OURS)},
            "PYTHONPATH": str(ROOT),
            "FEDI_SERVER__BIND": self.domain,
            "FEDI_SERVER__LOG_FORMAT": "json",
            "FEDI_DATABASE__URL": database_url,
            "FEDI_FEDERATION__ALLOW_HTTP": "true",
            "FEDI_FEDERATION__ALLOW_PRIVATE": '["127.0.0.0/8"]',
            "FEDI_FEDERATION__TIMEOUT_SECONDS": "3",
            "FEDI_LIMITS__RATES__POSTS": "1000000 per minute",
            "FEDI_LIMITS__RATES__API": "1000000 per minute",
            "FEDI_LIMITS__RATES__ANONYMOUS": "1000000 per minute",
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self._process is not None
        return self._process.pid

    def start(self, *arguments: str) -> None:
        """Start it; whoever connects meanwhile waits until it is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command, "serve", *arguments], env=self._environment, cwd=self._folder, stderr=log
            )

    async def ready(self) -> float:
        """Wait for the first answer; how many seconds that took."""
        started = time.monotonic()
        while time.monotonic() - started < PATIENCE:
            assert self._process is not None
            assert self._process.poll() is None, self.log.read_text()[-5000:]
            try:
                if (await self.request("GET", "/health"))[0] == 200:
                    return time.monotonic() - started
            except NoAnswer:
                await asyncio.sleep(0.02)
        raise AssertionError(f"not ready: {self.log.read_text()[-5000:]}")

    def kill(self) -> None:
        """End it at once (SIGKILL), in the middle of whatever it does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def stop(self) -> int:
        """Ask it to stop (SIGTERM); its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(PATIENCE)
        self._process = None
        return status

    def close(self) -> None:
        """Leave nothing behind, whatever happened."""
        if self._process is not None and self._process.poll() is None:
            self.kill()

    async def command(self, *arguments: str) -> tuple[int, str]:
        """Run `fedi ARGUMENTS`; its status and what it printed."""
        running = await asyncio.create_subprocess_exec(
            *self._command,
            *arguments,
            env=self._environment,
            cwd=self._folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await running.communicate()
        assert running.returncode is not None
        return running.returncode, output.decode().strip()

    async def must(self, *arguments: str) -> str:
        """Run a command that has to succeed; what it printed."""
        status, output = await self.command(*arguments)
        assert status == 0, f"fedi {' '.join(arguments)}: {output}"
        return output

    async def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        seconds: float = 20.0,
    ) -> tuple[int, bytes]:
        """(status, body) of one request on a connection of its own. Raises NoAnswer."""
        timeout = aiohttp.ClientTimeout(total=seconds)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.request(method, self.origin + path, data=body, headers=headers) as response,
            ):
                return response.status, await response.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NoAnswer(str(error)) from error

    def logged(self, *levels: str) -> list[dict[str, Any]]:
        """What the log says at these levels. A line that a kill cut in two is left out."""
        found = []
        for line in self.log.read_text(errors="replace").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                entry = {"level": "unreadable", "event": line}
            if entry.get("level") in levels:
                found.append(entry)
        return found
