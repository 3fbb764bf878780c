"""What waits for which inbox."""

from __future__ import annotations

from fedi.store.unit import Unit


class Deliveries:
    """Table deliveries."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db
