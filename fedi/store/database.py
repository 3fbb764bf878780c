"""What the store asks of a database, and the small dialect that both engines share.

SQL is written once. Parameters are named (`:author`). `= ANY(:ids)` takes a list. Where the engines differ, a
comment that starts with the engine's name is read by that engine alone:

    SELECT id FROM hosts WHERE due_at <= :now /*postgresql FOR UPDATE SKIP LOCKED */
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import lru_cache
from typing import Any, Protocol

Params = Mapping[str, Any]
Step = tuple[str, Params]
"""A statement with its parameters."""


class Row(Protocol):
    """A row of an answer: values by column name or position."""

    def __getitem__(self, key: str | int, /) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A connection, inside a transaction or (for reading) outside of one."""

    async def rows(self, sql: str, params: Params | None = None) -> Sequence[Row]:
        """All rows of the answer."""
        ...

    async def row(self, sql: str, params: Params | None = None) -> Row | None:
        """The first row, or None."""
        ...

    async def value(self, sql: str, params: Params | None = None) -> Any:
        """The first column of the first row, or None."""
        ...

    async def run(self, sql: str, params: Params | None = None) -> int:
        """Change something; how many rows changed."""
        ...

    async def run_many(self, sql: str, params: Sequence[Params]) -> None:
        """The same change for each of `params`, in one round trip."""
        ...

    async def each(self, steps: Sequence[Step]) -> list[Sequence[Row]]:
        """Several statements, one after the other, none of which needs the answer of another: the rows of each.

        On SQLite that is one trip to its thread, which costs more than most statements.
        """
        ...


class Database(Protocol):
    """An engine: where connections come from."""

    engine: str

    def reading(self) -> AbstractAsyncContextManager[Connection]:
        """A connection to read with, each statement on its own."""
        ...

    def writing(self) -> AbstractAsyncContextManager[Connection]:
        """A transaction: committed, durably, when the block ends; rolled back when it raises."""
        ...

    async def script(self, connection: Connection, sql: str) -> None:
        """Several statements at once, of a migration, inside `connection`'s transaction."""
        ...

    async def notify(self, topics: frozenset[str]) -> None:
        """Tell the other processes that there is work of these kinds, if the engine can."""
        ...

    def notices(self) -> AsyncIterator[str]:
        """Topics that other processes announce; never ends. An engine that cannot tell yields nothing."""
        ...

    async def close(self) -> None:
        """Finish what runs, and let go of every connection."""
        ...


_ONLY = re.compile(r"/\*(sqlite|postgresql)\s(.*?)\*/", re.S)
_ANY = re.compile(r"=\s*ANY\(:(\w+)\)")
_NAMED = re.compile(r"(?<![:\w]):(\w+)")


def for_engine(engine: str, sql: str) -> str:
    """The text as one engine reads it: with what is its own, without what is another's."""
    return _ONLY.sub(lambda match: match[2] if match[1] == engine else "", sql)


@lru_cache(maxsize=2048)
def for_sqlite(sql: str) -> tuple[str, frozenset[str]]:
    """The statement as SQLite reads it, and which parameters are lists (passed as JSON)."""
    sql = for_engine("sqlite", sql)
    lists = frozenset(_ANY.findall(sql))
    return _ANY.sub(r"IN (SELECT value FROM json_each(:\1))", sql), lists


@lru_cache(maxsize=2048)
def for_postgresql(sql: str) -> tuple[str, tuple[str, ...]]:
    """The statement as PostgreSQL reads it, and its parameters in the order of $1, $2, ..."""
    sql = for_engine("postgresql", sql)
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return _NAMED.sub(number, sql), tuple(names)
