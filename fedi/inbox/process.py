"""Applies what the gate has let in: in batches, each batch one transaction, each actor's activities in order."""

from __future__ import annotations

import asyncio
import random

import structlog
from msgspec import Struct

from fedi.activitypub import types
from fedi.errors import FediError, NotAllowed
from fedi.inbox.readings import Readings
from fedi.inbox.registry import HANDLERS
from fedi.model.people import Account
from fedi.net.signers import Verified
from fedi.services import Services
from fedi.store.received import Item
from fedi.store.store import Transaction

log = structlog.get_logger()

BATCH = 64
_POLL_SECONDS = 1.0
_ATTEMPTS = 10
_LONGEST_WAIT_MS = 3_600_000
# After so many failures in one batch, the rest of it is applied one by one: a hostile sender must not make us
# start over for each of its activities.
_RESTARTS = 3


class _Failed(Exception):
    """One activity of a batch failed, and the batch was rolled back."""

    def __init__(self, item: Item, cause: Exception) -> None:
        super().__init__(str(cause))
        self.item = item
        self.cause = cause


class _Read(Struct, frozen=True):
    item: Item
    activity: types.Activity


class Processor:
    """One for each process that has the role of a worker."""

    def __init__(self, services: Services, readings: Readings) -> None:
        self._services = services
        self._store = services.store
        self._readings = readings

    async def run(self, stop: asyncio.Event) -> None:
        """Apply batches until `stop` is set; the batch in hand is finished."""
        while not stop.is_set():
            try:
                busy = await self.batch()
            except Exception:
                log.exception("inbox batch failed")
                busy = False
            if not busy:
                await self._store.signals.wait("received", _POLL_SECONDS)

    async def batch(self) -> bool:
        """Apply what is due, up to `BATCH` activities; whether anything was done."""
        async with self._store.read() as tx:
            items = await tx.received.due(BATCH)
            actors = await tx.people.by_ids({item.actor_id for item in items})
        read = [one for item in items if (one := await self._read(item, actors.get(item.actor_id)))]
        busy = len(read) < len(items)
        failures = 0
        while read:
            batch = read if failures < _RESTARTS else read[:1]
            try:
                busy = await self._apply(batch) or busy
                read = read[len(batch) :]
            except _Failed as failed:
                failures += 1
                await self._put_off(failed.item, failed.cause)
                read = _without(read, failed)
        return busy

    async def _read(self, item: Item, actor: Account | None) -> _Read | None:
        try:
            if actor is None:
                raise NotAllowed("the actor is no longer here")
            return _Read(item, await self._readings.take(item.uri, actor.uri, item.body))
        except FediError as error:
            await self._put_off(item, error)
            return None

    async def _apply(self, batch: list[_Read]) -> bool:
        async with self._store.write() as tx:
            taken = {item.id for item in await tx.received.take([one.item for one in batch])}
            actors = await tx.people.by_ids({one.item.actor_id for one in batch})
            mine = [one for one in batch if one.item.id in taken]
            for one in mine:
                try:
                    await _apply_one(one, actors, tx)
                except Exception as error:
                    raise _Failed(one.item, error) from error
            await tx.received.done([one.item.id for one in mine])
            for actor in actors.values():
                if actor.host_id is not None:
                    tx.host_alive(actor.host_id)
        return bool(taken)

    async def _put_off(self, item: Item, error: Exception) -> None:
        passing = _is_passing(error)
        reason = f"{type(error).__name__}: {error}"[:500]
        next_at = self._store.clock() + wait_ms(item.attempts) if passing else None
        if passing and item.attempts + 1 >= _ATTEMPTS:
            next_at = None
        if passing:
            log.warning(
                "activity put off", uri=item.uri, error=reason, attempts=item.attempts, exc_info=error
            )
        async with self._store.write() as tx:
            if not await tx.received.take([item]):
                return
            if isinstance(error, NotAllowed):
                await tx.received.dropped(item.id, reason)
            else:
                await tx.received.failed(item.id, reason, next_at)


def _without(read: list[_Read], failed: _Failed) -> list[_Read]:
    """What is left of a batch: where a failure may pass, all that the same actor did after it waits behind it."""
    if _is_passing(failed.cause):
        return [one for one in read if one.item.actor_id != failed.item.actor_id]
    return [one for one in read if one.item.id != failed.item.id]


async def _apply_one(one: _Read, actors: dict[int, Account], tx: Transaction) -> None:
    account = actors.get(one.item.actor_id)
    if account is None or account.uri != one.activity.actor:
        raise NotAllowed("the actor is no longer here")
    if not account.is_active and not isinstance(one.activity, types.Delete):
        raise NotAllowed("the actor is suspended or deleted")
    await HANDLERS[type(one.activity)](one.activity, Verified(account, ""), tx)


def _is_passing(error: Exception) -> bool:
    """Whether another try may succeed: what we refuse for a reason stays refused, all else is our trouble."""
    return not (isinstance(error, FediError) and error.status < 500)


def wait_ms(attempts: int) -> int:
    """How long to wait after `attempts` failures before this one: from 5 seconds, doubling, with jitter."""
    base = min(5_000 * 2**attempts, _LONGEST_WAIT_MS)
    return int(base * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
