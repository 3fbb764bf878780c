"""Our server as a process: `fedi serve`, with the settings that an operator would have, but for the loopback."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from bench import client, http, proc

DOMAIN = "bench.test"
URL = f"http://{DOMAIN}"
_START_SECONDS = 60
_STOP_SECONDS = 30
_ALIVE = http.request("GET", "/health", {"Host": DOMAIN})


class Failed(Exception):
    """The server did not do what a measurement needs; the text says what."""


def settings(database_url: str, folder: Path, ca_file: Path | None = None) -> dict[str, str]:
    """The FEDI_* variables. What differs from the defaults: loopback may be reached, and rates are not limited."""
    variables = {
        "FEDI_DOMAIN": DOMAIN,
        "FEDI_URL": URL,
        "FEDI_DATABASE__URL": database_url,
        "FEDI_MEDIA__PATH": str(folder / "media"),
        "FEDI_FEDERATION__ALLOW_HTTP": "true",
        "FEDI_FEDERATION__ALLOW_PRIVATE": '["127.0.0.0/8"]',
        "FEDI_LIMITS__RATES__API": "1000000 per second",
        "FEDI_LIMITS__RATES__ANONYMOUS": "1000000 per second",
        "FEDI_LIMITS__RATES__POSTS": "1000000 per second",
    }
    return variables | ({"FEDI_FEDERATION__CA_FILE": str(ca_file)} if ca_file else {})


class Server:
    """One `fedi serve`, from `start` to `stop`."""

    def __init__(self, engine: str, variables: dict[str, str], folder: Path) -> None:
        self.engine = engine
        self.log = folder / "server.log"
        self._settings = folder / "config.toml"
        self._settings.touch()  # the variables say it all
        self._variables = variables
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def pid(self) -> int:
        """Of the process that was started; others may hang on it."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> float:
        """Start it; returns after its first answer, with the seconds that took."""
        self.port = _free_port()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FEDI_")}
        environment |= self._variables
        environment |= {"FEDI_SERVER__BIND": f"127.0.0.1:{self.port}", "FEDI_SERVER__ENGINE": self.engine}
        command = [sys.executable, "-m", "fedi", "--config", str(self._settings), "serve"]
        started = time.perf_counter()
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        while time.perf_counter() - started < _START_SECONDS:
            if self._process.poll() is not None:
                raise Failed(f"the server ended at its start: {self.log_end()}")
            if await _is_alive(self.port):
                return time.perf_counter() - started
            await asyncio.sleep(0.005)
        raise Failed(f"no answer in {_START_SECONDS} s: {self.log_end()}")

    def log_end(self) -> str:
        """The end of what it logged."""
        return self.log.read_text(errors="replace")[-2000:].strip()

    def cpu_ms(self) -> float:
        """Processor time it has used."""
        return proc.cpu_ms(self.pid)

    def stop(self) -> None:
        """Ask it to end, and see to it that it does."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


async def _is_alive(port: int) -> bool:
    try:
        return (await client.send(port, [_ALIVE], 1, _START_SECONDS)).only(200)
    except OSError:
        return False
