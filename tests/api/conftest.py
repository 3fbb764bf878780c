"""Our server in memory, and people who ask its API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from fedi.config import Config
from fedi.model.people import Account
from fedi.store.database import Params, Row, Step
from fedi.store.store import Store
from tests.api import schema
from tests.builders import make_domain, make_person
from tests.peer import World

ALL = "read write follow push"


class Reply:
    """An answer of the API."""

    def __init__(self, status: int, headers: Any, data: bytes, json: Any) -> None:
        self.status = status
        self.headers = headers
        self.data = data
        self.json = json


ANSWERED: set[tuple[str, str]] = set()
"""What was asked and answered well in the test that runs: methods and paths."""


@pytest.fixture(autouse=True)
def operations(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold a test to its marker: each operation it names was asked, and answered well.

    @pytest.mark.operation("GET /api/v1/lists", "POST /api/v1/lists")

    Operations are named as the published schema names them. docs/api.md is made of these markers.
    """
    ANSWERED.clear()
    yield
    for marker in request.node.iter_markers("operation"):
        for name in marker.args:
            method, _, path = name.partition(" ")
            pattern = schema.pattern_of(path)
            asked = any(verb == method and pattern.fullmatch(at) for verb, at in ANSWERED)
            assert asked, f"the test is marked with {name}, which did not answer well in it"


class Client:
    """Somebody who asks, with a token or without. What comes back well is checked against the schema."""

    def __init__(self, world: World, token: str | None = None) -> None:
        self.world = world
        self.token = token

    async def ask(self, method: str, path: str, **how: Any) -> Reply:
        headers = dict(how.pop("headers", {}))
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        headers.setdefault("Host", "a.test")
        response = await self.world.client.open(path, method=method, headers=headers, **how)
        data = await response.get_data()
        is_json = data and response.mimetype == "application/json"
        reply = Reply(
            response.status_code, response.headers, data, await response.get_json() if is_json else None
        )
        _note(method, urlsplit(path).path, reply)
        return reply

    async def get(self, path: str, status: int = 200, **how: Any) -> Any:
        reply = await self.ask("GET", path, **how)
        assert reply.status == status, reply.data
        return reply.json

    async def post(self, path: str, status: int = 200, **how: Any) -> Any:
        reply = await self.ask("POST", path, **how)
        assert reply.status == status, reply.data
        return reply.json


def _note(method: str, path: str, reply: Reply) -> None:
    if not 200 <= reply.status < 300:
        return
    ANSWERED.add((method, path))
    if reply.json is not None and (operation := schema.operation_of(method, path)):
        schema.check_reply(reply.json, operation, reply.status)


class Api:
    """The world with people in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.store: Store = world.store
        self.anybody = Client(world)

    async def member(self, name: str, scopes: str = ALL, **values: Any) -> tuple[Account, Client]:
        person = await make_person(self.store, name, **values)
        return person, await self.client(person, scopes)

    async def client(self, person: Account, scopes: str = ALL) -> Client:
        async with self.store.write() as tx:
            return Client(self.world, await tx.members.add_token(person.id, scopes))

    async def follow(self, follower: Account, followee: Account) -> None:
        async with self.store.write() as tx:
            uri = f"{follower.uri}#follows-{followee.id}"
            await tx.follows.add(follower.id, followee.id, state="following", uri=uri)


@pytest.fixture
async def api(store: Store, tmp_path: Path) -> Api:
    await make_domain(store)
    return Api(
        World(
            store, Config.load(None, {"FEDI_DOMAIN": "a.test", "FEDI_MEDIA__PATH": str(tmp_path / "media")})
        )
    )


class Counting:
    """A connection that counts the statements."""

    def __init__(self, inner: Any, statements: list[str]) -> None:
        self._inner = inner
        self._statements = statements

    async def rows(self, sql: str, params: Params | None = None) -> Sequence[Row]:
        self._statements.append(sql)
        found: Sequence[Row] = await self._inner.rows(sql, params)
        return found

    async def row(self, sql: str, params: Params | None = None) -> Row | None:
        self._statements.append(sql)
        found: Row | None = await self._inner.row(sql, params)
        return found

    async def value(self, sql: str, params: Params | None = None) -> Any:
        self._statements.append(sql)
        return await self._inner.value(sql, params)

    async def run(self, sql: str, params: Params | None = None) -> int:
        self._statements.append(sql)
        count: int = await self._inner.run(sql, params)
        return count

    async def run_many(self, sql: str, params: Sequence[Params]) -> None:
        self._statements.append(sql)
        await self._inner.run_many(sql, params)

    async def each(self, steps: Sequence[Step]) -> list[Sequence[Row]]:
        self._statements += [sql for sql, _ in steps]
        found: list[Sequence[Row]] = await self._inner.each(steps)
        return found
