"""Measure, print the table, add to the history. A benchmark judges nothing: the exit status is 0 whatever it finds."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop

from bench import history, proc, report
from bench.databases import Databases, Postgres, SQLite
from bench.others import Others
from bench.prepared import QUICK, USUAL, Prepared
from bench.rig import Figure
from bench.runs import NAMES, Bench, run
from bench.strangers import Keys
from bench.yardstick import Yardstick

_DATABASES = ("sqlite", "postgresql")
_ENGINES = ("hypercorn", "uvicorn")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the budgets.")
    parser.add_argument("--only", action="append", choices=NAMES, help="this load, and others named likewise")
    parser.add_argument(
        "--engine", action="append", choices=(*_ENGINES, "granian"), help="under this HTTP server"
    )
    parser.add_argument("--database", action="append", choices=_DATABASES, help="on this database")
    parser.add_argument("--quick", action="store_true", help="less of everything: rough numbers in a minute")
    parser.add_argument(
        "--no-history", action="store_true", help="do not add the figures to bench/history.jsonl"
    )
    return parser.parse_args()


async def _measure(arguments: argparse.Namespace, folder: Path, cache: Path) -> dict[str, list[Figure]]:
    keys, sizes = Keys(), QUICK if arguments.quick else USUAL
    others = Others(folder, keys, sizes.hosts)
    found: dict[str, list[Figure]] = {}
    try:
        prepared = Prepared(sizes, others, keys)
        bench = Bench(folder, cache, others, prepared, frozenset(arguments.only or NAMES))
        for kind in arguments.database or _DATABASES:
            with _engine(kind, cache) as databases:
                for engine in arguments.engine or _ENGINES:
                    print(f"{kind} {engine}", flush=True)
                    found[f"{kind} {engine}"], _ = await run(bench, databases, engine)
    finally:
        others.stop()
    return found


@contextmanager
def _engine(kind: str, cache: Path) -> Iterator[Databases]:
    databases: Databases = SQLite(cache) if kind == "sqlite" else Postgres(cache)
    try:
        yield databases
    finally:
        databases.stop()


def main() -> None:
    """Run."""
    arguments = _arguments()
    cache = Path(tempfile.gettempdir()) / "fedi-bench"
    cache.mkdir(mode=0o755, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fedi-bench-") as folder:
        yardstick = Yardstick()
        try:
            found = uvloop.run(_measure(arguments, Path(folder), cache))
        finally:
            speed = yardstick.read()
    run_ = history.combined(found, proc.machine(), speed, quick=arguments.quick)
    earlier = history.earlier(run_)
    print(f"\n{run_.machine}, yardstick {speed:.2f} ms; commit {run_.commit}")
    for name, figures in found.items():
        print(report.table(name, name.split()[1], figures, earlier.get(name, {})))
    print(report.summary(found))
    if not arguments.no_history:
        history.add(run_)


if __name__ == "__main__":
    main()
