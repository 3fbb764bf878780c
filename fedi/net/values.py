"""What goes into the guarded client and what comes out of it: settings, answers, documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

KIB, MIB = 1024, 1024 * 1024
DAY = 86_400.0


class NetSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How we go out. Times in seconds, sizes in bytes; the defaults are meant for the public network.

    `allow_http` and `allow_private` (CIDRs) exist for tests and labs. `own_authorities` holds `host` or
    `host:port` of every domain hosted here, lower-case and in punycode: we never ask ourselves.
    """

    user_agent: str
    allow_http: bool = False
    allow_private: tuple[str, ...] = ()
    ca_file: str | None = None
    own_authorities: frozenset[str] = frozenset()
    connect_seconds: float = 5.0  # TCP and TLS, one address
    read_seconds: float = 10.0  # between two reads
    total_seconds: float = 30.0  # everything, redirects and second knocks included
    queue_seconds: float = 15.0  # waiting for a free place before anything is sent
    max_body: int = MIB
    max_redirects: int = 3
    gets_per_host: int = 8
    queued_per_host: int = 256
    concurrent_gets: int = 128
    keepalive_seconds: float = 45.0
    # Hosts that may keep an idle connection: each is a file descriptor and tens of KiB of TLS state.
    idle_hosts: int = 1_500


class Sink(Protocol):
    """Where a download goes, as it comes. What it raises ends the download."""

    async def expect(self, size: int | None) -> None:
        """So many bytes are announced; None: nothing is."""
        ...

    async def write(self, chunk: bytes) -> None:
        """The next bytes."""
        ...


class Answer(msgspec.Struct, frozen=True):
    """A `200` to a GET: the URL that answered in the end, header names in lower case, the body decoded."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Document(msgspec.Struct, frozen=True):
    """An ActivityPub object as its own server gave it out. `uri` is its `id`, proven by its place."""

    uri: str
    data: dict[str, Any]


class Reply(msgspec.Struct, frozen=True):
    """What an inbox said. `retry_after` in seconds, at most a day; `detail` the beginning of the body."""

    status: int
    retry_after: float | None
    detail: str
