"""PostgreSQL through asyncpg: a pool, statements prepared once, LISTEN and NOTIFY between processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
import structlog

from fedi.errors import Unavailable
from fedi.store.database import Connection, Params, Row, Step, for_postgresql

log = structlog.get_logger()

_CHANNEL = "fedi"
_AGAIN_SECONDS = 1.0
# The connection is gone, the server stops, or it cannot serve us now: nothing that we asked is wrong. What was
# being committed may have been, so whoever asked asks again, and everything may happen twice.
_TROUBLE = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server's last words came, and the end of the connection not yet
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
)


@contextmanager
def _named_trouble() -> Iterator[None]:
    try:
        yield
    except asyncpg.DataError:
        raise  # one of InterfaceError, and a fault of ours
    except _TROUBLE as error:
        raise Unavailable(f"PostgreSQL: {type(error).__name__}: {error}") from error


class PostgresConnection:
    """A `Connection` on one asyncpg connection."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    async def rows(self, sql: str, params: Params | None = None) -> Sequence[Row]:
        """See `Connection.rows`."""
        text, names = for_postgresql(sql)
        found: Sequence[Row] = await self.raw.fetch(text, *_order(names, params))
        return found

    async def row(self, sql: str, params: Params | None = None) -> Row | None:
        """See `Connection.row`."""
        rows = await self.rows(sql, params)
        return rows[0] if rows else None

    async def value(self, sql: str, params: Params | None = None) -> Any:
        """See `Connection.value`."""
        text, names = for_postgresql(sql)
        return await self.raw.fetchval(text, *_order(names, params))

    async def run(self, sql: str, params: Params | None = None) -> int:
        """See `Connection.run`."""
        text, names = for_postgresql(sql)
        tag: str = await self.raw.execute(text, *_order(names, params))
        count = tag.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def run_many(self, sql: str, params: Sequence[Params]) -> None:
        """See `Connection.run_many`."""
        if params:
            text, names = for_postgresql(sql)
            await self.raw.executemany(text, [_order(names, one) for one in params])

    async def each(self, steps: Sequence[Step]) -> list[Sequence[Row]]:
        """See `Connection.each`."""
        return [await self.rows(sql, params) for sql, params in steps]


def _order(names: tuple[str, ...], params: Params | None) -> list[Any]:
    return [params[name] for name in names] if params is not None else []


async def _leave(raw: Any) -> None:
    """Take a connection back into the pool as it is."""


class PostgresDatabase:
    """A database of one server, or of a cluster that looks like one."""

    engine = "postgresql"

    def __init__(self, pool: Any, dsn: str) -> None:
        self._pool = pool
        self._dsn = dsn

    @classmethod
    async def open(cls, dsn: str, size: int = 8) -> PostgresDatabase:
        """Connect; `dsn` is a postgresql:// URL."""
        # Our statements are few and short: compiling them to machine code costs more than it saves.
        # Nothing of ours outlives its transaction, so a connection needs no cleaning (60 µs on either side) before
        # its next use.
        pool = await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=size,
            server_settings={"jit": "off"},
            reset=_leave,
            statement_cache_size=1024,
        )
        return cls(pool, dsn)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """See `Database.reading`."""
        with _named_trouble():
            async with self._pool.acquire() as raw:
                yield PostgresConnection(raw)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        """See `Database.writing`."""
        with _named_trouble():
            async with self._pool.acquire() as raw, raw.transaction():
                yield PostgresConnection(raw)

    async def script(self, connection: Connection, sql: str) -> None:
        """See `Database.script`."""
        assert isinstance(connection, PostgresConnection)
        await connection.raw.execute(sql)

    async def notify(self, topics: frozenset[str]) -> None:
        """See `Database.notify`."""
        try:
            await self._pool.executemany("SELECT pg_notify($1, $2)", [(_CHANNEL, topic) for topic in topics])
        except _TROUBLE as error:
            # What it is about is committed, and the others look for themselves now and then.
            log.warning("not notified", error=f"{type(error).__name__}: {error}")

    async def notices(self) -> AsyncIterator[str]:
        """See `Database.notices`. A connection of its own, as it must not go back to the pool; a new one if it ends."""
        while True:
            try:
                async for topic in self._heard():
                    yield topic
            except _TROUBLE as error:
                log.warning("not listening", error=f"{type(error).__name__}: {error}")
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _heard(self) -> AsyncIterator[str]:
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        listener = await asyncpg.connect(self._dsn)
        try:
            listener.add_termination_listener(lambda _: queue.put_nowait(None))
            await listener.add_listener(_CHANNEL, lambda *args: queue.put_nowait(str(args[3])))
            while (topic := await queue.get()) is not None:
                yield topic
        finally:
            await listener.close(timeout=_AGAIN_SECONDS)

    async def close(self) -> None:
        """See `Database.close`."""
        await self._pool.close()
