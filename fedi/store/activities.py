"""Our activities, rendered once: what deliveries send and what GET answers with."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from fedi.store.database import Row, Step
from fedi.store.rows import columns, placeholders
from fedi.store.unit import Unit


class StoredActivity(Struct, frozen=True, kw_only=True):
    """An activity as it was rendered; `document` is its JSON.

    `fan_out_since`: it is still to be sent to the author's follower inboxes, also to those whose last follower
    left at that time (ms since 1970) or later.
    """

    id: int
    uri: str
    account_id: int
    type: str
    public: bool
    followers_only: bool
    document: bytes
    created_at: int
    fan_out_since: int | None = None


class Letter(Struct, frozen=True):
    """What a delivery needs of its activity and of the author."""

    activity_id: int
    account_id: int
    followers_only: bool
    document: bytes
    followers_uri: str | None


_SELECT = f"SELECT {columns(StoredActivity)} FROM activities"
_ADD = f"INSERT INTO activities ({columns(StoredActivity)}) VALUES ({placeholders(StoredActivity)})"
_LETTERS = """
SELECT v.id, v.account_id, v.followers_only, v.document, a.followers_uri
FROM activities v JOIN accounts a ON a.id = v.account_id WHERE v.id = ANY(:ids)
"""
# A boost's Announce is its address on other servers for as long as it stands. All else that somebody may still
# ask for is rendered anew from posts and follows.
_FORGET = """
DELETE FROM activities WHERE id IN (
  SELECT v.id FROM activities v WHERE v.id < :first_kept AND v.created_at < :before
  AND NOT (v.public AND v.type = 'Announce') AND v.fan_out_since IS NULL
  AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.activity_id = v.id)
  AND NOT EXISTS (SELECT 1 FROM dead_letters l WHERE l.activity_id = v.id)
  ORDER BY v.id LIMIT :limit
)
"""


def adding(activity: StoredActivity) -> Step:
    """The statement that keeps a new activity."""
    return _ADD, {name: getattr(activity, name) for name in activity.__struct_fields__}


class Activities:
    """Table `activities`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, activity: StoredActivity) -> None:
        """Keep a new activity."""
        await self._db.run(*adding(activity))

    async def by_id(self, activity_id: int) -> StoredActivity | None:
        """The activity with this id."""
        row = await self._db.row(f"{_SELECT} WHERE id = :id", {"id": activity_id})
        return _read(row) if row else None

    async def by_uri(self, uri: str) -> StoredActivity | None:
        """The activity with this URI."""
        row = await self._db.row(f"{_SELECT} WHERE uri = :uri", {"uri": uri})
        return _read(row) if row else None

    async def letters(self, ids: Collection[int]) -> dict[int, Letter]:
        """What deliveries of these activities send, by activity."""
        rows = await self._db.rows(_LETTERS, {"ids": list(ids)})
        found = {}
        for row in rows:
            followers_only = bool(row["followers_only"])
            found[row["id"]] = Letter(
                row["id"], row["account_id"], followers_only, row["document"], row["followers_uri"]
            )
        return found

    async def forget(self, before: int, limit: int = 20_000) -> int:
        """Drop up to `limit` activities older than `before` (ms since 1970) that nothing needs; how many."""
        first_kept = before << 16  # ids sort by time, so only the old end of the table is looked at
        return await self._db.run(_FORGET, {"before": before, "first_kept": first_kept, "limit": limit})


def _read(row: Row) -> StoredActivity:
    values = {name: row[name] for name in StoredActivity.__struct_fields__}
    values["public"], values["followers_only"] = bool(row["public"]), bool(row["followers_only"])
    return StoredActivity(**values)
