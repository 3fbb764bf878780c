"""The whole scene of a fault test: our server, people on it, other servers with theirs, and what they do."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from fedi.activitypub.uris import Addresses
from tests.faults.hosts import Host, Mood
from tests.faults.lives import Follower, Life
from tests.faults.persons import Person
from tests.faults.server import Server
from tests.faults.writers import Writer

_FIRST_POSTS = 4
_BUSY = 2  # people of each host


class Local(Struct):
    """A local person: its actor's id, its app, and how many posts it had when everybody followed it."""

    uri: str
    writer: Writer
    followed_since: int = 0


class Town:
    """Our server with two people, and some hosts with a lasting follower and a busy person each."""

    def __init__(self, server: Server, seed: int) -> None:
        self.server = server
        self.rng = random.Random(seed)
        self.hosts: list[Host] = []
        self.locals: list[Local] = []
        self.followers: list[Follower] = []
        self.lives: list[Life] = []
        self.posts: list[str] = []

    async def settle(self, hosts: int) -> None:
        """Make everybody; the server runs."""
        for name in ("ana", "bea"):
            self.locals.append(await self._local(name))
        ana = self.locals[0]
        for _ in range(_FIRST_POSTS):
            self.posts.append((await ana.writer.post())["uri"])
        await asyncio.gather(*(self._host(f"h{number}") for number in range(hosts)))
        for local in self.locals:
            local.followed_since = len(local.writer.posted)

    async def _local(self, name: str) -> Local:
        await self.server.must("user", "create", name, "--email", f"{name}@mail.test")
        token = await self.server.must("user", "token", name)
        writer = Writer(self.server, name, token, self._rng())
        first = await writer.post()
        return Local(Addresses(self.server.origin).actor(int(first["account"]["id"])), writer)

    async def _host(self, name: str) -> None:
        host = Host(name)
        await host.start()
        self.hosts.append(host)
        follower = Follower(Person(host, f"fan_{name}", self.server))
        for local in self.locals:
            await follower.follow(local.uri)
        self.followers.append(follower)
        for number in range(_BUSY):
            person = Person(host, f"busy_{name}_{number}", self.server)
            self.lives.append(Life(person, self.locals[0].uri, self.posts, self._rng()))

    def _rng(self) -> random.Random:
        return random.Random(self.rng.random())

    def trouble(self, mood: Mood, often: float) -> Callable[[], Mood]:
        """A mood for a host that is in trouble so often, of all POSTs."""
        rng = self._rng()
        return lambda: mood if rng.random() < often else "well"

    @property
    def answers(self) -> Counter[int]:
        """How often each status was answered, to servers and to apps."""
        found: Counter[int] = Counter()
        for life in self.lives:
            found += life.person.statuses
        for local in self.locals:
            found += local.writer.statuses
        return found

    @property
    def unanswered(self) -> int:
        """How many requests got no answer at all."""
        servers = sum(life.person.unanswered for life in self.lives)
        return servers + sum(local.writer.unanswered for local in self.locals)

    async def close(self) -> None:
        """Close every host."""
        for host in self.hosts:
            await host.close()

    @asynccontextmanager
    async def busy(self, *, commands: bool = True) -> AsyncIterator[None]:
        """Everybody acts while the block runs, and finishes what was begun; the server must run in the end."""
        stop = asyncio.Event()
        work = [life.live(stop) for life in self.lives]
        work += [local.writer.write(stop) for local in self.locals]
        if commands:
            work.append(self.locals[1].writer.type_often(stop, 4.0))
        tasks = [asyncio.create_task(each) for each in work]
        try:
            yield
        except BaseException:
            for task in tasks:
                task.cancel()
            raise
        finally:
            stop.set()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for error in ended:
            if isinstance(error, BaseException):
                raise error


@asynccontextmanager
async def town(
    folder: Path, database_url: str, *, hosts: int, seed: int, **settings: str
) -> AsyncIterator[Town]:
    """A town, settled, its server running; whatever happens, nothing of it is left behind."""
    server = Server(folder, database_url, **settings)
    made = Town(server, seed)
    try:
        server.start()
        await server.ready()
        await made.settle(hosts)
        yield made
    finally:
        server.close()
        await made.close()
