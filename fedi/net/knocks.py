"""Double knocking: which signature scheme a server understands, tried and remembered (PROTOCOL section 3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from fedi.net.bounded import Bounded

MAX_KNOCKS = 3
# What servers that cannot read a signature answer. A server that forbids something answers the same.
REFUSALS = frozenset({400, 401, 403})
_REMEMBERED = 20_000
_REMEMBER_SECONDS = 7 * 86_400.0


class Knock(msgspec.Struct, frozen=True):
    """One way to sign. Without the query: how Akkoma and Misskey read `(request-target)`."""

    scheme: Literal["cavage", "rfc9421"]
    with_query: bool = True


CAVAGE, CAVAGE_BARE, RFC9421 = Knock("cavage"), Knock("cavage", with_query=False), Knock("rfc9421")


class Knocks:
    """Remembers per origin what worked, where that is not our first try anyway. `now` in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._winners: Bounded[tuple[str, bool], tuple[Knock, float]] = Bounded(_REMEMBERED)

    def first(self, origin: str, *, bare: bool) -> Knock:
        """How to sign the first attempt. `bare`: a GET whose query could be left out of the signature."""
        winner = self._winners.get((origin, bare))
        if winner is None or winner[1] < self._now():
            return CAVAGE
        return winner[0]

    def learn(self, origin: str, knock: Knock, *, bare: bool) -> None:
        """Note that the server took a request signed like this."""
        if knock == CAVAGE:
            self._winners.drop((origin, bare))
        else:
            self._winners.put((origin, bare), (knock, self._now() + _REMEMBER_SECONDS))


def following(tried: tuple[Knock, ...], status: int, *, bare: bool) -> Knock | None:
    """The next way to sign after `status`, or None if the answer stands."""
    if status not in REFUSALS or len(tried) >= MAX_KNOCKS:
        return None
    # A 401 says that the signature did not verify. After a 400 or 403 it was not even understood, or the
    # request is not wanted: leaving out the query does not change that.
    options = (CAVAGE, CAVAGE_BARE, RFC9421) if bare and status == 401 else (CAVAGE, RFC9421)
    return next((knock for knock in options if knock not in tried), None)
