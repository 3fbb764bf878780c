"""Who follows whom."""

from __future__ import annotations

from fedi.store.unit import Unit


class Follows:
    """Table follows, follower_inboxes, follower_hosts."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db
