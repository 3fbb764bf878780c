"""What came of many lanes' turns, written in one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from fedi.outbox.lanes import Turn
from fedi.outbox.retry import Rng, next_probe, next_try, pause
from fedi.store.lanes import Lanes, Trouble
from fedi.store.store import Transaction

IN_ORDER_TRIES = 3
"""So often a delivery that a server stumbles over holds up those behind it; then they go before it."""

_MAX_ERROR = 500


async def settle(tx: Transaction, lanes: Lanes, turns: Sequence[Turn], rng: Rng) -> None:
    """Write the results, and give the lanes back."""
    if not turns:
        return
    await tx.deliveries.delivered([delivery for turn in turns for delivery in turn.taken])
    await _refused(tx, turns)
    await _failed(tx, turns, rng)
    await lanes.answered([turn.lane.host_id for turn in turns if turn.answered])
    await _troubled(tx, lanes, turns, rng)
    unfinished = {
        turn.lane.host_id for turn in turns if turn.trouble is None and turn.seen < len(turn.deliveries)
    }
    # A lane that was full may have more than what was read of it; asking once more is how it finds out.
    full = {turn.lane.host_id for turn in turns if turn.was_full and turn.trouble is None}
    await lanes.pass_on(unfinished | full)
    await lanes.release([t.lane.host_id for t in turns if t.lane.host_id not in unfinished | full])


async def _refused(tx: Transaction, turns: Sequence[Turn]) -> None:
    refused = [(delivery, error[:_MAX_ERROR]) for turn in turns for delivery, error in turn.refused]
    if refused:
        await tx.deliveries.died(refused)
    gone = [(turn.lane.host_id, inbox) for turn in turns for inbox in turn.gone]
    if gone:
        await tx.deliveries.drop_inboxes(gone)
        for uri in await tx.deliveries.actors_at(gone):
            await tx.jobs.add("refresh_actor", {"uri": uri}, key=f"refresh_actor:{uri}")


async def _failed(tx: Transaction, turns: Sequence[Turn], rng: Rng) -> None:
    later, dead = [], []
    for turn in turns:
        if turn.failed is None:
            continue
        delivery, outcome = turn.failed
        attempts, error = delivery.attempts + 1, outcome.error[:_MAX_ERROR]
        at = next_try(attempts, outcome, tx.now, rng)
        if at is None:
            dead.append((delivery, error))
        else:
            later.append((delivery, tx.now if attempts < IN_ORDER_TRIES else at, error))
    await tx.deliveries.postponed(later)
    if dead:
        await tx.deliveries.died(dead)


async def _troubled(tx: Transaction, lanes: Lanes, turns: Sequence[Turn], rng: Rng) -> None:
    troubles = []
    for turn in turns:
        trouble = turn.trouble
        if trouble is None:
            continue
        # An answer earlier in the same turn ended the row of failures.
        before, since = (0, None) if turn.answered else (turn.lane.failures, turn.lane.failing_since)
        error = trouble.error[:_MAX_ERROR]
        at = next_probe(before + 1, since, trouble, tx.now, rng)
        if at is None:
            await tx.deliveries.give_up_host(turn.lane.host_id, error)
        troubles.append(Trouble(turn.lane.host_id, error, at or tx.now + pause(before + 1, rng)))
    if troubles:
        await lanes.failed(troubles)
