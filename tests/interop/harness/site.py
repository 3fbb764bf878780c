"""Where a server under test is: the address that others see, and the port that it listens on."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

_handed_out: set[tuple[str, int]] = set()


def free_port(host: str = "127.0.0.1") -> int:
    """A port of `host` that nothing listens on and that this process has not handed out before."""
    while True:
        with socket.socket() as probe:
            probe.bind((host, 0))
            port: int = probe.getsockname()[1]
        if (host, port) not in _handed_out:
            _handed_out.add((host, port))
            return port


@dataclass(frozen=True, slots=True)
class Site:
    """A public address on loopback, in plain HTTP (`ca_file` is None) or behind the TLS proxy.

    There is no DNS in the tests, so a site is an IP address and a port, and so are handles: `@bo@127.0.0.2:8443`.
    Fedify takes that in handles, in WebFinger subjects and in certificates (an IP subject alternative name);
    names under `.localhost` do not resolve everywhere. Sites behind TLS have an address each, because much software
    compares hosts without their ports.
    """

    host: str
    port: int
    upstream: int  # the port of 127.0.0.1 where the server itself listens, always in plain HTTP
    ca_file: Path | None = None

    @property
    def domain(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{'https' if self.ca_file else 'http'}://{self.domain}"


def plain_site() -> Site:
    """A site whose server answers by itself, on 127.0.0.1."""
    port = free_port()
    return Site("127.0.0.1", port, port)
