"""Blocks of people and of domains."""

from __future__ import annotations

from fedi.store.unit import Unit


class Blocks:
    """Table blocks, domain_blocks."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db
