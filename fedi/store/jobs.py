"""Other work to do."""

from __future__ import annotations

from fedi.store.unit import Unit


class Jobs:
    """Table jobs."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db
