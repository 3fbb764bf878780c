"""What came of many lanes' turns, written in one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from fedi.outbox.lanes import Turn
from fedi.outbox.retry import Rng, next_probe, next_try, pause
from fedi.store.deliveries import Delivery
from fedi.store.lanes import Lanes, Trouble
from fedi.store.store import Transaction

IN_ORDER_TRIES = 3
"""So often a delivery that a server stumbles over holds up those behind it; then they go before it."""

_BEHIND_MS = 1_000  # what is put aside comes after whatever the lane has when its pause ends
_MAX_ERROR = 500


async def settle(tx: Transaction, lanes: Lanes, turns: Sequence[Turn], rng: Rng) -> None:
    """Write the results, and give the lanes back."""
    if not turns:
        return
    await tx.deliveries.delivered([delivery for turn in turns for delivery in turn.taken])
    await _refused(tx, turns)
    await lanes.answered([turn.lane.host_id for turn in turns if turn.answered])
    await _troubled(tx, lanes, [turn for turn in turns if turn.trouble is not None], rng)
    more = {turn.lane.host_id for turn in turns if _has_more(turn)}
    await lanes.pass_on(more)
    await lanes.release([turn.lane.host_id for turn in turns if turn.lane.host_id not in more])


def _has_more(turn: Turn) -> bool:
    # A lane that was full may hold more than was read of it: asking once more is how it finds out.
    return turn.trouble is None and (turn.was_full or turn.seen < len(turn.deliveries))


async def _refused(tx: Transaction, turns: Sequence[Turn]) -> None:
    refused = [(delivery, error[:_MAX_ERROR]) for turn in turns for delivery, error in turn.refused]
    if refused:
        await tx.deliveries.died(refused)
    gone = [(turn.lane.host_id, inbox) for turn in turns for inbox in turn.gone]
    if gone:
        await tx.deliveries.drop_inboxes(gone)
        # Whether the person is gone, or moved to another inbox, is for the actor's own document to say.
        for uri in await tx.deliveries.actors_at(gone):
            await tx.jobs.add("refresh_actor", {"uri": uri}, key=f"refresh_actor:{uri}")


async def _troubled(tx: Transaction, lanes: Lanes, turns: Sequence[Turn], rng: Rng) -> None:
    troubles: list[Trouble] = []
    later: list[tuple[Delivery, int, str]] = []
    dead: list[tuple[Delivery, str]] = []
    for turn in turns:
        trouble = _trouble(turn, tx.now, rng)
        if trouble is None:
            reason = _reason(turn)
            await tx.deliveries.give_up_host(turn.lane.host_id, reason)
            trouble = Trouble(turn.lane.host_id, reason, tx.now + pause(turn.lane.failures + 1, rng))
        elif turn.failed is not None:
            delivery, outcome = turn.failed
            at = next_try(delivery.attempts + 1, outcome, tx.now, rng)
            if at is None:
                dead.append((delivery, trouble.error))
            elif delivery.attempts + 1 < IN_ORDER_TRIES:
                later.append((delivery, tx.now, trouble.error))
            else:
                later.append((delivery, max(at, trouble.retry_at + _BEHIND_MS), trouble.error))
        troubles.append(trouble)
    await tx.deliveries.postponed(later)
    if dead:
        await tx.deliveries.died(dead)
    await lanes.failed(troubles)


def _trouble(turn: Turn, now: int, rng: Rng) -> Trouble | None:
    """The host's pause; None: it is given up."""
    assert turn.trouble is not None
    # An answer earlier in the same turn ended the row of failures.
    before, since = (0, None) if turn.answered else (turn.lane.failures, turn.lane.failing_since)
    at = next_probe(before + 1, since, turn.trouble, now, rng)
    return None if at is None else Trouble(turn.lane.host_id, _reason(turn), at)


def _reason(turn: Turn) -> str:
    return turn.trouble.error[:_MAX_ERROR] if turn.trouble is not None else ""
