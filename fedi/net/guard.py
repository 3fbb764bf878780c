"""The guard: decides on every address that is about to be dialled, at the moment of dialling.

aiohttp calls `Guard.open_socket` for each candidate address, IP literals and every happy-eyeballs attempt
included, and dials exactly the address it showed. So no second DNS answer can slip in between the check and
the connection.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import AddrInfoType

PORTS = frozenset({80, 443})

# IANA IPv4 Special-Purpose Address Registry, whether "globally reachable" or not, plus the two cloud metadata
# addresses outside of it. Nothing here is a fediverse server.
_RESERVED_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers (CGNAT); also Alibaba Cloud's metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's metadata
        "169.254.0.0/16",  # link-local; AWS, GCP and others' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; Oracle Cloud's metadata
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved; broadcast
    )
)
# Of IPv6 only global unicast is ever dialled: that leaves out loopback, unique-local, link-local, multicast,
# v4-mapped and v4-compatible addresses and NAT64. Within it, these are not hosts of their own:
_GLOBAL_V6 = IPv6Network("2000::/3")
_RESERVED_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052

Address = IPv4Address | IPv6Address


class RefusedAddress(OSError):
    """Raised inside the connector in place of a socket. All have one text, so that aiohttp keeps the type."""

    def __init__(self, address: str, port: int) -> None:
        super().__init__("this address is not dialled")
        self.address, self.port = address, port


def is_reserved(address: Address) -> bool:
    """True for every address that no public server can have."""
    if isinstance(address, IPv4Address):
        return any(address in block for block in _RESERVED_V4)
    return address not in _GLOBAL_V6 or any(address in block for block in _RESERVED_V6)


class Guard:
    """Knows which addresses may be dialled: public ones on ports 80 and 443, and `allow_private`."""

    def __init__(self, allow_private: Iterable[str] = ()) -> None:
        self._allowed: tuple[IPv4Network | IPv6Network, ...] = tuple(
            ip_network(block) for block in allow_private
        )

    @property
    def is_lab(self) -> bool:
        """Whether anything beyond the public network may be dialled at all."""
        return bool(self._allowed)

    def is_listed(self, address: Address) -> bool:
        """Whether `allow_private` names the address. Behind NAT64 the embedded address counts too."""
        if not any(address in block for block in self._allowed):
            return False
        if isinstance(address, IPv6Address) and address in _NAT64:
            return self.permits(str(IPv4Address(int(address) & 0xFFFFFFFF)), 443)
        return True

    def permits(self, host: str, port: int) -> bool:
        """Whether a connection to this numeric address and port may be opened."""
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return self.is_listed(address) or (port in PORTS and not is_reserved(address))

    def open_socket(self, info: AddrInfoType) -> socket.socket:
        """aiohttp's `socket_factory`: a socket for a permitted address, or RefusedAddress."""
        family, kind, protocol, _, address = info
        host, port = str(address[0]), int(address[1])
        if not self.permits(host, port):
            raise RefusedAddress(host, port)
        return socket.socket(family=family, type=kind, proto=protocol)
