"""`fedi demo`, as the README promises it: two servers, people who follow each other, addresses that answer."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def two_free_ports() -> int:
    """A port that is free together with the next one."""
    for port in range(18_400, 19_400, 2):
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("127.0.0.1", port))
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise RuntimeError("no two free ports side by side")


def get(url: str, token: str) -> list[dict[str, object]]:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=30) as response:
        found: list[dict[str, object]] = json.load(response)
    return found


def test_the_demo_shows_two_servers_that_federate(tmp_path: Path) -> None:
    port = two_free_ports()
    output = tmp_path / "output"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("FEDI_")}
    with output.open("w") as file:
        demo = subprocess.Popen(
            [sys.executable, "-m", "fedi", "demo", "--port", str(port), "--folder", str(tmp_path / "demo")],
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**environ, "PYTHONUNBUFFERED": "1"},
        )
    try:
        deadline = time.monotonic() + 200
        while "Ctrl-C stops both" not in output.read_text():
            assert demo.poll() is None, output.read_text()
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.2)
        tokens = re.findall(r"token\s+(\S+)", output.read_text())
        assert len(tokens) == 4
        home = get(f"http://127.0.0.1:{port + 1}/api/v1/timelines/home", tokens[-1])
        assert f"ana@127.0.0.1:{port}" in {str(post["account"]["acct"]) for post in home}  # type: ignore[index]
        notices = {
            str(notice["type"]) for notice in get(f"http://127.0.0.1:{port}/api/v1/notifications", tokens[0])
        }
        assert {"follow", "favourite", "reblog", "mention"} <= notices
    finally:
        demo.send_signal(signal.SIGINT)
        assert demo.wait(60) == 0, output.read_text()
    assert "exception" not in output.read_text()
