"""The deliverer with the real client, to servers on loopback."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from aiohttp import web

from fedi.activitypub import signatures
from fedi.activitypub.signatures import RequestHead
from fedi.outbox.deliver import Deliverer
from fedi.store.store import Store
from tests.builders import make_person
from tests.net.servers import client, remote
from tests.outbox.lab import send, services_of, waiting


async def test_deliveries_reach_real_servers_signed_and_in_order(store: Store):
    ana = await make_person(store)
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(remote()) for _ in range(5)]
        net = await stack.enter_async_context(client(now=lambda: datetime.now(UTC)))
        for server in servers:
            server.serve("/inbox", lambda: web.Response(status=202))
        servers[4].serve("/inbox", lambda: web.Response(status=503, headers={"Retry-After": "900"}))
        sent = [await send(store, ana, *(server.url("/inbox") for server in servers)) for _ in range(3)]
        stop = asyncio.Event()
        running = asyncio.create_task(Deliverer(services_of(store, net)).run(stop))
        async with asyncio.timeout(30):
            while len(await waiting(store)) > 3:
                await asyncio.sleep(0.01)
        stop.set()
        await running
        async with store.read() as tx:
            public_pem = await tx.db.value(
                "SELECT public_pem FROM keys WHERE id = :id", {"id": f"{ana.uri}#main-key"}
            )
            troubled = await tx.hosts.troubled(10)
            documents = [(await tx.activities.by_id(made)) for made in sent]
    bodies = [document.document for document in documents if document]
    assert [server.bodies for server in servers] == [bodies] * 4 + [bodies[:1]]
    assert [host.last_error for host in troubled] == ["HTTP 503"]
    assert troubled[0].retry_at - store.clock() > 800_000
    for request, body in zip(servers[0].requests, servers[0].bodies, strict=True):
        fields = tuple((name.lower(), value) for name, value in request.headers.items())
        head = RequestHead("POST", "http", request.headers["Host"], request.raw_path, fields)
        claim = signatures.claim(head)
        signatures.verify(claim, head, body, public_pem, datetime.now(UTC))
        assert claim.key_id == f"{ana.uri}#main-key"


async def test_a_server_that_is_not_there_waits(store: Store):
    ana = await make_person(store)
    async with remote() as gone, client() as net:
        inbox = gone.url("/inbox")
        port = gone.port
    async with client() as net:
        await send(store, ana, inbox)
        await Deliverer(services_of(store, net)).drain()
    async with store.read() as tx:
        troubled = await tx.hosts.troubled(10)
    assert [host.name for host in troubled] == [f"127.0.0.1:{port}"]
    assert len(await waiting(store)) == 1
