"""Kinds of Unreachable that only this package tells apart, and what an exception or a status means."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import httpx

from fedi.errors import (
    AddressRefused,
    FetchError,
    RemoteGone,
    RemoteInvalid,
    RemoteMissing,
    RemoteRefused,
    Unreachable,
)
from fedi.net.guard import RefusedAddress

# We are out of file descriptors or buffers: no fault of the other server's.
_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class HostTrouble(Unreachable):
    """The trouble is the whole host's: it cannot be connected to, or asks us to slow down (429)."""

    def __init__(self, detail: str, *, authority: str, retry_after: float | None = None) -> None:
        super().__init__(detail, retry_after=retry_after)
        self.authority = authority


class NotAsked(Unreachable):
    """Nothing was sent: a failure is still remembered, or too much waits on our own side."""


@contextmanager
def translated(url: str, authority: str) -> Iterator[None]:
    """Turn what httpx, aiohttp and the sockets raise into a FetchError."""
    try:
        yield
    except (httpx.HTTPError, httpx.StreamError, aiohttp.ClientError, OSError) as error:
        raise _meaning(error, url, authority) from error


def _meaning(error: Exception, url: str, authority: str) -> FetchError:
    causes = tuple(_causes(error))
    what = f"{url}: {type(causes[-1]).__name__} {causes[-1]}"[:500]
    if any(isinstance(cause, OSError) and cause.errno in _EXHAUSTED for cause in causes):
        return NotAsked(what)
    if any(isinstance(cause, RefusedAddress) for cause in causes):
        return AddressRefused(what)
    if any(
        isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError) for cause in causes
    ):
        return HostTrouble(what, authority=authority)
    return Unreachable(what)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def was_cut(error: Exception) -> bool:
    """Whether an established connection ended before an answer, as when a kept one was closed meanwhile."""
    return any(
        isinstance(cause, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError)
        and not isinstance(cause, aiohttp.ClientConnectorError)
        for cause in _causes(error)
    )


def refusal(url: str, authority: str, status: int, retry_after: float | None, detail: str) -> FetchError:
    """The error that an answer other than 200 stands for."""
    what = f"{url} answered {status} {detail}".rstrip()
    if status == 410:
        return RemoteGone(what)
    if status == 404:
        return RemoteMissing(what)
    if status in (401, 403):
        return RemoteRefused(what)
    if status == 429:
        return HostTrouble(what, authority=authority, retry_after=retry_after)
    if status >= 500 or status == 408:
        return Unreachable(what, retry_after=retry_after)
    return RemoteInvalid(what)
