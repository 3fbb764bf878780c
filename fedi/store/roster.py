"""The people who can sign in, for operators."""

from __future__ import annotations

from msgspec import Struct

from fedi.store.database import Connection


class Member(Struct, frozen=True):
    """A line of the list."""

    handle: str
    role: str
    followers_count: int
    posts_count: int


async def members(connection: Connection) -> list[Member]:
    """Everyone who can sign in, by handle."""
    rows = await connection.rows(
        "SELECT a.handle, u.role, a.followers_count, a.posts_count "
        "FROM users u JOIN accounts a ON a.id = u.id ORDER BY a.handle"
    )
    return [Member(*(row[name] for name in Member.__struct_fields__)) for row in rows]
