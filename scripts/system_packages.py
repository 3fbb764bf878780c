"""Install the programs that some tests drive and that no Python package brings: nginx and a browser.

As root on Debian or Ubuntu it installs what is missing; elsewhere it says which command does, and the tests
that need it are skipped with the same words. It changes nothing when all is there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

# program: Debian's package
PROGRAMS = {"nginx": "nginx", "chromium": "chromium"}


def main() -> None:
    missing = sorted(package for program, package in PROGRAMS.items() if shutil.which(program) is None)
    if not missing:
        return
    names = " ".join(missing)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        _say(
            f"Not installed: {names}. Their tests are skipped. Debian and Ubuntu: sudo apt-get install {names}"
        )
        return
    _say(f"Installing {names} with apt-get, because some tests drive them")
    # RUNLEVEL=1 keeps the package from starting a web server of its own.
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
        done = subprocess.run(["apt-get", "-qq", *command], env=quiet, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            _say(f"apt-get {command[0]} failed; the tests that need {names} will say so.")
            return


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
