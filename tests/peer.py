"""The other server, in memory: real signatures and documents, no sockets.

bo = world.peer("b.test").person("bo")
await bo.sends(types.Follow(id=bo.new_id(), actor=bo.uri, object=ana.uri))
await world.settle()
assert bo.received(types.Accept)
"""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import orjson

from fedi.activitypub import codec, signatures, types
from fedi.activitypub.keys import SigningKey
from fedi.activitypub.signatures import RequestHead
from fedi.activitypub.uris import host_of
from fedi.app import create_app
from fedi.config import Config
from fedi.errors import RemoteGone, RemoteInvalid, RemoteMissing, Unreachable
from fedi.inbox.readings import Readings
from fedi.net.values import Answer, Document, Reply, Sink
from fedi.services import Services
from fedi.store.store import Store
from fedi.worker import Worker
from tests.support import keys

A = TypeVar("A", bound=types.Activity)
_numbers = itertools.count(1)


class Person:
    """Somebody on a peer."""

    def __init__(self, peer: Peer, name: str) -> None:
        self.peer = peer
        self.name = name
        self.uri = f"https://{peer.host}/users/{name}"
        self.pair = keys.rsa()
        self.inbox: list[types.Activity] = []
        self.knocks: list[str] = []
        self.headers: list[dict[str, str]] = []
        peer.serve(self.actor())

    def actor(self, **values: Any) -> types.Actor:
        """The actor document; `values` replace its fields."""
        return types.Actor(
            **{
                "id": self.uri,
                "preferred_username": self.name,
                "name": self.name.capitalize(),
                "url": f"https://{self.peer.host}/@{self.name}",
                "inbox": f"{self.uri}/inbox",
                "outbox": f"{self.uri}/outbox",
                "followers": f"{self.uri}/followers",
                "following": f"{self.uri}/following",
                "shared_inbox": f"https://{self.peer.host}/inbox",
                "public_keys": (types.PublicKey(id=self.key_id, owner=self.uri, pem=self.pair.public_pem),),
                **values,
            }
        )

    @property
    def key_id(self) -> str:
        return f"{self.uri}#main-key"

    @property
    def handle(self) -> str:
        return f"{self.name}@{self.peer.host}"

    def new_id(self, kind: str = "activities") -> str:
        return f"{self.uri}/{kind}/{next(_numbers)}"

    def note(self, content: str = "<p>hi</p>", **values: Any) -> types.Post:
        """A public note, served at its address."""
        note = types.Post(
            **{
                "id": self.new_id("notes"),
                "attributed_to": self.uri,
                "content": content,
                "published": datetime.now(UTC).replace(microsecond=0),
                "to": (types.PUBLIC,),
                "cc": (f"{self.uri}/followers",),
                **values,
            }
        )
        self.peer.serve(note)
        return note

    def create(self, note: types.Post) -> types.Create:
        return types.Create(
            id=f"{note.id}/activity",
            actor=self.uri,
            object=note,
            to=note.to,
            cc=note.cc,
            published=note.published,
        )

    async def sends(
        self,
        activity: types.AnyActivity | dict[str, Any],
        *,
        to: str = "/inbox",
        scheme: signatures.Scheme = "cavage",
    ) -> int:
        """POST an activity, signed, to our server; the status."""
        document = activity if isinstance(activity, dict) else codec.render(activity)
        return await self.sends_bytes(orjson.dumps(document), to=to, scheme=scheme)

    async def sends_bytes(
        self, body: bytes, *, to: str = "/inbox", scheme: signatures.Scheme = "cavage"
    ) -> int:
        key = SigningKey(self.key_id, self.pair.private_pem)
        headers = signatures.sign(
            scheme, "POST", self.peer.world.url + to, body, key, self.peer.world.services.now()
        )
        return await self.peer.world.post(to, body, headers)

    async def gets(self, path: str) -> Any:
        """A signed GET of one of our documents; the response."""
        key = SigningKey(self.key_id, self.pair.private_pem)
        headers = signatures.sign(
            "cavage", "GET", self.peer.world.url + path, None, key, self.peer.world.services.now()
        )
        return await self.peer.world.client.get(
            path, headers={**headers, "Accept": "application/activity+json"}
        )

    def received(self, kind: type[A]) -> list[A]:
        """What came to this person's inbox, or to the shared one of the peer, of that kind."""
        return [activity for activity in self.inbox + self.peer.inbox if isinstance(activity, kind)]


