"""Waiting for something that another process will do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(probe: Callable[[], Awaitable[T]], *, within: float = 20.0) -> T:
    """The first truthy value of the coroutine function `probe`, asked until `within` seconds are over.

    Raises AssertionError, with the last value seen, when none came.
    """
    deadline = time.monotonic() + within
    pause = 0.02
    while True:
        value = await probe()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s; the last value was {value!r}")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.25)
