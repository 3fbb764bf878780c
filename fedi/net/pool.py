"""Connections: httpx on aiohttp's connector, every socket through the guard."""

from __future__ import annotations

import asyncio
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import aiohttp
import certifi
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport

from fedi.net.guard import Guard
from fedi.net.values import NetSettings

_DNS_THREADS = 32
_DNS_SECONDS = 60  # how long an answer is kept; the guard looks at every dialled address all the same


@lru_cache(maxsize=2)
def trust(ca_file: str | None) -> ssl.SSLContext:
    """The system's certificate authorities (certifi's where there are none), and those of `ca_file`.

    Reading them takes 20 ms, and nobody changes the context afterwards.
    """
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        context.load_verify_locations(certifi.where())
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class SystemResolver(AbstractResolver):
    """The system's resolver in threads of its own: slow names must not hold up other work."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_DNS_THREADS, thread_name_prefix="dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Every address of `host`. Raises OSError when there is none."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _look_up, host, port, family)

    async def close(self) -> None:
        """Forget lookups under way."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [
        ResolveResult(hostname=host, host=str(address[0]), port=port, family=kind, proto=protocol, flags=0)
        for kind, _, protocol, _, address in found
    ]


class Connector(aiohttp.TCPConnector):
    """A connector that keeps idle connections for a bounded number of hosts, the most recently used ones.

    aiohttp bounds connections in use but not idle ones: a post to 10,000 servers would leave 10,000 open.
    It has no public hook for that. `_conns` holds the idle ones by host, oldest first, because a host that
    is used again is taken out and put back at the end.
    """

    def __init__(
        self, settings: NetSettings, guard: Guard, resolver: AbstractResolver | None, context: ssl.SSLContext
    ) -> None:
        self._own_resolver = SystemResolver() if resolver is None else None
        super().__init__(
            limit=0,  # our own limits come first and say so; a wait in here would look like a dead host
            ssl=context,
            resolver=self._own_resolver if resolver is None else resolver,
            ttl_dns_cache=_DNS_SECONDS,
            keepalive_timeout=settings.keepalive_seconds,
            socket_factory=guard.open_socket,
        )
        self._idle_hosts = settings.idle_hosts

    def _release(
        self,
        key: aiohttp.client_reqrep.ConnectionKey,
        protocol: aiohttp.client_proto.ResponseHandler,
        *,
        should_close: bool = False,
    ) -> None:
        super()._release(key, protocol, should_close=should_close)
        while len(self._conns) > self._idle_hosts:
            for idle, _ in self._conns.pop(next(iter(self._conns))):
                idle.close()

    async def close(self, *, abort_ssl: bool = False) -> None:
        """Close every connection, and the resolver unless it was given to us."""
        await super().close(abort_ssl=abort_ssl)
        if self._own_resolver is not None:
            await self._own_resolver.close()

    @property
    def idle(self) -> int:
        """How many hosts have an idle connection."""
        return len(self._conns)


def open_transport(
    settings: NetSettings, guard: Guard, resolver: AbstractResolver | None
) -> AiohttpTransport:
    """The one way out. No proxies or .netrc from the environment: they would bypass the guard.

    Without httpx's client around it, whose redirects, cookies and authentication we do not want: servers do not need
    cookies from each other, and a jar that strangers can fill is a leak.
    """
    context = trust(settings.ca_file)

    def session() -> aiohttp.ClientSession:
        connector = Connector(settings, guard, resolver, context)
        return aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
        )

    return AiohttpTransport(verify=context, trust_env=False, client=session)
