"""Starting the other servers (`bench.remote`), and asking them what they were asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from bench import client, http
from bench.remote import Ports, Settings
from bench.strangers import Keys

_STOP_SECONDS = 10


def plain_address(number: int) -> str:
    """A loopback address of its own for each number below 65,000: where one more server lives."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def tls_address(number: int) -> str:
    """The same for servers that speak TLS."""
    return f"127.2.{number // 250}.{number % 250 + 1}"


class Others:
    """All the other servers there are."""

    def __init__(self, folder: Path, keys: Keys, tls_hosts: int) -> None:
        self.ca_file = folder / "ca.pem"
        settings = Settings(
            [pair.public_pem for pair in keys.pairs], [tls_address(number) for number in range(tls_hosts)]
        )
        (folder / "keys.json").write_bytes(msgspec.json.encode(settings))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.remote", str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        self.ports = msgspec.json.decode(self._process.stdout.readline(), type=Ports)

    def plain_host(self, number: int) -> str:
        """The authority of a server that speaks plain HTTP."""
        return f"{plain_address(number)}:{self.ports.plain}"

    def tls_host(self, number: int) -> str:
        """The authority of a server that speaks TLS."""
        return f"{tls_address(number)}:{self.ports.tls}"

    async def counts(self) -> dict[str, int]:
        """How many requests of each kind came since this was last asked."""
        question = http.request("GET", "/bench", {"Host": "127.0.0.1"})
        outcome = await client.send(self.ports.plain, [question], 1)
        return msgspec.json.decode(outcome.last, type=dict[str, int])

    def stop(self) -> None:
        """End them."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
