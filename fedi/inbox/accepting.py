"""The durable 202: arrivals that come together share one commit (group commit, DESIGN decision 1)."""

from __future__ import annotations

import asyncio

from msgspec import Struct

from fedi.errors import Unavailable
from fedi.store.received import Arrival
from fedi.store.store import Store


class _Waiting(Struct):
    arrival: Arrival
    synchronization: str | None
    done: asyncio.Future[None]


class Acceptor:
    """Writes arrivals to the inbox queue, many at once, and lets each sender wait for the commit."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[_Waiting] = []
        self._flushing: asyncio.Task[None] | None = None

    async def accept(self, arrival: Arrival, synchronization: str | None = None) -> None:
        """Return when `arrival` is on the disk; raise what kept it from getting there.

        `synchronization` is the request's Collection-Synchronization header (FEP-8fcf), looked into later.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(arrival, synchronization, done))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        await done

    async def _flush(self) -> None:
        # While one commit is on its way to the disk, the next ones gather behind it.
        while self._waiting:
            batch, self._waiting = self._waiting, []
            error = await self._try(batch)
            for waiting in batch:
                # What one sender made the database refuse is not to cost the others theirs.
                alone = error is not None and not isinstance(error, Unavailable) and len(batch) > 1
                failed = await self._try([waiting]) if alone else error
                if waiting.done.done():
                    continue
                if failed is None:
                    waiting.done.set_result(None)
                else:
                    waiting.done.set_exception(failed)

    async def _try(self, batch: list[_Waiting]) -> Exception | None:
        try:
            await self._commit(batch)
        except Exception as error:
            return error
        return None

    async def _commit(self, batch: list[_Waiting]) -> None:
        async with self._store.write() as tx:
            await tx.received.add([waiting.arrival for waiting in batch])
            for waiting in batch:
                if waiting.synchronization:
                    actor_id = waiting.arrival.actor_id
                    await tx.jobs.add(
                        "synchronize_followers",
                        {"actor_id": actor_id, "header": waiting.synchronization},
                        key=f"synchronize_followers:{actor_id}",
                    )
