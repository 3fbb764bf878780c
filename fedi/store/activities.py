"""Our activities, rendered once."""

from __future__ import annotations

from fedi.store.unit import Unit


class Activities:
    """Table activities."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db
