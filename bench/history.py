"""What was measured before: `history.jsonl`, a line for each run, so that a change shows what it cost."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from bench.budgets import scale
from bench.rig import Figure

_FILE = Path(__file__).parent / "history.jsonl"
_ROOT = Path(__file__).parents[1]


class Run(Struct, frozen=True):
    """One run. `figures` are by database and HTTP server ("sqlite hypercorn"), then by key of the budget."""

    date: str
    commit: str
    machine: str
    quick: bool
    figures: dict[str, dict[str, float]]
    database: dict[str, dict[str, float]] = {}
    """What the database's own processes used, likewise."""
    yardstick: float = 0.0
    """How fast the machine was (`bench.yardstick`), ms."""


def commit() -> str:
    """The commit that is measured, with `+` when files of fedi differ from it."""
    short = _git("rev-parse", "--short", "HEAD") or "unknown"
    return short + ("+" if _git("status", "--porcelain", "--", "fedi") else "")


def now() -> str:
    """The time, as it is noted."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def combined(found: dict[str, list[Figure]], machine: str, yardstick: float, *, quick: bool) -> Run:
    """A run as it is kept."""
    values = {name: {each.key: round(each.value, 4) for each in figures} for name, figures in found.items()}
    apart = {
        name: {each.key: round(each.database, 4) for each in figures if each.database}
        for name, figures in found.items()
    }
    return Run(
        now(),
        commit(),
        machine,
        quick,
        values,
        {name: kept for name, kept in apart.items() if kept},
        yardstick,
    )


def earlier(run: Run) -> dict[str, dict[str, tuple[str, float]]]:
    """The latest figures of other commits on such a machine: (commit, value) by combination and key.

    Values are what they would have been with the machine as fast as it was in `run`.
    """
    found: dict[str, dict[str, tuple[str, float]]] = {}
    for before in _read():
        if before.machine != run.machine or before.quick != run.quick or before.commit == run.commit:
            continue
        speed = run.yardstick / before.yardstick if before.yardstick else 1.0
        for name, figures in before.figures.items():
            scaled = {key: (before.commit, value * scale(key, speed)) for key, value in figures.items()}
            found.setdefault(name, {}).update(scaled)
    return found


def add(run: Run) -> None:
    """Append a run."""
    with _FILE.open("ab") as file:
        file.write(msgspec.json.encode(run) + b"\n")


def _read() -> list[Run]:
    if not _FILE.exists():
        return []
    return [msgspec.json.decode(line, type=Run) for line in _FILE.read_bytes().splitlines() if line]


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=_ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
