"""A lane's turn: deliveries to one host, one after the other, over a connection that is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import msgspec
import structlog
from msgspec import Struct

from fedi.activitypub.keys import SigningKey
from fedi.errors import FetchError
from fedi.net.values import Reply
from fedi.outbox.retry import Delivered, Down, Failed, Gone, Outcome, Refused, outcome_of, outcome_of_error
from fedi.outbox.synchronization import header_of
from fedi.store.activities import Letter
from fedi.store.deliveries import Delivery
from fedi.store.lanes import Lane

log = structlog.get_logger()

TURN_SECONDS = 20.0
"""After this long a lane goes to the back of the queue, however much it has to send."""


class Poster(Protocol):
    """The side of `Net` that deliveries need."""

    async def post(
        self, inbox: str, body: bytes, *, signer: SigningKey, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """See `Net.post`."""
        ...


class Mail(Struct, frozen=True):
    """What the deliveries of several lanes share: each document once, the keys, the digests of FEP-8fcf."""

    letters: Mapping[int, Letter]
    keys: Mapping[int, SigningKey]
    digests: Mapping[tuple[int, int], bytes]


class Turn(Struct):
    """What came of a lane's turn; filled as it goes, so that what was done counts if it is cut off."""

    lane: Lane
    deliveries: Sequence[Delivery]
    started: float
    was_full: bool = False
    """Whether the lane may hold more than `deliveries`."""
    taken: list[Delivery] = msgspec.field(default_factory=list)
    refused: list[tuple[Delivery, str]] = msgspec.field(default_factory=list)
    gone: list[str] = msgspec.field(default_factory=list)
    failed: tuple[Delivery, Failed] | None = None
    down: Down | None = None
    seen: int = 0
    """How many deliveries were dealt with."""

    @property
    def answered(self) -> bool:
        """Whether the host said anything but that it is in trouble."""
        return self.seen > 0

    @property
    def trouble(self) -> Failed | Down | None:
        """What ended the turn early, if anything did."""
        return self.down or (self.failed[1] if self.failed else None)


async def take(turn: Turn, mail: Mail, net: Poster, is_over: Callable[[Turn], bool]) -> None:
    """Send the turn's deliveries in their order, until one fails, or until `is_over`."""
    for delivery in turn.deliveries:
        if is_over(turn):
            return
        if delivery.inbox not in turn.gone:
            outcome = await _send(delivery, mail, net)
            _note(turn, delivery, outcome)
            if turn.trouble is not None:
                return
        turn.seen += 1


def _note(turn: Turn, delivery: Delivery, outcome: Outcome) -> None:
    match outcome:
        case Delivered():
            turn.taken.append(delivery)
        case Refused(error):
            turn.refused.append((delivery, error))
        case Gone(error):
            turn.refused.append((delivery, error))
            turn.gone.append(delivery.inbox)
        case Failed():
            turn.failed = (delivery, outcome)
        case Down():
            turn.down = outcome


async def _send(delivery: Delivery, mail: Mail, net: Poster) -> Outcome:
    letter = mail.letters.get(delivery.activity_id)
    if letter is None:
        return Delivered()  # deleted since, and the delivery with it: nobody wants it any more
    key = mail.keys.get(letter.account_id)
    if key is None:
        return Refused("the author has no key")
    headers = header_of(letter, mail.digests.get((letter.account_id, delivery.host_id)))
    try:
        return outcome_of(await net.post(delivery.inbox, letter.document, signer=key, headers=headers))
    except FetchError as error:
        return outcome_of_error(error)
    except Exception as error:
        # A fault of ours must not stop the lanes of all others; this one is tried again, and then given up.
        log.exception("delivery failed", inbox=delivery.inbox, activity=delivery.activity_id)
        return Failed(f"{type(error).__name__}: {error}")
