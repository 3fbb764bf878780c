"""Migrations: numbered SQL files, one line of history for both engines, each applied once, in one transaction."""

from __future__ import annotations

import re
from importlib.resources import files

from msgspec import Struct

from fedi.errors import FediError
from fedi.store.database import Connection, Database, for_engine

_HISTORY = """
CREATE TABLE IF NOT EXISTS migrations (
  version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL
)
"""
_LOCK = 0x66656469  # "fedi": of PostgreSQL's advisory locks, so that two processes do not migrate at once


class Migration(Struct, frozen=True):
    """One step of the schema's history."""

    version: int
    name: str
    sql: str


class SchemaTooNew(FediError):
    """The database was made by a later fedi."""

    public = "The database was made by a newer version of fedi. Please upgrade fedi."


def available() -> list[Migration]:
    """The migrations this version of fedi brings, in order."""
    found = [
        Migration(int(match[1]), match[2], file.read_text(encoding="utf-8"))
        for file in files("fedi.store.migrations").iterdir()
        if (match := re.fullmatch(r"(\d{4})_(\w+)\.sql", file.name))
    ]
    return sorted(found, key=lambda migration: migration.version)


async def applied(connection: Connection) -> list[int]:
    """The versions the database has been through, in order."""
    rows = await connection.rows("SELECT version FROM migrations ORDER BY version")
    return [row["version"] for row in rows]


async def migrate(database: Database, now: int) -> list[Migration]:
    """Bring the schema up to date; what was applied. Safe when several processes start at once."""
    async with database.writing() as tx:
        if database.engine == "postgresql":
            await tx.value("SELECT pg_advisory_xact_lock(:lock)", {"lock": _LOCK})
        await tx.run(_HISTORY)
        done = set(await applied(tx))
        known = available()
        if ahead := done - {migration.version for migration in known}:
            raise SchemaTooNew(f"unknown migrations: {sorted(ahead)}")
        missing = [migration for migration in known if migration.version not in done]
        for migration in missing:
            await database.script(tx, _spoken(migration.sql, database.engine))
            await tx.run(
                "INSERT INTO migrations (version, name, applied_at) VALUES (:version, :name, :now)",
                {"version": migration.version, "name": migration.name, "now": now},
            )
    return missing


def _spoken(sql: str, engine: str) -> str:
    sql = for_engine(engine, sql)
    if engine == "sqlite":
        return sql
    sql = re.sub(r"\bINTEGER PRIMARY KEY\b", "BIGINT PRIMARY KEY", sql)
    sql = re.sub(r"\bBLOB\b", "BYTEA", sql)
    return re.sub(r"\)\s*WITHOUT ROWID;", ");", sql)
