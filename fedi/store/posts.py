"""Posts, boosts, edits, mentions and tags."""

from __future__ import annotations

from fedi.store.unit import Unit


class Posts:
    """Table posts."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db
