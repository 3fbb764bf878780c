"""How often one may ask: a window for each member and each network address, told in X-RateLimit-* headers."""

from __future__ import annotations

from quart import current_app, g, request

from fedi.errors import TooManyRequests
from fedi.model.times import iso
from fedi.services import Services
from fedi.social.throttling import EXTENSION as THROTTLES
from fedi.social.throttling import Throttles, Told, Windows, address_of, network_of
from fedi.store.members import Session

EXTENSION = "fedi_limits"


class Limits:
    """The windows of one process."""

    def __init__(self) -> None:
        self.members = Windows()
        self.anonymous = Windows()


def headers(told: Told) -> dict[str, str]:
    """Mastodon's three headers."""
    return {
        "X-RateLimit-Limit": str(told.limit),
        "X-RateLimit-Remaining": str(told.remaining),
        "X-RateLimit-Reset": iso(told.reset),
    }


def count(services: Services, session: Session | None) -> None:
    """Count this request. Raises TooManyRequests when the asker has none left."""
    found: Limits = current_app.extensions[EXTENSION]
    rates, now = services.config.limits.rates, services.store.clock()
    if session is not None:
        told = found.members.take(session.user.id, rates.api, now)
    else:
        told = found.anonymous.take(network(services), rates.anonymous, now)
    g.told = told
    if told.remaining < 0:
        g.told = Told(told.limit, 0, told.reset)
        raise TooManyRequests


def network(services: Services) -> str:
    """The network address that asks."""
    return network_of(
        request.remote_addr or "",
        request.headers.get("X-Forwarded-For", ""),
        services.config.server.trusted_proxies,
    )


def address(services: Services) -> str:
    """The same in full."""
    return address_of(
        request.remote_addr or "",
        request.headers.get("X-Forwarded-For", ""),
        services.config.server.trusted_proxies,
    )


def throttles() -> Throttles:
    """What is counted of signing in and signing up."""
    found: Throttles = current_app.extensions[THROTTLES]
    return found
