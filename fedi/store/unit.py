"""What every table's module works on: a connection, the time, and new ids."""

from __future__ import annotations

from typing import Any

from fedi.store.database import Connection
from fedi.store.ids import Ids


class Unit:
    """One unit of work. `now` (ms since 1970) is the same throughout."""

    def __init__(self, db: Connection, ids: Ids, now: int) -> None:
        self.db = db
        self.ids = ids
        self.now = now
        self.limited_federation = (
            False  # a closed federation: only servers that were let in (`DomainBlocks.allows`)
        )
        self.topics: set[str] = set()
        self.told: list[dict[str, Any]] = []
        self.hosts_due: set[int] = set()
        self.hosts_alive: set[int] = set()

    def new_id(self) -> int:
        """A new id, of now."""
        return self.ids.make(self.now)

    def id_at(self, at: int) -> int:
        """A new id that sorts at the time `at`, for what was published a while ago."""
        return self.ids.backdated(at) if at < self.now - RECENT_MS else self.ids.make(self.now)

    def wake(self, topic: str) -> None:
        """After the commit, wake whoever waits for work of this kind, here and in other processes."""
        self.topics.add(topic)

    def host_due(self, host_id: int) -> None:
        """Something waits for this host since this transaction: its lane is due, from the commit on."""
        self.hosts_due.add(host_id)
        self.wake("deliveries")

    def host_alive(self, host_id: int) -> None:
        """This host has shown that it lives: what waits for it is due, from the commit on."""
        self.hosts_alive.add(host_id)


RECENT_MS = 300_000
"""What is younger is sorted by when it came: clocks differ, and many servers publish whole seconds only."""
