"""A server in a process of its own, with its output in a file."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class Process:
    """Started at once; stopped by its own id, never by name."""

    def __init__(self, command: Sequence[str], log: Path, *, environment: Mapping[str, str]) -> None:
        self.log = log
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    @property
    def running(self) -> bool:
        return self._child.poll() is None

    @property
    def pid(self) -> int:
        return self._child.pid

    def tail(self, lines: int = 80) -> str:
        """The end of its output, for whoever has to find out why a test failed."""
        text = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join([f"--- the end of {self.log.name} (process {self.pid})", *text[-lines:]])

    def stop(self, patience: float = 10.0) -> None:
        """SIGTERM, and SIGKILL after `patience` seconds."""
        if self.running:
            self._child.terminate()
        try:
            self._child.wait(patience)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
