"""The child process in which strangers' files are read: bounded in memory and time before it looks at anything.

A picture or a film is decoded by large libraries written in C. So that happens apart: what goes wrong there ends
that process and nothing else.
"""

from __future__ import annotations

import os
import resource
import sys
import warnings
from collections.abc import Callable
from typing import Any, Literal

import msgspec
from msgspec import Struct

_MIB = 1 << 20
_NICENESS = 10


class Order(Struct, frozen=True, kw_only=True):
    """What to do with a file. `extension` and `demuxer` say what it is; results go into `folder`."""

    source: str
    folder: str
    extension: str
    demuxer: str = ""
    use: Literal["attachment", "preview", "avatar", "header"] = "attachment"
    pixels: int
    seconds: int = 0
    memory_mib: int = 1_024
    cpu_seconds: int = 60


class Result(Struct, frozen=True, kw_only=True):
    """What came of it: names of files in the folder, and what is known of them.

    `again` asks for another program: it moves. `refused` says why the file is not taken, for the log.
    """

    type: str = "unknown"
    file: str | None = None
    preview: str | None = None
    width: int | None = None
    height: int | None = None
    blurhash: str | None = None
    meta: dict[str, Any] = {}
    again: bool = False
    refused: str | None = None


class Refused(Exception):
    """The file is not what it says, or more than we take."""


def run(work: Callable[[Order], Result]) -> None:
    """The whole life of the child: an order from standard input, a result to standard output."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    _confine(order)
    # What a library has to say about a stranger's file is not for our log.
    warnings.simplefilter("ignore")
    try:
        result = work(order)
    except Refused as error:
        result = Result(refused=str(error))
    except Exception as error:  # whatever a decoder raises means that it could not read the file
        result = Result(refused=f"{type(error).__name__}: {error}"[:300])
    sys.stdout.buffer.write(msgspec.json.encode(result))


def _confine(order: Order) -> None:
    os.nice(_NICENESS)
    memory = order.memory_mib * _MIB
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (order.cpu_seconds, order.cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def size_meta(width: int, height: int) -> dict[str, Any]:
    """A size as Mastodon's `meta` gives it."""
    return {"width": width, "height": height, "size": f"{width}x{height}", "aspect": width / height}
