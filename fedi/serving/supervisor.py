"""Several equal processes: started with the same sockets, replaced when they crash, stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from asyncio.subprocess import Process

# A process that ends its first run with this status was refused its configuration: trying again is no use.
REFUSED = 2
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
# A process that lived this long was well, so its end does not count as one more failure in a row.
_HEALTHY_SECONDS = 60.0
# Beyond its own stop_seconds, a process may need this long to shut the application down.
_MARGIN_SECONDS = 10.0


def supervise(
    command: Sequence[str], processes: int, sockets: Sequence[socket.socket], stop_seconds: float
) -> int:
    """Keep `processes` of `command` running until SIGTERM or SIGINT, and return the exit status.

    Each gets the sockets' descriptors as `--fd N`, and as `--lifeline N` a pipe that closes when we die.
    """
    return asyncio.run(_Supervisor(command, sockets, stop_seconds).run(processes))


def pause(failures: int) -> float:
    """Return the seconds to wait before a process is started again after `failures` crashes in a row."""
    return min(_FIRST_PAUSE * 2.0 ** min(failures - 1, 16), _LONGEST_PAUSE)


class _Supervisor:
    def __init__(self, command: Sequence[str], sockets: Sequence[socket.socket], stop_seconds: float) -> None:
        self._log = structlog.get_logger()
        self._files = [listener.fileno() for listener in sockets]
        self._command = [*command, *(f"--fd={number}" for number in self._files)]
        self._stop_seconds = stop_seconds
        self._stop = asyncio.Event()
        self._status = 0

    async def run(self, processes: int) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        lifeline, ours = os.pipe()
        try:
            async with asyncio.TaskGroup() as group:
                for index in range(processes):
                    group.create_task(self._keep(index, lifeline))
        finally:
            os.close(lifeline)
            os.close(ours)
        return self._status

    async def _keep(self, index: int, lifeline: int) -> None:
        """Run one of the processes, again and again, until it is time to stop."""
        failures, restarted = 0, False
        while not self._stop.is_set():
            started = asyncio.get_running_loop().time()
            process = await self._start(lifeline)
            self._log.info("process started", index=index, pid=process.pid)
            status = await self._wait(process)
            if self._stop.is_set():
                self._status = self._status or (status if status > 0 else 0)
                return
            if status == REFUSED and not restarted:
                self._status = REFUSED
                self._stop.set()
                return
            healthy = asyncio.get_running_loop().time() - started > _HEALTHY_SECONDS
            failures, restarted = (1 if healthy else failures + 1), True
            self._log.error(
                "process ended", index=index, pid=process.pid, status=status, again_in=pause(failures)
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause(failures))

    async def _start(self, lifeline: int) -> Process:
        # A group of its own: Ctrl-C reaches us alone, and we pass it on once.
        return await asyncio.create_subprocess_exec(
            *self._command, f"--lifeline={lifeline}", pass_fds=[*self._files, lifeline], process_group=0
        )

    async def _wait(self, process: Process) -> int:
        """Wait for the process to end; when we are to stop, ask it to, and kill it if it takes too long."""
        ended = asyncio.create_task(process.wait())
        asked = asyncio.create_task(self._stop.wait())
        await asyncio.wait([ended, asked], return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if not ended.done():
            process.send_signal(signal.SIGTERM)
            done, _ = await asyncio.wait([ended], timeout=self._stop_seconds + _MARGIN_SECONDS)
            if not done:
                self._log.error("process killed", pid=process.pid)
                process.kill()
        return await ended
