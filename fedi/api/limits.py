"""How often one may ask: fixed windows, counted in this process, told in X-RateLimit-* headers.

With several processes each counts for itself, so the limit is that of the settings times their number at most.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from msgspec import Struct
from quart import current_app, g, request

from fedi.config.values import Networks, Rate
from fedi.errors import TooManyRequests
from fedi.model.times import iso
from fedi.services import Services
from fedi.store.members import Session

EXTENSION = "fedi_limits"
_MOST = 100_000  # askers remembered at once


class Told(Struct, frozen=True):
    """What the headers say: how many requests in all, how many are left, until when (ms)."""

    limit: int
    remaining: int
    reset: int

    def headers(self) -> dict[str, str]:
        """Mastodon's three headers."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": iso(self.reset),
        }


class Windows:
    """Counts by asker, all of the same window of time."""

    def __init__(self) -> None:
        self._window = -1
        self._counts: dict[object, int] = {}

    def take(self, asker: object, rate: Rate, now: int) -> Told:
        """Count one request; `remaining` is -1 when it is one too many."""
        length = rate.seconds * 1000
        window = now // length
        if window != self._window or len(self._counts) > _MOST:
            self._window, self._counts = window, {}
        used = self._counts.get(asker, 0) + 1
        self._counts[asker] = used
        return Told(rate.count, max(rate.count - used, -1), (window + 1) * length)


class Limits:
    """The windows of one process."""

    def __init__(self) -> None:
        self.members = Windows()
        self.anonymous = Windows()


def count(services: Services, session: Session | None) -> None:
    """Count this request. Raises TooManyRequests when the asker has none left."""
    found: Limits = current_app.extensions[EXTENSION]
    rates, now = services.config.limits.rates, services.store.clock()
    if session is not None:
        told = found.members.take(session.user.id, rates.api, now)
    else:
        told = found.anonymous.take(_network(services.config.server.trusted_proxies), rates.anonymous, now)
    g.told = told
    if told.remaining < 0:
        g.told = Told(told.limit, 0, told.reset)
        raise TooManyRequests


def _network(trusted: Networks) -> str:
    """Who asks: the address that the last proxy we trust saw; of IPv6 the /64 that one household has."""
    address = request.remote_addr or ""
    forwarded = [
        part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
    ]
    while forwarded and _is_trusted(address, trusted):
        address = forwarded.pop()
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    return parsed.exploded[:19] if isinstance(parsed, IPv6Address) else address


def _is_trusted(address: str, trusted: Networks) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return True  # a unix socket has no address, and its other end is our own proxy
    return any(parsed in network for network in trusted)
