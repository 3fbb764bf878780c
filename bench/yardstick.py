"""How fast the machine is while we measure: the processor time of a fixed piece of work, once a second.

Processor time hardly depends on what else runs, but for caches and cores that are shared with it, and for the kind
of processor. Figures of two runs are compared after dividing by this.
"""

from __future__ import annotations

import hashlib
import select
import statistics
import subprocess
import sys
import time

import orjson

_ROUNDS = 2000
_SECONDS = 1.0
_STOP_SECONDS = 10


class Yardstick:
    """Measures from when it is made until `read`, in a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.yardstick"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def read(self) -> float:
        """End it; the median in ms."""
        output, _ = self._process.communicate(timeout=_STOP_SECONDS)
        return float(output)


def work() -> float:
    """The piece of work: what a server like ours does much of. Returns the ms it took."""
    started = time.thread_time()
    document = {"id": "https://b.test/notes/1", "to": ["https://b.test/users/bo"] * 4, "content": "x" * 200}
    for _ in range(_ROUNDS):
        text = orjson.dumps(document)
        hashlib.sha256(text).hexdigest()
        parsed = orjson.loads(text)
        {key: value for key, value in parsed.items() if key != "to"}
    return (time.thread_time() - started) * 1000


def _until_told() -> None:
    taken = [work()]
    while not select.select([sys.stdin], [], [], _SECONDS)[0]:
        taken.append(work())
    print(statistics.median(taken))


if __name__ == "__main__":
    _until_told()
