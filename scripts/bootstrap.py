"""Make .venv ready: `python3 scripts/bootstrap.py [--dev]`. Quick when it is ready already.

Runs on a bare Python >= 3.11 and imports nothing else. `--dev` adds what tests, checks and benchmarks need,
and the packages of the servers in other languages that the interop tests start.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / "bin"


def main() -> None:
    dev = "--dev" in sys.argv[1:]
    if not (BIN / "python").exists():
        _say("Making a virtual environment in .venv")
        _run([sys.executable, "-m", "venv", str(VENV)], hint="Debian and Ubuntu: apt install python3-venv")
    _packages(dev)
    if dev:
        for lock in sorted((ROOT / "tests").glob("*/*/package-lock.json")):
            _node_packages(lock.parent)


def _packages(dev: bool) -> None:
    """Install the project, editable, and for --dev its extras and the dev group."""
    text = (ROOT / "pyproject.toml").read_bytes()
    stamp = VENV / ("stamp-dev" if dev else "stamp")
    mark = hashlib.sha256(text + sys.version.encode()).hexdigest()
    # What developers have includes what users have.
    if any(_reads(each) == mark for each in (stamp, VENV / "stamp-dev")):
        return
    project = tomllib.loads(text.decode())
    wanted = ["--editable", f"{ROOT}[uvicorn,granian]" if dev else str(ROOT)]
    # pip learned --group only in 25.1, and a new machine's is older.
    wanted += project["dependency-groups"]["dev"] if dev else []
    many = len(project["project"]["dependencies"]) + (len(wanted) - 2 if dev else 0)
    _say(f"Installing {many} packages and what they need into .venv (once; a minute or two)")
    _run([str(BIN / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *wanted])
    stamp.write_text(mark)


def _node_packages(folder: Path) -> None:
    """Install what a package-lock.json names, with the Node.js that the dev group brings."""
    stamp = folder / "node_modules" / ".stamp"
    mark = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if _reads(stamp) == mark:
        return
    _say(f"Installing the Node.js packages of {folder.relative_to(ROOT)}")
    npm = [str(BIN / "npm"), "ci", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"]
    _run(npm, folder, PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    stamp.write_text(mark)


def _run(command: list[str], folder: Path = ROOT, hint: str = "", **variables: str) -> None:
    started = time.monotonic()
    done = subprocess.run(command, cwd=folder, env={**os.environ, **variables}, check=False)
    if done.returncode:
        sys.exit(f"This failed: {' '.join(command)}" + (f"\n{hint}" if hint else ""))
    _say(f"  done in {time.monotonic() - started:.0f} s")


def _reads(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - it is run by whatever python3 a machine has
        sys.exit("fedi needs Python 3.11 or newer: try `make PYTHON=python3.12`, or another that you have.")
    main()
