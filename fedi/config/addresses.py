"""Host names, domains and origins in their one normal form."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

import idna

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_HOST = 253  # RFC 1035 2.3.4, less the root label


def normal_host(text: str) -> str:
    """Lower-case a host name and turn other scripts into punycode (RFC 5891); IPv4 addresses pass.

    Raises ValueError when it is not a host name.
    """
    host = text.lower()
    if not host.isascii():
        host = idna.encode(host, uts46=True).decode("ascii")
    labels = host.split(".")
    if len(host) > _LONGEST_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(text)
    if labels[-1].isdecimal():
        ipaddress.IPv4Address(host)  # a numeric top-level label can only be an address
    return host


def normal_domain(text: str) -> tuple[str, str]:
    """Split `example.org` or `127.0.0.1:8421` into a normal host and a port, which may be empty.

    Raises ValueError when it is neither.
    """
    host, colon, port = text.partition(":")
    if colon and not (port.isdecimal() and port.isascii() and 0 < int(port) < 65536):
        raise ValueError(text)
    return normal_host(host), str(int(port)) if port else ""


def is_public_name(host: str) -> bool:
    """Tell whether a host could be known outside a lab: a name with a dot, and not an address."""
    return "." in host and not host.rpartition(".")[2].isdecimal()


def normal_origin(text: str) -> str:
    """Bring `https://Example.ORG/` to `https://example.org`.

    Raises ValueError unless it is a scheme, a host and perhaps a port, and nothing else.
    """
    parts = urlsplit(text)
    rest = (parts.path.strip("/"), parts.query, parts.fragment)
    if parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc or any(rest):
        raise ValueError(text)
    host, port = normal_domain(parts.netloc)
    standard = {"http": "80", "https": "443"}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != standard else "")
