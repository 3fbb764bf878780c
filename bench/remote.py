"""The other servers, in a process of its own: every address of 127.0.0.0/8 at one plain and one TLS port.

It answers actors' documents, WebFinger and inboxes, counts what it is asked, and does nothing else. Started
with a folder that holds `keys.json` and gets the certificates; prints its ports when it listens.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from collections import Counter
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, urlsplit

import msgspec
import orjson
import uvloop

from bench import http
from tests.interop.harness.tls import Authority

JRD = "application/jrd+json"


class Settings(msgspec.Struct, frozen=True):
    """What is handed over in `keys.json`."""

    public_pems: list[str]
    tls_hosts: list[str]


class Ports(msgspec.Struct, frozen=True):
    """Where it listens, on any loopback address."""

    plain: int
    tls: int


class _Answers:
    def __init__(self, public_pems: list[str]) -> None:
        self._pems = public_pems
        self._accepted = http.response(202)
        self.counts: Counter[str] = Counter()

    def of(self, message: http.Message) -> bytes:
        method, target, _ = message.line.decode().split(" ", 2)
        if target == "/bench":
            counts, self.counts = self.counts, Counter()
            return http.response(200, orjson.dumps(counts))
        if method == "POST":
            self.counts["inbox"] += 1
            return self._accepted
        host = message.field(b"host").decode()
        if target.startswith("/.well-known/webfinger"):
            self.counts["webfinger"] += 1
            return http.response(200, _descriptor(host, target), JRD)
        if target.startswith("/users/u"):
            self.counts["actor"] += 1
            return http.response(200, self._actor(host, target))
        self.counts["other"] += 1
        return http.response(404)

    def _actor(self, host: str, target: str) -> bytes:
        name = target.removeprefix("/users/")
        uri = f"http://{host}{target}"
        pem = self._pems[int(name.removeprefix("u")) % len(self._pems)]
        return orjson.dumps(
            {
                "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
                "id": uri,
                "type": "Person",
                "preferredUsername": name,
                "name": f"Person {name}",
                "summary": "<p>Made of bytes.</p>",
                "url": f"http://{host}/@{name}",
                "manuallyApprovesFollowers": False,
                "discoverable": True,
                "published": "2024-05-01T00:00:00Z",
                "inbox": f"{uri}/inbox",
                "outbox": f"{uri}/outbox",
                "followers": f"{uri}/followers",
                "following": f"{uri}/following",
                "featured": f"{uri}/collections/featured",
                "endpoints": {"sharedInbox": f"http://{host}/inbox"},
                "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": pem},
            }
        )


def _descriptor(host: str, target: str) -> bytes:
    subject = parse_qs(urlsplit(target).query)["resource"][0]
    name = subject.removeprefix("acct:").partition("@")[0]
    link = {"rel": "self", "type": "application/activity+json", "href": f"http://{host}/users/{name}"}
    return orjson.dumps({"subject": subject, "links": [link]})


class _Connection(asyncio.Protocol):
    def __init__(self, answers: _Answers) -> None:
        self._answers = answers
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (message := http.take(self._buffer)) is not None:
            self._transport.write(self._answers.of(message))


def _listen() -> socket.socket:
    """All loopback addresses by one socket, which is bound to the loopback interface: nothing outside reaches it."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
    listener.bind(("0.0.0.0", 0))
    listener.listen(4096)
    listener.setblocking(False)
    return listener


def _contexts(folder: Path, hosts: list[str]) -> dict[str, ssl.SSLContext]:
    """Each host has a certificate of its own, as it would have outside."""
    authority = Authority(folder)
    found = {}
    for host in hosts:
        issued = authority.issue(host)
        found[host] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        found[host].load_cert_chain(issued.certificate, issued.key)
    return found


async def _accept_tls(
    listener: socket.socket, contexts: dict[str, ssl.SSLContext], answers: _Answers
) -> None:
    loop = asyncio.get_running_loop()
    shaking: set[asyncio.Task[object]] = set()
    while True:
        accepted, _ = await loop.sock_accept(listener)
        context = contexts.get(accepted.getsockname()[0])
        if context is None:
            accepted.close()
            continue
        connecting = loop.connect_accepted_socket(lambda: _Connection(answers), accepted, ssl=context)
        task = asyncio.ensure_future(connecting)
        shaking.add(task)
        task.add_done_callback(shaking.discard)


async def serve(folder: Path) -> None:
    """Answer until standard input closes, which it does when whoever started this ends."""
    settings = msgspec.json.decode((folder / "keys.json").read_bytes(), type=Settings)
    answers = _Answers(settings.public_pems)
    contexts = _contexts(folder, settings.tls_hosts)
    plain, tls = _listen(), _listen()
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: _Connection(answers), sock=plain)
    accepting = asyncio.create_task(_accept_tls(tls, contexts, answers))
    print(msgspec.json.encode(Ports(plain.getsockname()[1], tls.getsockname()[1])).decode(), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    accepting.cancel()


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1])))
