"""Actors, ours and theirs."""

from __future__ import annotations

from fedi.store.unit import Unit


class People:
    """Table accounts."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db
