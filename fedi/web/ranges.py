"""A part of a file (RFC 9110 section 14): what a browser asks for when it plays a film from the middle."""

from __future__ import annotations

import re

from msgspec import Struct

_ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Part(Struct, frozen=True):
    """Bytes `start` up to `end` (not included)."""

    start: int
    end: int


def part_of(header: str, size: int) -> Part | None:
    """The one part that a Range header asks for; None: the whole file. Raises ValueError for what is beyond it."""
    found = _ONE.fullmatch(header.strip())
    if found is None:
        return None  # several parts, or another unit: a server may send everything
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:
        start, end = max(size - int(last), 0), size
        if not int(last):
            raise ValueError(header)
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= size:
        raise ValueError(header)
    return Part(start, end)
