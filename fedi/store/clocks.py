"""The database's clock, to compare ours with."""

from __future__ import annotations

from fedi.store.database import Connection

_NOW = """
SELECT /*postgresql CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) */
/*sqlite CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) */
"""


async def drift_ms(connection: Connection, now: int) -> int:
    """How far our clock `now` (ms since 1970) is from the database's, either way."""
    return abs(int(await connection.value(_NOW)) - now)
