"""What the kernel says about processes: processor time and memory (Linux, /proc)."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


class _Stat(msgspec.Struct, frozen=True):
    pid: int
    parent: int
    own_ms: float
    """User and system time of all its threads."""
    reaped_ms: float
    """The same of children that ended and were waited for."""


def cpu_ms(pid: int) -> float:
    """Processor time, in ms, that a process and everything it started have used so far.

    Children that ended count through whoever waited for them, so a difference of two readings loses nothing.
    """
    return sum(stat.own_ms + stat.reaped_ms for stat in _tree(pid))


def memory_mib(pid: int) -> float:
    """Resident memory, in MiB, of a process and its descendants."""
    return sum(_status_kib(stat.pid, "VmRSS") for stat in _tree(pid)) / 1024


def peak_mib(pid: int) -> float:
    """The most resident memory, in MiB, that the process had at any time."""
    return _status_kib(pid, "VmHWM") / 1024


def machine() -> str:
    """One line on what the numbers were measured on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in _lines(_PROC / "cpuinfo")
            if line.startswith("model name")
        ),
        os.uname().machine,
    )
    total = next(int(line.split()[1]) for line in _lines(_PROC / "meminfo") if line.startswith("MemTotal"))
    return f"{os.cpu_count()} x {model}, {total / 1024**2:.0f} GiB, Linux {os.uname().release}"


def _lines(path: Path) -> list[str]:
    return path.read_text(errors="replace").splitlines()


def _stat(pid: int) -> _Stat | None:
    try:
        # The name is in brackets and may hold anything; what follows the last bracket is fixed (proc(5)).
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None  # it has just ended
    user, system, reaped_user, reaped_system = (int(field) * _TICK_MS for field in fields[11:15])
    return _Stat(pid, int(fields[1]), user + system, reaped_user + reaped_system)


def _tree(pid: int) -> list[_Stat]:
    every = [stat for path in _PROC.iterdir() if path.name.isdigit() and (stat := _stat(int(path.name)))]
    found, wanted = [], {pid}
    while wanted:
        level = [stat for stat in every if stat.pid in wanted]
        found += level
        wanted = {stat.pid for stat in every if stat.parent in wanted}
    return found


def _status_kib(pid: int, name: str) -> int:
    try:
        lines = _lines(_PROC / str(pid) / "status")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name + ":")), 0)
