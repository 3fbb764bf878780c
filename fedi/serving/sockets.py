"""Listening sockets: made once, before any process is started, and shared by all of them."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
from collections.abc import Iterable, Iterator

from fedi.config.values import Bind
from fedi.errors import ConfigError

BACKLOG = 2048


@contextlib.contextmanager
def listening(binds: Iterable[Bind]) -> Iterator[list[socket.socket]]:
    """Listen on every address and yield the sockets; close them, and remove unix sockets, afterwards.

    Raises ConfigError when an address cannot be had.
    """
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(_listen(bind)) for bind in binds]


@contextlib.contextmanager
def _listen(bind: Bind) -> Iterator[socket.socket]:
    try:
        listener = _unix(bind.path) if bind.path else _tcp(bind)
    except OSError as error:
        why = (
            "is already in use"
            if error.errno == errno.EADDRINUSE
            else f"cannot be used ({error.strerror or error})"
        )
        sentence = f"The address {bind} {why}: stop the program that has it, or change server.bind."
        raise ConfigError(public=sentence) from error
    inode = os.stat(bind.path).st_ino if bind.path else None
    try:
        yield listener
    finally:
        listener.close()
        with contextlib.suppress(FileNotFoundError):
            # Only our own: a server that was started meanwhile may have put its socket there.
            if bind.path and os.stat(bind.path).st_ino == inode:
                os.unlink(bind.path)


def _tcp(bind: Bind) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(
        bind.host, bind.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    return socket.create_server((str(address[0]), bind.port), family=family, backlog=BACKLOG)


def _unix(path: str) -> socket.socket:
    if os.path.exists(path) and stat.S_ISSOCK(os.stat(path).st_mode) and not _answers(path):
        os.unlink(path)  # left behind by a server that was killed
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o117)  # its owner and group may connect
    try:
        listener.bind(path)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    return listener


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(path) == 0


def inherited(numbers: Iterable[int]) -> list[socket.socket]:
    """Take over listening sockets that the parent process opened, by file descriptor."""
    return [socket.socket(fileno=number) for number in numbers]
