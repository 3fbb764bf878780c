"""Other servers, and their lanes."""

from __future__ import annotations

from fedi.store.unit import Unit


class Hosts:
    """Table hosts."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db
