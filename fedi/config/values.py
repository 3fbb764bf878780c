"""The values a setting may hold beyond TOML's own: sizes, rates, addresses, networks, secrets.

Each `parse_*` takes what TOML gave and returns the value, or raises ValueError: the caller knows the
setting's name and its place in the file, and writes the sentence.
"""

from __future__ import annotations

import ipaddress
import re
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

import msgspec

Network = IPv4Network | IPv6Network
Networks = tuple[Network, ...]

_SIZE = re.compile(r"(\d{1,15})(?:\.(\d{1,3}))? ?(B|[kKMGT]i?B)?")
_UNITS = {"B": 1} | {
    f"{prefix}{suffix}": base**power
    for power, prefix in enumerate("KMGT", start=1)
    for suffix, base in (("iB", 1024), ("B", 1000))
}
_RATE = re.compile(r"(\d{1,9}) per (?:(\d{1,6}) )?(second|minute|hour|day)s?")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_PORTS = range(65536)


class Size(int):
    """A number of bytes, written `1048576` or `"1 MiB"`. KB counts thousands, KiB counts 1024s."""

    def words(self) -> str:
        """Return the size as it would be written in config.toml."""
        for unit in ("TiB", "GiB", "MiB", "KiB"):
            if self and self % _UNITS[unit] == 0:
                return f"{self // _UNITS[unit]} {unit}"
        return f"{self} B"


class Secret(str):
    """Text that must not be seen in a log: its `repr` hides it, all else is plain text."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'[hidden]'" if self else "''"


class Rate(msgspec.Struct, frozen=True):
    """How often something may happen: `count` times in any window of `seconds`."""

    count: int
    seconds: int

    def __str__(self) -> str:
        unit, length = next(
            (unit, length) for unit, length in reversed(_SECONDS.items()) if self.seconds % length == 0
        )
        many = self.seconds // length
        return f"{self.count} per {unit}" if many == 1 else f"{self.count} per {many} {unit}s"


class Bind(msgspec.Struct, frozen=True):
    """Where to listen: a TCP address (`host`, `port`; port 0: any free one) or a unix socket (`path`)."""

    host: str = ""
    port: int = 0
    path: str = ""

    def __str__(self) -> str:
        if self.path:
            return f"unix:{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_size(value: object) -> Size:
    """Read bytes from a whole number or from text like `"1.5 GiB"`."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return Size(value)
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(value)
    whole, fraction, unit = found.groups()
    factor = _UNITS[(unit or "B").replace("k", "K")]
    return Size(int(whole) * factor + int(fraction or 0) * factor // 10 ** len(fraction or ""))


def parse_rate(value: object) -> Rate:
    """Read text like `"300 per 5 minutes"` or `"10 per second"`."""
    found = _RATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(value)
    count, many, unit = found.groups()
    rate = Rate(int(count), int(many or 1) * _SECONDS[unit])
    if not rate.count or not rate.seconds:
        raise ValueError(value)
    return rate


def parse_binds(value: object) -> tuple[Bind, ...]:
    """Read one address or a list of them: `host:port`, `[v6]:port` or `unix:/path`."""
    given = value if isinstance(value, list) else [value]
    if not given:
        raise ValueError(value)
    return tuple(_parse_bind(each) for each in given)


def _parse_bind(value: object) -> Bind:
    if not isinstance(value, str):
        raise ValueError(value)
    if value.startswith("unix:") and len(value) > len("unix:"):
        return Bind(path=value.removeprefix("unix:"))
    host, _, port = value.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if bracketed else host
    if not host or not port.isdecimal() or int(port) not in _PORTS or bracketed != (":" in host):
        raise ValueError(value)
    return Bind(host=host, port=int(port))


def parse_networks(value: object) -> Networks:
    """Read a list of CIDR networks; an address alone is a network of one."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError(value)
    return tuple(ipaddress.ip_network(each) for each in value)


def parse_path(value: object) -> Path:
    """Read a file path; a leading `~` is the home folder."""
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError(value)
    return Path(value).expanduser()


def parse_secret(value: object) -> Secret:
    """Read text that must stay hidden."""
    if not isinstance(value, str):
        raise ValueError("hidden")
    return Secret(value)
