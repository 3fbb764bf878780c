"""Tables that are shown whole, a page at a time, by the ids of their rows."""

from __future__ import annotations

from typing import TypeVar

from msgspec import Struct

from fedi.store.database import Connection
from fedi.store.paging import Range
from fedi.store.rows import columns, placeholders, read, write

T = TypeVar("T", bound=Struct)


async def page_of(db: Connection, kind: type[T], table: str, page: Range) -> list[T]:
    """A page of a table whose columns are `kind`'s fields, the newest row first."""
    order = "ASC" if page.upwards else "DESC"
    rows = await db.rows(
        f"SELECT {columns(kind)} FROM {table} WHERE id < :max_id AND id > :min_id ORDER BY id {order} LIMIT :limit",
        page.params(),
    )
    found = [read(kind, row) for row in rows]
    return found[::-1] if page.upwards else found


async def one_of(db: Connection, kind: type[T], table: str, row_id: int) -> T | None:
    """The row with this id."""
    row = await db.row(f"SELECT {columns(kind)} FROM {table} WHERE id = :id", {"id": row_id})
    return read(kind, row) if row else None


async def add_to(db: Connection, table: str, value: Struct, unique: str) -> bool:
    """Add a row; False if one with the same `unique` column is there already."""
    kind = type(value)
    sql = f"INSERT INTO {table} ({columns(kind)}) VALUES ({placeholders(kind)}) ON CONFLICT ({unique}) DO NOTHING"
    return await db.run(sql, write(value)) == 1


async def remove_from(db: Connection, table: str, row_id: int) -> bool:
    """Delete the row with this id; whether it was there."""
    return await db.run(f"DELETE FROM {table} WHERE id = :id", {"id": row_id}) == 1
