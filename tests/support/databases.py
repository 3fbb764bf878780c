"""A fresh database for each test, on either engine, copied from a migrated template."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

import asyncpg

from fedi.store.migrate import migrate
from fedi.store.postgres import PostgresDatabase
from fedi.store.sqlite import SQLiteDatabase
from tests.support.postgres import Postgres


class SQLiteTemplates:
    """Copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"

    async def _make(self) -> None:
        database = await SQLiteDatabase.open(self._template, readers=1)
        await migrate(database, now=0)
        await database.close()

    async def fresh(self, folder: Path) -> str:
        """The URL of a new copy in `folder`."""
        if not self._template.exists():
            await self._make()
        path = folder / f"{uuid.uuid4().hex}.db"
        shutil.copy(self._template, path)
        return f"sqlite:///{path}"


_TABLES = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'migrations'
"""


class PostgresTemplates:
    """A PostgreSQL server of our own, and databases made from one that was migrated."""

    def __init__(self) -> None:
        self._server = Postgres()
        self._made = False
        self._clean: list[str] = []

    async def _make(self) -> None:
        await self._admin("CREATE DATABASE fedi_template")
        database = await PostgresDatabase.open(self._server.url("fedi_template"), size=1)
        await migrate(database, now=0)
        await database.close()

    async def _admin(self, sql: str) -> None:
        connection = await asyncpg.connect(self._server.url())
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    async def fresh(self) -> str:
        """The URL of an empty database: a new one, or one that a finished test has given back."""
        if not self._made:
            await self._make()
            self._made = True
        if self._clean:
            return self._clean.pop()
        name = f"fedi_{uuid.uuid4().hex}"
        await self._admin(f"CREATE DATABASE {name} TEMPLATE fedi_template")
        return self._server.url(name)

    async def give_back(self, url: str) -> None:
        """Empty the database for the next test: ten times as quick as a new one. A server may still be using it."""
        name = url.partition("?")[0].rpartition("/")[2]
        connection = await asyncpg.connect(url)
        try:
            others = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
            if await connection.fetchval(others, name):
                return
            await connection.execute("SET session_replication_role = replica")
            tables = await connection.fetch(_TABLES)
            await connection.execute(";".join(f"DELETE FROM {row['relname']}" for row in tables))
        finally:
            await connection.close()
        self._clean.append(url)

    def stop(self) -> None:
        """Stop the server."""
        self._server.stop()
