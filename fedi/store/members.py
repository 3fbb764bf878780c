"""Who can sign in, and their tokens."""

from __future__ import annotations

from fedi.store.unit import Unit


class Members:
    """Table users, tokens."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db