class Peer:
    """Another server."""

    def __init__(self, world: World, host: str) -> None:
        self.world = world
        self.host = host
        self.people: dict[str, Person] = {}
        self.inbox: list[types.Activity] = []
        self.documents: dict[str, dict[str, Any]] = {}
        self.webfinger: dict[str, dict[str, Any]] = {}
        self.pages: dict[str, tuple[str, bytes]] = {}
        """What is no ActivityPub, by address: its content type and body."""
        self.fetched: list[str] = []
        self.files: dict[str, bytes] = {}
        """Pictures, films and sound, by address."""
        self.announces_sizes = True
        self.down = False
        self.status = 202

    def person(self, name: str) -> Person:
        if name not in self.people:
            self.people[name] = Person(self, name)
            self.finger(f"{name}@{self.host}", self.people[name].uri)
        return self.people[name]

    def finger(self, handle: str, uri: str) -> None:
        """Answer WebFinger for `handle`."""
        self.webfinger[f"acct:{handle}"] = {
            "subject": f"acct:{handle}",
            "links": [{"rel": "self", "type": "application/activity+json", "href": uri}],
        }

    def serve(self, value: types.Actor | types.Post | types.AnyActivity) -> None:
        """Answer GETs of a document."""
        assert value.id is not None
        self.documents[value.id] = codec.render(value)

    def remove(self, uri: str) -> None:
        """Answer 410 from now on."""
        self.documents[uri] = {"id": uri, "type": "Tombstone"}

    def take(self, inbox: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """A POST from our server, its signature checked as a strict peer would."""
        if self.status >= 300:
            return Reply(self.status, None, "told to")
        parts = urlsplit(inbox)
        head = RequestHead(
            "POST",
            parts.scheme,
            parts.netloc,
            parts.path,
            tuple((name.lower(), value) for name, value in headers.items()),
        )
        claim = signatures.claim(head)
        pem = self.world.public_keys[claim.key_id]
        signatures.verify(claim, head, body, pem, self.world.services.now(), authorities={self.host})
        activity = codec.parse_activity(codec.load(body))
        assert host_of(claim.key_id) == host_of(activity.actor)
        name = parts.path.removeprefix("/users/").removesuffix("/inbox")
        if parts.path == "/inbox":
            self.inbox.append(activity)
        else:
            self.people[name].inbox.append(activity)
            self.people[name].headers.append(dict(headers))
        return Reply(202, None, "")


class MemoryNet:
    """`net.client.Net`, for peers in memory."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.posts = 0

    def _peer(self, uri: str) -> Peer:
        peer = self._world.peers.get(host_of(uri))
        if peer is None or peer.down:
            raise Unreachable(f"no route to {uri}")
        return peer

    async def fetch(
        self, uri: str, *, signer: SigningKey | None, fresh: bool = False, calling: bool = False
    ) -> Document:
        uri = uri.partition("#")[0]
        peer = self._peer(uri)
        peer.fetched.append(uri)
        await asyncio.sleep(0)
        document = peer.documents.get(uri)
        if document is None:
            raise RemoteMissing(uri)
        if document.get("type") == "Tombstone":
            raise RemoteGone(uri)
        return Document(uri, orjson.loads(orjson.dumps(document)))

    async def get(
        self, url: str, *, accept: str, content_types: Collection[str], max_bytes: int = 0, **_: Any
    ) -> Answer:
        peer = self._peer(url)
        peer.fetched.append(url)
        parts = urlsplit(url)
        if url in peer.pages:
            kind, body = peer.pages[url]
            if kind.partition(";")[0] not in content_types or len(body) > max_bytes:
                raise RemoteInvalid(url)
            return Answer(url, 200, {"content-type": kind}, body)
        if parts.path != "/.well-known/webfinger":
            raise RemoteMissing(url)
        found = peer.webfinger.get(parse_qs(parts.query)["resource"][0])
        if found is None:
            raise RemoteMissing(url)
        return Answer(url, 200, {"content-type": "application/jrd+json"}, orjson.dumps(found))

    async def download(self, url: str, sink: Sink, *, accept: str, max_bytes: int, seconds: float) -> None:
        peer = self._peer(url)
        peer.fetched.append(url)
        if url not in peer.files:
            raise RemoteMissing(url)
        body = peer.files[url]
        if len(body) > max_bytes:
            raise RemoteInvalid(url)
        await sink.expect(len(body) if peer.announces_sizes else None)
        for start in range(0, len(body), 65_536):
            await asyncio.sleep(0)
            await sink.write(body[start : start + 65_536])

    async def post(
        self, inbox: str, body: bytes, *, signer: SigningKey, headers: Mapping[str, str] | None = None
    ) -> Reply:
        self.posts += 1
        peer = self._peer(inbox)
        signed = signatures.sign("cavage", "POST", inbox, body, signer, self._world.services.now())
        await asyncio.sleep(0)
        try:
            return peer.take(inbox, body, {**signed, **(headers or {})})
        except KeyError as error:
            raise RemoteInvalid(f"{inbox}: {error}") from error

    async def close(self) -> None:
        return None


class World:
    """Our server with its store, and the peers it can reach."""

    def __init__(self, store: Store, config: Config) -> None:
        self.peers: dict[str, Peer] = {}
        self.public_keys: defaultdict[str, str] = defaultdict(str)
        self.net = MemoryNet(self)
        self.services = Services(config, store, self.net)  # type: ignore[arg-type]
        self.store = store
        self.readings = Readings()
        self.app = create_app(self.services, self.readings)
        self.client = self.app.test_client()
        self.url = config.url

    def peer(self, host: str) -> Peer:
        """Another server, made when first named."""
        return self.peers.setdefault(host, Peer(self, host))

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        response = await self.client.post(path, data=body, headers=dict(headers))
        return response.status_code

    async def read_keys(self) -> None:
        """Let peers know our people's keys, as if they had fetched them."""
        async with self.store.read() as tx:
            rows = await tx.db.rows("SELECT id, public_pem FROM keys WHERE private_pem IS NOT NULL")
        self.public_keys.update({row["id"]: row["public_pem"] for row in rows})

    async def settle(self, seconds: float = 20) -> None:
        """Let the worker do all there is to do now; what is put off until later stays."""
        await self.read_keys()
        stop = asyncio.Event()
        running = asyncio.create_task(Worker(self.services, self.readings).run(stop))
        try:
            async with asyncio.timeout(seconds):
                while not running.done() and await self._is_busy():
                    await asyncio.sleep(0.01)
        finally:
            stop.set()
            await running

    async def _is_busy(self) -> bool:
        async with self.store.read() as tx:
            return bool(await tx.db.value(_BUSY, {"now": tx.now + 100}))


_BUSY = """
SELECT (SELECT COUNT(*) FROM received WHERE state = 'waiting' AND next_at <= :now)
     + (SELECT COUNT(*) FROM jobs WHERE state <> 'dead' AND run_at <= :now)
     + (SELECT COUNT(*) FROM hosts WHERE due_at <= :now OR leased_until > :now)
"""
