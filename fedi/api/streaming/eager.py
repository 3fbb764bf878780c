"""Running a coroutine at once, as far as it goes without waiting.

A thousand sends that need not wait cost a thousand tasks less this way: some 20 ms of CPU for each event. Python 3.12
has eager tasks for it; we support 3.11.
"""

from __future__ import annotations

import types
from collections.abc import Coroutine, Generator
from typing import Any


def begin(coroutine: Coroutine[Any, Any, None]) -> Coroutine[Any, Any, None] | None:
    """Run it until it waits; what is left of it, to be awaited, or None if that was all. Raises what it raises."""
    try:
        first = coroutine.send(None)
    except StopIteration:
        return None
    return _rest(coroutine, first)


async def _rest(coroutine: Coroutine[Any, Any, None], first: Any) -> None:
    await _waited(coroutine, first)


@types.coroutine
def _waited(coroutine: Coroutine[Any, Any, None], awaited: Any) -> Generator[Any, Any, None]:
    """Hand on what it waits for, and to it what comes of that."""
    outcome: Any
    failed: BaseException | None
    while True:
        try:
            value = yield awaited
        except BaseException as error:
            outcome, failed = None, error
        else:
            outcome, failed = value, None
        try:
            awaited = coroutine.send(outcome) if failed is None else coroutine.throw(failed)
        except StopIteration:
            return
