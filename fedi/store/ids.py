"""Ids: 64 bits, sorted by time, made without asking the database.

48 bits of milliseconds since 1970, 8 of the process's slot, 8 that count within the millisecond. Slots are
leased in the database (`processes`), so no two living processes of a deployment share one.
"""

from __future__ import annotations

import secrets

SLOTS = 256
_PER_MS = 256


class Ids:
    """The id maker of one process."""

    def __init__(self, slot: int) -> None:
        self._slot = slot
        self._at = 0
        self._count = 0

    def make(self, at: int) -> int:
        """A new id at `at` (ms since 1970), or a few ms later where that millisecond is used up."""
        if at > self._at:
            self._at, self._count = at, 0
        elif self._count == _PER_MS:
            self._at, self._count = self._at + 1, 0
        made = self._at << 16 | self._slot << 8 | self._count
        self._count += 1
        return made

    def backdated(self, at: int) -> int:
        """An id within the second of `at`. The low bits are random: the slot's count of a past moment is gone."""
        return (at // 1000 * 1000 + secrets.randbelow(1000)) << 16 | secrets.randbelow(1 << 16)


def time_of(made: int) -> int:
    """When an id was made, ms since 1970."""
    return made >> 16


def first_at(at: int) -> int:
    """The smallest id of that millisecond: to page by time."""
    return at << 16
