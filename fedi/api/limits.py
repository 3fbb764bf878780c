"""How often one may ask: a window for each member and each network address, told in X-RateLimit-* headers."""

from __future__ import annotations

from quart import current_app, g

from fedi.errors import TooManyRequests
from fedi.model.times import iso
from fedi.services import Services
from fedi.social import requests
from fedi.social.throttling import Told, Windows
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
        told = found.anonymous.take(requests.network(services), rates.anonymous, now)
    g.told = told
    if told.remaining < 0:
        g.told = Told(told.limit, 0, told.reset)
        raise TooManyRequests
