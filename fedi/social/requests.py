"""Who asks, as far as the network tells: for pages and for the API."""

from __future__ import annotations

from typing import cast

from quart import current_app, request

from fedi.services import Services
from fedi.social.throttling import EXTENSION, Throttles, address_of, network_of


def network(services: Services) -> str:
    """The network that the request comes from: the address, or the /64 of one of IPv6."""
    return network_of(*_sender(), services.config.server.trusted_proxies)


def address(services: Services) -> str:
    """The same in full."""
    return address_of(*_sender(), services.config.server.trusted_proxies)


def throttles() -> Throttles:
    """What is counted of signing in and signing up."""
    return cast(Throttles, current_app.extensions[EXTENSION])


def _sender() -> tuple[str, str]:
    return request.remote_addr or "", request.headers.get("X-Forwarded-For", "")
