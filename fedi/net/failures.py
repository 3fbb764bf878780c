"""Negative caching: what failed is not asked for again before it is likely to have changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import msgspec

from fedi.errors import (
    AddressRefused,
    FetchError,
    RemoteGone,
    RemoteInvalid,
    RemoteMissing,
    RemoteRefused,
    Unreachable,
)
from fedi.net.bounded import Bounded
from fedi.net.troubles import HostTrouble, NotAsked

_REMEMBERED = 20_000
_MINUTE, _HOUR = 60.0, 3600.0
_SECONDS: dict[type[FetchError], float] = {
    RemoteGone: 6 * _HOUR,
    RemoteMissing: 10 * _MINUTE,
    RemoteRefused: 10 * _MINUTE,
    RemoteInvalid: 30 * _MINUTE,
    AddressRefused: 10 * _MINUTE,
}
# Unreachable: a minute, doubled each time, up to an hour. One 429 never silences a host for longer either.
_FIRST, _LONGEST = _MINUTE, _HOUR
_PROBE = 10.0


class _Failure(msgspec.Struct, frozen=True):
    kind: type[FetchError]
    detail: str
    until: float
    strikes: int
    wished: bool = False
    """Whether the host itself told us to wait."""


class Failures:
    """Remembers failures by document and by host. `now` gives seconds; keys are the caller's."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._documents: Bounded[Hashable, _Failure] = Bounded(_REMEMBERED)
        self._hosts: Bounded[str, _Failure] = Bounded(_REMEMBERED)
        self._probes: Bounded[str, float] = Bounded(_REMEMBERED)

    def check_host(self, authority: str) -> None:
        """Raise NotAsked while a host is known to be in trouble."""
        self._raise(self._hosts.get(authority))

    def may_probe(self, authority: str) -> bool:
        """Whether to ask a host that could not be reached all the same: somebody says to be calling from there.

        Yes once in ten seconds. One that is back would otherwise be turned away for up to an hour, and whoever only
        pretends to call costs a request now and then.
        """
        now, failure = self._now(), self._hosts.get(authority)
        if failure is None or failure.wished or failure.until <= now:
            return False
        if (self._probes.get(authority) or 0.0) > now:
            return False
        self._probes.put(authority, now + _PROBE)
        return True

    def check(self, key: Hashable) -> None:
        """Raise what a document's last fetch raised (NotAsked for Unreachable), while that is worth it."""
        self._raise(self._documents.get(key))

    def note(self, key: Hashable, error: FetchError) -> None:
        """Remember why a document could not be fetched."""
        kind = next((kind for kind in _SECONDS if isinstance(error, kind)), Unreachable)
        if kind is Unreachable:
            retry_after = error.retry_after if isinstance(error, Unreachable) else None
            self._documents.put(key, self._growing(self._documents.get(key), error, retry_after or 0.0))
        else:
            self._documents.put(key, _Failure(kind, error.detail, self._now() + _SECONDS[kind], 1))

    def note_host(self, error: HostTrouble) -> None:
        """Remember that a host cannot be connected to, or wants us to wait."""
        wait = min(error.retry_after or 0.0, _LONGEST)
        self._hosts.put(error.authority, self._growing(self._hosts.get(error.authority), error, wait))

    def clear(self, key: Hashable) -> None:
        """A document was fetched."""
        self._documents.drop(key)

    def clear_host(self, authority: str) -> None:
        """A host answered."""
        self._hosts.drop(authority)

    def _growing(self, last: _Failure | None, error: FetchError, wait: float) -> _Failure:
        # Failures of requests that ran side by side count once.
        repeated = last is not None and last.kind is Unreachable
        strikes = last.strikes + (last.until <= self._now()) if last is not None and repeated else 1
        seconds = max(min(_FIRST * 2 ** min(strikes - 1, 10), _LONGEST), wait)
        return _Failure(Unreachable, error.detail, self._now() + seconds, strikes, wait > 0)

    def _raise(self, failure: _Failure | None) -> None:
        if failure is None or (left := failure.until - self._now()) <= 0:
            return
        detail = f"not asked again for {left:.0f} s: {failure.detail}"
        if failure.kind is Unreachable:
            raise NotAsked(detail, retry_after=left)
        raise failure.kind(detail)
