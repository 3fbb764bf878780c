"""Hands files to the child processes that read them (`confinement`), a few at a time, and takes back what they made."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import msgspec
import structlog

from fedi.errors import Unavailable, Unprocessable
from fedi.media.confinement import Order, Result

log = structlog.get_logger()

UNREADABLE = "File type of uploaded media could not be verified"
FAILED = "Error processing thumbnail for uploaded media"

_QUEUE = 64
_ROOT = str(Path(__file__).parents[2])


class Workshop:
    """The children of one process of the server: two at work on pictures, one on films and sound."""

    def __init__(self) -> None:
        self._places = {"pictures": asyncio.Semaphore(2), "recordings": asyncio.Semaphore(1)}
        self._waiting = 0

    async def make(self, program: str, order: Order) -> Result:
        """Let `pictures` or `recordings` do an order.

        Raises Unprocessable for a file that cannot be read or is too much, Unavailable when too many wait.
        """
        if self._waiting >= _QUEUE:
            raise Unavailable(f"{self._waiting} files wait to be processed")
        self._waiting += 1
        try:
            async with self._places[program]:
                result = await self._run(program, order)
        finally:
            self._waiting -= 1
        if result.refused is not None:
            raise Unprocessable(f"{program}: {result.refused}", public=UNREADABLE)
        return result

    async def _run(self, program: str, order: Order) -> Result:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            f"fedi.media.{program}",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
        )
        try:
            # The limit on its CPU ends a child that works; this one ends a child that hangs.
            async with asyncio.timeout(2 * order.cpu_seconds + 30):
                out, _ = await child.communicate(msgspec.json.encode(order))
        except TimeoutError:
            raise Unprocessable(f"{program} took too long", public=FAILED) from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if child.returncode != 0:
            log.warning("a file ended its reader", program=program, status=child.returncode)
            raise Unprocessable(f"{program} ended with {child.returncode}", public=FAILED)
        return msgspec.json.decode(out, type=Result)


def _environment() -> dict[str, str]:
    """Ours, without our secrets."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FEDI_")}
    return {**kept, "PYTHONPATH": _ROOT}
