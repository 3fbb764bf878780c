"""SQLite through aiosqlite: one connection that writes, a few that read, write-ahead log, full durability."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import msgspec

from fedi.errors import Unavailable
from fedi.store.database import Connection, Params, Row, Step, for_sqlite

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # A commit has reached the disk when it returns: a 202 or a 200 is a promise (DESIGN decision 1).
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 15000",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",
    # 16 MB of log between checkpoints: pages that are written again and again are copied once.
    "PRAGMA wal_autocheckpoint = 4000",
)
_NOTHING: Params = {}
T = TypeVar("T")
# Somebody else writes for very long, or the disk is full or fails: nothing that we asked is wrong.
_TROUBLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)


@contextmanager
def _named_trouble() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        # The low byte is the kind, the others say more of it (sqlite.org/rescode.html).
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _TROUBLE:
            raise Unavailable(f"SQLite: {error}") from error
        raise


class SQLiteConnection:
    """A `Connection` on one aiosqlite connection; every call is one trip to its thread, and trips are what costs.

    `begins`: the first trip begins a transaction on its way. An immediate one: it cannot lose a race at commit.
    """

    def __init__(self, raw: aiosqlite.Connection, *, begins: bool = False) -> None:
        self.raw = raw
        self.begins = begins

    async def rows(self, sql: str, params: Params | None = None) -> Sequence[Row]:
        """See `Connection.rows`."""
        return await self._trip(_fetch, *_bind(sql, params))

    async def row(self, sql: str, params: Params | None = None) -> Row | None:
        """See `Connection.row`."""
        rows = await self.rows(sql, params)
        return rows[0] if rows else None

    async def value(self, sql: str, params: Params | None = None) -> Any:
        """See `Connection.value`."""
        rows = await self.rows(sql, params)
        return rows[0][0] if rows else None

    async def run(self, sql: str, params: Params | None = None) -> int:
        """See `Connection.run`."""
        return await self._trip(_run, *_bind(sql, params))

    async def run_many(self, sql: str, params: Sequence[Params]) -> None:
        """See `Connection.run_many`."""
        if params:
            await self._trip(_run_many, for_sqlite(sql)[0], params)

    async def each(self, steps: Sequence[Step]) -> list[Sequence[Row]]:
        """See `Connection.each`."""
        return await self._trip(_each, [_bind(sql, params) for sql, params in steps]) if steps else []

    async def _trip(self, work: Callable[..., T], *given: Any) -> T:
        """Do `work` on the connection's thread.

        aiosqlite's public methods are a trip for each statement; `_execute`, on which all of them stand, is its
        one way to do several there. Nothing else of fedi knows of it.
        """
        raw: Any = self.raw
        found: T = await raw._execute(self._work, raw._conn, work, *given)
        return found

    def _work(self, connection: sqlite3.Connection, work: Callable[..., T], *given: Any) -> T:
        if self.begins:
            connection.execute("BEGIN IMMEDIATE")
            self.begins = False
        return work(connection, *given)


def _fetch(connection: sqlite3.Connection, text: str, bound: Params) -> list[Row]:
    return connection.execute(text, bound).fetchall()


def _run(connection: sqlite3.Connection, text: str, bound: Params) -> int:
    return connection.execute(text, bound).rowcount


def _run_many(connection: sqlite3.Connection, text: str, bound: Sequence[Params]) -> None:
    connection.executemany(text, bound)


def _each(connection: sqlite3.Connection, steps: list[tuple[str, Params]]) -> list[Sequence[Row]]:
    return [connection.execute(text, bound).fetchall() for text, bound in steps]


def _bind(sql: str, params: Params | None) -> tuple[str, Params]:
    text, lists = for_sqlite(sql)
    if params is None:
        return text, _NOTHING
    if lists:
        params = {k: msgspec.json.encode(v).decode() if k in lists else v for k, v in params.items()}
    return text, params


class SQLiteDatabase:
    """One file. Writers queue for one connection, so no transaction meets another of this process."""

    engine = "sqlite"

    def __init__(self, writer: aiosqlite.Connection, readers: list[aiosqlite.Connection]) -> None:
        self._writer = writer
        self._turn = asyncio.Lock()
        self._readers: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        for reader in readers:
            self._readers.put_nowait(reader)
        self._all = [writer, *readers]

    @classmethod
    async def open(cls, path: Path, readers: int = 3) -> SQLiteDatabase:
        """Open or create the file, and the folders above it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        connections = [await _connect(path) for _ in range(readers + 1)]
        for reader in connections[1:]:
            await reader.execute("PRAGMA query_only = ON")
        return cls(connections[0], connections[1:])

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """See `Database.reading`."""
        reader = await self._readers.get()
        try:
            with _named_trouble():
                yield SQLiteConnection(reader)
        finally:
            self._readers.put_nowait(reader)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        """See `Database.writing`."""
        async with self._turn:
            try:
                with _named_trouble():
                    connection = SQLiteConnection(self._writer, begins=True)
                    yield connection
                    if not connection.begins:
                        # Shielded: a cancelled caller must not leave the one writer inside a transaction.
                        await asyncio.shield(connection.run("COMMIT"))
            except BaseException:
                await asyncio.shield(self._rollback())
                raise

    async def _rollback(self) -> None:
        await self._writer.execute(
            "SELECT 1"
        )  # behind whatever a cancelled caller left in the thread's queue
        if self._writer.in_transaction:
            await self._writer.execute("ROLLBACK")

    async def script(self, connection: Connection, sql: str) -> None:
        """See `Database.script`. Not executescript, which would commit first."""
        for statement in _statements(sql):
            await connection.run(statement)

    async def notify(self, topics: frozenset[str]) -> None:
        """SQLite cannot tell another process; each looks for itself now and then."""

    async def notices(self) -> AsyncIterator[str]:
        """SQLite cannot be told."""
        await asyncio.Event().wait()
        yield ""

    async def close(self) -> None:
        """See `Database.close`."""
        async with self._turn:
            for connection in self._all:
                await connection.close()


async def _connect(path: Path) -> aiosqlite.Connection:
    raw = await aiosqlite.connect(path, isolation_level=None, cached_statements=512)
    raw.row_factory = sqlite3.Row
    for pragma in _PRAGMAS:
        await raw.execute(pragma)
    return raw


def _statements(sql: str) -> list[str]:
    found, pending = [], ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    return found
