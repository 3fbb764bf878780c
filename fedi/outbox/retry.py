"""What an attempt to deliver came to, and when to try again: pure functions.

A delivery is tried 12 times over about three days: after 30 seconds, 2 minutes, 8 minutes, half an hour, 2 hours,
8 hours, and then every 12 hours; each pause is up to a fifth shorter or longer. Mastodon's 16 tries span as long.
A host pauses by the same steps, counted by its own failures in a row; while it is down its deliveries wait and
are not counted as tried. One that has been down for a week is given up, until it shows that it lives.

What is for good follows Mastodon: 501, and every 4xx but 401, 408 and 429 (PROTOCOL section 7).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

from fedi.errors import (
    AddressRefused,
    FetchError,
    Malformed,
    NotAllowed,
    RemoteGone,
    RemoteInvalid,
    Unreachable,
)
from fedi.net.values import Reply
from fedi.store.deliveries import GIVEN_UP_AFTER_MS, GIVEN_UP_FAILURES

Rng = Callable[[], float]
"""Numbers from 0 up to 1."""

_SECOND, _HOUR = 1_000, 3_600_000
_FIRST_PAUSE, _FACTOR, _LONGEST_PAUSE = 30 * _SECOND, 4, 12 * _HOUR
_SPREAD = 0.2
_LONGEST_WISH = 24 * _HOUR  # how long a Retry-After may keep us away
DELIVERY_TRIES = 12
JOB_TRIES = 8


class Delivered(Struct, frozen=True):
    """The inbox took it."""


class Refused(Struct, frozen=True):
    """It never will."""

    error: str


class Gone(Struct, frozen=True):
    """410: the inbox is no more."""

    error: str


class Failed(Struct, frozen=True):
    """The server answered, and it may be this activity that it stumbled over."""

    error: str
    retry_after: float | None = None


class Down(Struct, frozen=True):
    """The server cannot be reached, or asks us to stay away: nothing gets through to it now."""

    error: str
    retry_after: float | None = None


Outcome: TypeAlias = Delivered | Refused | Gone | Failed | Down

_DOWN = frozenset({429, 502, 503, 504})


def outcome_of(reply: Reply) -> Outcome:
    """What an inbox's answer means."""
    status = reply.status
    if 200 <= status < 300:
        return Delivered()
    error = f"HTTP {status} {reply.detail}".rstrip()
    if status == 410:
        return Gone(error)
    if status in _DOWN:
        return Down(error, reply.retry_after)
    if status == 501 or (400 <= status < 500 and status not in (401, 408)):
        return Refused(error)
    return Failed(error, reply.retry_after)


def outcome_of_error(error: FetchError) -> Outcome:
    """What it means that no answer came."""
    reason = f"{type(error).__name__}: {error}"
    return Down(reason, error.retry_after) if isinstance(error, Unreachable) else Refused(reason)


def pause(failures: int, rng: Rng) -> int:
    """How long (ms) to wait after that many failures in a row, at least one."""
    steps = min(max(failures, 1) - 1, 20)  # far beyond the longest pause, and no huge number on the way
    mean = min(_FIRST_PAUSE * _FACTOR**steps, _LONGEST_PAUSE)
    return int(mean * (1 - _SPREAD + 2 * _SPREAD * rng()))


def next_try(attempts: int, outcome: Outcome, now: int, rng: Rng) -> int | None:
    """When (ms since 1970) a delivery is due again after `attempts`, this one included; None: not at all.

    `Down` is not the delivery's fault: it stays due, and waits for its host.
    """
    if isinstance(outcome, Down):
        return now
    if not isinstance(outcome, Failed) or attempts >= DELIVERY_TRIES:
        return None
    return now + max(pause(attempts, rng), _wish(outcome.retry_after))


def next_probe(
    failures: int, failing_since: int | None, outcome: Failed | Down, now: int, rng: Rng
) -> int | None:
    """When to try a host again after `failures` in a row, this one included; None: it is given up."""
    is_long = failing_since is not None and now - failing_since >= GIVEN_UP_AFTER_MS
    if is_long and failures >= GIVEN_UP_FAILURES:
        return None
    return now + max(pause(failures, rng), _wish(outcome.retry_after))


def job_next_try(attempts: int, error: Exception, now: int, rng: Rng = random.random) -> int | None:
    """When a job is due again after `attempts`, this one included; None: not at all.

    Jobs take the steps of deliveries, eight tries over a day; some errors would only happen again.
    """
    if isinstance(error, AddressRefused | Malformed | NotAllowed | RemoteGone | RemoteInvalid):
        return None
    if attempts >= JOB_TRIES:
        return None
    wish = error.retry_after if isinstance(error, Unreachable) else None
    return now + max(pause(attempts, rng), _wish(wish))


def _wish(retry_after: float | None) -> int:
    return min(int((retry_after or 0) * _SECOND), _LONGEST_WISH)
