"""Counts that are shown to everyone, kept for a few minutes: they take a while on a large database."""

from __future__ import annotations

from fedi.services import Services
from fedi.store.statistics import Counts

KEPT_MS = 300_000


class Counter:
    """The latest counts of one process."""

    def __init__(self) -> None:
        self._counts: Counts | None = None
        self._until = 0

    async def counts(self, services: Services) -> Counts:
        """The counts, five minutes old at most."""
        now = services.store.clock()
        if self._counts is None or now >= self._until:
            async with services.store.read() as tx:
                self._counts = await tx.statistics.counts()
            self._until = now + KEPT_MS
        return self._counts
