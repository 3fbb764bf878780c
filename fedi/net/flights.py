"""Single flight: callers who want the same thing at the same time share one request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from fedi.errors import Unreachable

Cargo = TypeVar("Cargo")


class Flights(Generic[Cargo]):
    """Flights by key. A caller who leaves does not stop the flight: others may be on it."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, asyncio.Task[Cargo]] = {}

    def __len__(self) -> int:
        return len(self._flights)

    async def join(self, key: Hashable, start: Callable[[], Coroutine[Any, Any, Cargo]]) -> Cargo:
        """The result of the flight of `key`, started if there is none; its exception is everyone's."""
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.create_task(start())
            flight.add_done_callback(lambda done: self._landed(key, done))
        await asyncio.wait([flight])
        if flight.cancelled():
            raise Unreachable("the client is closing")
        return flight.result()

    def _landed(self, key: Hashable, flight: asyncio.Task[Cargo]) -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # seen, even if every caller has left

    async def close(self) -> None:
        """Cancel what is under way, and wait until it has stopped."""
        flights = tuple(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
