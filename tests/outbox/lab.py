"""A post office to test with: a clock that stands, a way out that writes down what it was given."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from msgspec import Struct

from fedi.activitypub.keys import SigningKey
from fedi.activitypub.types import Like
from fedi.config import Config
from fedi.errors import FetchError
from fedi.model.people import Account
from fedi.net.values import Reply
from fedi.outbox import fanout
from fedi.outbox.deliver import Deliverer
from fedi.outbox.publish import Audience, publish
from fedi.services import Services
from fedi.store.store import Store

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
OK = Reply(202, None, "")
Answer = Reply | FetchError | Callable[[], Awaitable[Reply]]


class Clock:
    """Milliseconds that only pass when told to."""

    def __init__(self, store: Store) -> None:
        self.ms = 1_800_000_000_000
        store.clock = self

    def __call__(self) -> int:
        return self.ms

    def __iadd__(self, ms: int) -> Clock:
        self.ms += ms
        return self


class Posted(Struct, frozen=True):
    inbox: str
    body: bytes
    key_id: str
    headers: dict[str, str]


class FakeNet:
    """Has an answer for each inbox: 202 unless told otherwise."""

    def __init__(self) -> None:
        self.posted: list[Posted] = []
        self.answers: dict[str, Answer] = {}

    async def post(
        self, inbox: str, body: bytes, *, signer: SigningKey, headers: Mapping[str, str] | None = None
    ) -> Reply:
        self.posted.append(Posted(inbox, body, signer.id, dict(headers or {})))
        await asyncio.sleep(0)
        answer = self.answers.get(inbox, OK)
        if isinstance(answer, FetchError):
            raise answer
        return answer if isinstance(answer, Reply) else await answer()

    @property
    def inboxes(self) -> list[str]:
        """Where something went, in order."""
        return [posted.inbox for posted in self.posted]


class Gate:
    """An answer that comes when the test says so."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.open = asyncio.Event()

    async def __call__(self) -> Reply:
        self.asked.set()
        await self.open.wait()
        return OK


def services_of(store: Store, net: object) -> Services:
    return Services(Config.load(None, {"FEDI_DOMAIN": "a.test"}), store, net)  # type: ignore[arg-type]


def deliverer(store: Store, net: FakeNet) -> Deliverer:
    return Deliverer(services_of(store, net), rng=lambda: 0.5)


async def deliver(store: Store, net: FakeNet) -> list[str]:
    """Deliver what is due; where that went."""
    before = len(net.posted)
    await deliverer(store, net).drain()
    return net.inboxes[before:]


async def send(store: Store, by: Account, *inboxes: str) -> int:
    """Publish something small to these inboxes; its id."""
    async with store.write() as tx:
        like = Like(actor=by.uri, object="https://b.test/notes/1")
        return await publish(tx, like, by=by, audience=Audience(inboxes=inboxes))


async def send_to_followers(store: Store, by: Account, visibility: str = "public", **audience: object) -> int:
    """Publish something small to the followers; its id."""
    async with store.write() as tx:
        like = Like(actor=by.uri, object="https://b.test/notes/1")
        to = Audience(followers=True, visibility=visibility, **audience)  # type: ignore[arg-type]
        return await publish(tx, like, by=by, audience=to)


async def fan_out(store: Store) -> None:
    """Do the fan-out jobs there are."""
    async with store.write() as tx:
        jobs = await tx.jobs.claim(100, MINUTE)
    for job in jobs:
        assert job.kind == "fan_out"
        await fanout.run(services_of(store, None), {**job.payload, "job_id": job.id})


async def add_follower_inboxes(
    store: Store, account: Account, hosts: list[str], left_at: int | None = None
) -> None:
    """As if somebody on each of these hosts followed, or did until `left_at`."""
    async with store.write() as tx:
        ids = await tx.hosts.ensure(hosts)
        rows = [
            {
                "account": account.id,
                "inbox": inbox_at(name),
                "host": ids[name],
                "n": int(not left_at),
                "left": left_at,
            }
            for name in hosts
        ]
        await tx.db.run_many(
            "INSERT INTO follower_inboxes (account_id, inbox, host_id, followers, left_at) "
            "VALUES (:account, :inbox, :host, :n, :left)",
            rows,
        )


def inbox_at(host: str) -> str:
    return f"https://{host}/inbox"


async def waiting(store: Store) -> list[tuple[int, str]]:
    """(activity id, inbox) of what waits."""
    async with store.read() as tx:
        rows = await tx.db.rows("SELECT activity_id, inbox FROM deliveries ORDER BY activity_id, inbox")
    return [(row["activity_id"], row["inbox"]) for row in rows]


async def dead(store: Store) -> list[tuple[str, str]]:
    """(inbox, reason) of what was given up."""
    async with store.read() as tx:
        return [(letter.inbox, letter.error) for letter in await tx.deliveries.dead(100)]
