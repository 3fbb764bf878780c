"""How often something may be done: fixed windows, counted in this process, and who it is that asks.

With several processes each counts for itself, so the limit is that of the settings times their number at most.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from msgspec import Struct

from fedi.config.values import Networks, Rate
from fedi.errors import TooManyRequests
from fedi.services import Services

EXTENSION = "fedi_throttles"
_MOST = 100_000  # askers remembered at once


class Told(Struct, frozen=True):
    """How many times in all, how many are left, until when (ms)."""

    limit: int
    remaining: int
    reset: int


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

    def pardon(self, asker: object) -> None:
        """Forget what was counted for this one."""
        self._counts.pop(asker, None)


class Throttles:
    """What one process counts of signing in and signing up."""

    def __init__(self) -> None:
        self._addresses = Windows()
        self._accounts = Windows()
        self._sign_ups = Windows()
        self._letters = Windows()

    def sign_in(self, services: Services, network: str, account: str) -> None:
        """Count an attempt to sign in. Raises TooManyRequests for the network, or for the account."""
        rate, now = services.config.limits.rates.login, services.store.clock()
        _check(self._addresses.take(network, rate, now), f"sign-ins from {network}")
        _check(self._accounts.take(account.lower(), rate, now), "sign-ins of one account")

    def signed_in(self, account: str) -> None:
        """The right person came: what others tried before does not keep them out."""
        self._accounts.pardon(account.lower())

    def sign_up(self, services: Services, network: str) -> None:
        """Count a new account. Raises TooManyRequests."""
        rates, now = services.config.limits.rates, services.store.clock()
        _check(self._sign_ups.take(network, rates.signup, now), f"sign-ups from {network}")

    def letter(self, services: Services, address: str) -> None:
        """Count a letter that somebody asks us to send. Raises TooManyRequests."""
        rates, now = services.config.limits.rates, services.store.clock()
        _check(self._letters.take(address.lower(), rates.signup, now), "letters to one address")


def _check(told: Told, what: str) -> None:
    if told.remaining < 0:
        raise TooManyRequests(what)


def address_of(address: str, forwarded: str, trusted: Networks) -> str:
    """Who asks: the address that the last proxy we trust saw.

    `forwarded` is the X-Forwarded-For header, to which each proxy adds whom it saw.
    """
    hops = [part.strip() for part in forwarded.split(",") if part.strip()]
    while hops and _is_trusted(address, trusted):
        address = hops.pop()
    return address[:64]


def network_of(address: str, forwarded: str, trusted: Networks) -> str:
    """The same, of IPv6 the /64 that one household has."""
    address = address_of(address, forwarded, trusted)
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return parsed.exploded[:19] if isinstance(parsed, IPv6Address) else address


def _is_trusted(address: str, trusted: Networks) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return True  # a unix socket has no address, and its other end is our own proxy
    return any(parsed in network for network in trusted)
