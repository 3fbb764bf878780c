"""A memory of a moment: what thousands of servers ask for at once is worked out once."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Fleeting(Generic[Key, Value]):
    """At most `size` values, each for `ms` milliseconds; full, it starts anew: what is in it is cheap to make."""

    def __init__(self, size: int, ms: int) -> None:
        self._size = size
        self._ms = ms
        self._entries: dict[Key, tuple[int, Value]] = {}

    def get(self, key: Key, now: int) -> Value | None:
        """The value put under `key` a moment ago, or None. `now` in ms since 1970."""
        entry = self._entries.get(key)
        return entry[1] if entry is not None and 0 <= now - entry[0] < self._ms else None

    def put(self, key: Key, value: Value, now: int) -> None:
        """Keep a value for a moment."""
        if len(self._entries) >= self._size:
            self._entries.clear()
        self._entries[key] = (now, value)
