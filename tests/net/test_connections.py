"""Connections: TLS and whom it trusts, what is kept open and what is not, and what the environment cannot change."""

from __future__ import annotations

import asyncio
import errno
import ssl
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from fedi.errors import Unreachable
from fedi.net.client import Net
from fedi.net.pool import Connector, trust
from fedi.net.troubles import HostTrouble, NotAsked
from tests.net.servers import LAB, Names, client, remote, signer
from tests.support.certificates import self_signed


def connector(net: Net) -> Connector:
    transport = net._exchange._wire._transport
    found = transport.client.connector  # type: ignore[attr-defined]
    assert isinstance(found, Connector)
    return found


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    path, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key)
    return path, context


async def test_a_certificate_is_trusted_because_of_ca_file(certificate: tuple[Path, ssl.SSLContext]):
    path, context = certificate
    settings = msgspec.structs.replace(LAB, ca_file=str(path), allow_http=False)
    async with remote(ssl_context=context) as here, client(settings) as net:
        inbox = f"https://127.0.0.1:{here.port}/inbox"
        here.serve_status("/inbox", 202)
        assert (await net.post(inbox, b"{}", signer=signer())).status == 202


async def test_a_certificate_of_an_unknown_authority_is_refused(certificate: tuple[Path, ssl.SSLContext]):
    async with remote(ssl_context=certificate[1]) as here, client() as net:
        with pytest.raises(HostTrouble, match=r"(?i)certificate"):
            await net.post(f"https://127.0.0.1:{here.port}/inbox", b"{}", signer=signer())
        assert here.requests == []


async def test_a_certificate_for_another_name_is_refused(certificate: tuple[Path, ssl.SSLContext]):
    path, context = certificate
    settings = msgspec.structs.replace(LAB, ca_file=str(path))
    names = Names(b_test=[["127.0.0.1"]])
    async with remote(ssl_context=context) as here, client(settings, names=names) as net:
        with pytest.raises(HostTrouble, match=r"(?i)certificate"):
            await net.post(f"https://b.test:{here.port}/inbox", b"{}", signer=signer())


def test_the_systems_authorities_are_trusted_beside_ca_file(tmp_path: Path):
    path, _ = self_signed(tmp_path)
    assert trust(str(path)).cert_store_stats()["x509_ca"] == trust(None).cert_store_stats()["x509_ca"] + 1
    assert trust(None).cert_store_stats()["x509_ca"] > 10
    assert trust(None).verify_mode is ssl.CERT_REQUIRED
    assert trust(None).check_hostname


async def test_a_connection_is_used_again():
    async with remote() as here, client() as net:
        ports: set[object] = set()

        async def handler(request: web.BaseRequest) -> web.Response:
            assert request.transport is not None
            ports.add(request.transport.get_extra_info("peername")[1])
            return web.Response(status=202)

        here.answers["/inbox"] = handler
        for _ in range(5):
            await net.post(here.url("/inbox"), b"{}", signer=signer())
        assert len(ports) == 1


async def test_idle_connections_are_kept_for_a_bounded_number_of_hosts_the_last_used_ones():
    """Ten thousand hosts must not mean ten thousand open connections: here twelve, and room for three."""
    open_now: set[object] = set()

    async def handler(request: web.BaseRequest) -> web.Response:
        open_now.add(request.transport)
        return web.Response(status=202)

    settings = msgspec.structs.replace(LAB, idle_hosts=3)
    names = Names(**{f"h{number}_test": [["127.0.0.1"]] for number in range(12)})
    async with remote() as here, client(settings, names=names) as net:
        here.answers["/inbox"] = handler
        inboxes = [f"http://h{number}.test:{here.port}/inbox" for number in range(12)]
        for inbox in (*inboxes[:3], inboxes[0], *inboxes[3:5]):
            assert (await net.post(inbox, b"{}", signer=signer())).status == 202
        assert connector(net).idle == 3
        kept = [key.host for key in connector(net)._conns]
        assert kept == ["h0.test", "h3.test", "h4.test"]
        await asyncio.gather(*(net.post(inbox, b"{}", signer=signer()) for inbox in inboxes))
        assert connector(net).idle == 3
        # The server sees the others being closed.
        async with asyncio.timeout(10):
            while sum(not transport.is_closing() for transport in open_now) > 3:  # type: ignore[attr-defined]
                await asyncio.sleep(0)


async def test_idle_connections_expire():
    settings = msgspec.structs.replace(LAB, keepalive_seconds=0.02)
    async with remote() as here, client(settings) as net:
        here.serve_status("/inbox", 202)
        await net.post(here.url("/inbox"), b"{}", signer=signer())
        assert connector(net).idle == 1
        async with asyncio.timeout(10):
            while connector(net).idle:
                await asyncio.sleep(0.01)


async def test_failures_leave_nothing_open():
    async with remote() as here, client() as net:
        for path, status in (("/a", 404), ("/b", 500), ("/c", 302)):
            with pytest.raises(Exception, match=path):
                await net.fetch(here.serve_status(path, status, Location=path), signer=signer())
        here.serve(
            "/d", lambda: web.Response(body=bytes(2 * 1024 * 1024), content_type="application/activity+json")
        )
        with pytest.raises(Exception, match="bytes"):
            await net.fetch(here.url("/d"), signer=None)
        assert not connector(net)._acquired
        assert connector(net).idle <= 1


async def test_proxies_and_cookies_have_no_effect(monkeypatch: pytest.MonkeyPatch):
    """A proxy would be what the guard sees, in place of the address behind it; cookies would tell us apart."""
    async with remote() as proxy, remote() as here:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.origin)
        monkeypatch.delenv("no_proxy", raising=False)
        here.serve_status("/inbox", 202, Set_Cookie="a=b; Path=/")
        async with client() as net:
            for _ in range(2):
                await net.post(here.url("/inbox"), b"{}", signer=signer())
        assert proxy.requests == []
        assert all("Cookie" not in request.headers for request in here.requests)


async def test_a_name_that_does_not_exist_is_unreachable():
    async with client(names=Names()) as net:
        with pytest.raises(Unreachable):
            await net.fetch("https://nothing.test/note", signer=None)


async def test_the_systems_resolver_is_used_by_default():
    async with remote() as here, client() as net:
        here.serve_json("/note", {"id": f"http://localhost:{here.port}/note"})
        assert (await net.fetch(f"http://localhost:{here.port}/note", signer=None)).data


async def test_running_out_of_file_descriptors_is_not_held_against_the_other_server(
    monkeypatch: pytest.MonkeyPatch,
):
    def no_more(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    async with remote() as here, client() as net:
        uri = here.serve_object("/note")
        with monkeypatch.context() as patch:
            patch.setattr("fedi.net.guard.socket.socket", no_more)
            with pytest.raises(NotAsked):
                await net.fetch(uri, signer=None)
        assert (await net.fetch(uri, signer=None)).uri == uri
