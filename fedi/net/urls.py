"""Addresses of other servers: checked, and brought into the one spelling that we sign and send.

A URL that the signer, httpx and aiohttp would spell differently could be checked as one thing and fetched as
another, so everything is normalised here once (PROTOCOL section 8.8) and must survive httpx unchanged.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

import httpx
import idna
import msgspec
from yarl import URL

from fedi.errors import AddressRefused, RemoteInvalid
from fedi.net.guard import PORTS, Guard

MAX_URL = 2048
_DEFAULT_PORTS = {"https": 443, "http": 80}
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Names that are never in the public DNS; asking a resolver for them tells it who we talk to (RFC 7686).
_HIDDEN_SERVICES = ("onion", "i2p", "loki")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\\]")


class Target(msgspec.Struct, frozen=True):
    """A checked address without its fragment. `authority` is `host`, or `host:port` on unusual ports."""

    url: str
    scheme: str
    authority: str
    has_query: bool

    @property
    def origin(self) -> str:
        """Scheme and authority (RFC 6454)."""
        return f"{self.scheme}://{self.authority}"


class Addresses:
    """Turns URLs into targets, or refuses them before anything is sent, DNS questions included."""

    def __init__(self, guard: Guard, *, allow_http: bool, own_authorities: frozenset[str]) -> None:
        self._guard = guard
        self._schemes = ("https", "http") if allow_http else ("https",)
        self._own = own_authorities
        # A follower's inbox comes by with every delivery: checking costs 35 us, remembering next to nothing.
        self._checked = lru_cache(maxsize=4096)(self._check)

    def target(self, url: str) -> Target:
        """Check and normalise an absolute URL; the fragment is dropped.

        Raises AddressRefused, and RemoteInvalid for what is our own: that is not asked for over HTTP.
        """
        target = self._checked(url)
        if target.authority in self._own:
            raise RemoteInvalid(f"{target.url} is our own")
        return target

    def _check(self, url: str) -> Target:
        if len(url) > MAX_URL or _FORBIDDEN.search(url):
            raise AddressRefused("a URL that is too long, or holds spaces or control characters")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise AddressRefused(f"a malformed URL: {url!r}") from None
        if parts.scheme not in self._schemes:
            raise AddressRefused(f"the scheme of {url!r} is not one we speak")
        if "@" in parts.netloc or not parts.hostname:
            raise AddressRefused("a URL with credentials, or without a host")
        if "[" in parts.netloc and ":" not in parts.hostname:
            raise AddressRefused("brackets around something else than an IPv6 address")
        port = _DEFAULT_PORTS[parts.scheme] if port is None else port
        host = self._host(parts.hostname, port)
        return _spell(parts.scheme, host, port, parts.path, parts.query)

    def redirected(self, target: Target, location: str) -> Target:
        """Where a redirect leads. https is never left again."""
        try:
            joined = urljoin(target.url, location.strip(" \t"))
        except ValueError:
            raise AddressRefused("a redirect to a malformed URL") from None
        found = self.target(joined)
        if target.scheme == "https" and found.scheme != "https":
            raise AddressRefused(f"{target.url} redirects from https to http")
        return found

    def _host(self, given: str, port: int) -> str:
        host = normalise_host(given)
        address = _literal(host)
        if address is not None and not self._guard.is_listed(ip_address(address)):
            raise AddressRefused("a bare IP address is not the name of a server")
        if port not in PORTS and not self._guard.is_lab:
            raise AddressRefused(f"port {port} is not one of a public server")
        return host


def normalise_host(given: str) -> str:
    """A host name in lower-case punycode without its final dot (or an IP address). Raises AddressRefused."""
    if ":" in given:
        return _ipv6(given)
    host = given.lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii").lower()
        except idna.IDNAError:
            raise AddressRefused("a host name that is not valid IDNA") from None
    host = host.removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise AddressRefused("a malformed host name")
    if labels[-1] in _HIDDEN_SERVICES:
        raise AddressRefused(f"a .{labels[-1]} host cannot be reached from the public network")
    # WHATWG URL, "ends in a number": such a host is an IPv4 address, however it is spelt (127.1, 0x7f000001).
    if _NUMERIC_LABEL.fullmatch(labels[-1]) and _literal(host) is None:
        raise AddressRefused("an IP address in disguise")
    return host


def _ipv6(given: str) -> str:
    if "%" in given or (address := _literal(given)) is None:
        raise AddressRefused("a malformed IPv6 address, or one with a zone")
    return address


def _literal(host: str) -> str | None:
    try:
        return str(ip_address(host))
    except ValueError:
        return None


def _spell(scheme: str, host: str, port: int, path: str, query: str) -> Target:
    authority = f"[{host}]" if ":" in host else host
    if port != _DEFAULT_PORTS[scheme]:
        authority = f"{authority}:{port}"
    rest = f"{path or '/'}?{query}" if query else path or "/"
    try:
        url = str(URL(f"{scheme}://{authority}{rest}"))
        same = str(httpx.URL(url)) == url
    except (ValueError, httpx.InvalidURL):
        same = False
    if not same:
        raise AddressRefused("a URL that cannot be spelt in one way only")
    return Target(url, scheme, authority, bool(query))
