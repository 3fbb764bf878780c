"""Keys of actors."""

from __future__ import annotations

from fedi.store.unit import Unit


class Keys:
    """Table keys."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db
