"""Copies of other servers' files, and how many bytes they take: tables `media_copies` and `media_totals`.

What is being fetched is counted before it is written, and what goes is counted until it is gone. So the total is
never less than what is on the disk, whoever is killed in between.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from fedi.store.rows import columns, read
from fedi.store.unit import Unit

# A copy that failed is tried again after a while; one that is coming, here or going is somebody's already.
_CLAIM = """
INSERT INTO media_copies (key, name, state, bytes, profile, used_at, changed_at)
VALUES (:key, :name, 'coming', 0, :profile, :now, :now)
ON CONFLICT (key) DO UPDATE SET
  name = excluded.name, state = 'coming', bytes = 0, profile = excluded.profile, used_at = excluded.used_at,
  changed_at = excluded.changed_at
WHERE media_copies.state = 'failed' AND media_copies.changed_at <= :retry
"""
_ADD = "UPDATE media_totals SET bytes = bytes + :by WHERE id = 1"
_OLDEST = """
SELECT key, name, bytes FROM media_copies WHERE state = 'here' ORDER BY profile, used_at, key LIMIT :limit
/*postgresql FOR UPDATE SKIP LOCKED */
"""


class Copy(Struct, frozen=True, kw_only=True):
    """A copy. `state` is coming, here, failed or going; times in ms since 1970."""

    key: str
    name: str | None
    state: str
    media_type: str | None = None
    bytes: int
    profile: bool
    used_at: int
    changed_at: int


class Leaving(Struct, frozen=True):
    """A copy that is about to go."""

    key: str
    name: str | None
    bytes: int


class Copies:
    """Tables `media_copies` and `media_totals`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def by_key(self, key: str) -> Copy | None:
        """The copy under that key, whatever its state."""
        row = await self._db.row(f"SELECT {columns(Copy)} FROM media_copies WHERE key = :key", {"key": key})
        return read(Copy, row) if row else None

    async def claim(self, key: str, name: str, *, profile: bool, retry: int) -> bool:
        """Begin to fetch; False if somebody else does or did, or if it failed after `retry`."""
        values = {"key": key, "name": name, "profile": profile, "now": self._tx.now, "retry": retry}
        return await self._db.run(_CLAIM, values) == 1

    async def reserve(self, key: str, size: int, quota: int) -> bool:
        """Count further bytes of a copy that is coming; False, with nothing changed, beyond the quota (0: none)."""
        await self._db.run("INSERT INTO media_totals (id, bytes) VALUES (1, 0) ON CONFLICT (id) DO NOTHING")
        bound = " AND bytes + :by <= :quota" if quota else ""
        if not await self._db.run(_ADD + bound, {"by": size, "quota": quota} if quota else {"by": size}):
            return False
        found = await self._db.run(
            "UPDATE media_copies SET bytes = bytes + :by, changed_at = :now WHERE key = :key AND state = 'coming'",
            {"by": size, "key": key, "now": self._tx.now},
        )
        if not found:  # it took so long that it was given up
            await self._db.run(_ADD, {"by": -size})
        return bool(found)

    async def arrived(self, key: str, size: int, media_type: str) -> bool:
        """It is here, with so many bytes; False if it was given up meanwhile."""
        counted = await self._db.value(
            "SELECT bytes FROM media_copies WHERE key = :key AND state = 'coming' /*postgresql FOR UPDATE */",
            {"key": key},
        )
        if counted is None:
            return False
        await self._db.run(
            "UPDATE media_copies SET state = 'here', bytes = :size, media_type = :type, used_at = :now, "
            "changed_at = :now WHERE key = :key",
            {"key": key, "size": size, "type": media_type, "now": self._tx.now},
        )
        await self._db.run(_ADD, {"by": size - counted})
        return True

    async def failed(self, key: str) -> None:
        """It could not be fetched, and nothing of it is left on the disk."""
        counted = await self._db.value(
            "SELECT bytes FROM media_copies WHERE key = :key AND state = 'coming' /*postgresql FOR UPDATE */",
            {"key": key},
        )
        if counted is None:
            return
        await self._db.run(
            "UPDATE media_copies SET state = 'failed', bytes = 0, changed_at = :now WHERE key = :key",
            {"key": key, "now": self._tx.now},
        )
        await self._db.run(_ADD, {"by": -counted})

    async def touch(self, key: str) -> None:
        """Somebody looked at it."""
        await self._db.run(
            "UPDATE media_copies SET used_at = :now WHERE key = :key", {"key": key, "now": self._tx.now}
        )

    async def total(self) -> int:
        """Bytes of all copies."""
        return int(await self._db.value("SELECT bytes FROM media_totals WHERE id = 1") or 0)

    async def make_room(self, size: int, quota: int, limit: int) -> list[Leaving]:
        """Of at most `limit` copies that nobody looked at for longest, as many as are to go for `size` bytes."""
        missing = await self.total() + size - quota
        if missing <= 0:
            return []
        found: list[Leaving] = []
        for row in await self._db.rows(_OLDEST, {"limit": limit}):
            if missing <= 0:
                break
            found.append(Leaving(row["key"], row["name"], row["bytes"]))
            missing -= row["bytes"]
        await self._go([one.key for one in found])
        return found

    async def unused(self, before: int, limit: int) -> list[Leaving]:
        """Copies that nobody looked at since `before`: they are to go."""
        rows = await self._db.rows(
            "SELECT key, name, bytes FROM media_copies WHERE state = 'here' AND used_at < :before "
            "LIMIT :limit /*postgresql FOR UPDATE SKIP LOCKED */",
            {"before": before, "limit": limit},
        )
        found = [Leaving(row["key"], row["name"], row["bytes"]) for row in rows]
        await self._go([one.key for one in found])
        return found

    async def drop(self, key: str) -> list[Leaving]:
        """One copy is to go."""
        rows = await self._db.rows(
            "UPDATE media_copies SET state = 'going', changed_at = :now WHERE key = :key AND state = 'here' "
            "RETURNING key, name, bytes",
            {"key": key, "now": self._tx.now},
        )
        return [Leaving(row["key"], row["name"], row["bytes"]) for row in rows]

    async def abandoned(self, before: int, limit: int) -> list[Leaving]:
        """What was coming or going when its process was killed, before `before`: it is to go."""
        rows = await self._db.rows(
            "SELECT key, name, bytes FROM media_copies WHERE state <> 'here' AND changed_at < :before "
            "LIMIT :limit /*postgresql FOR UPDATE SKIP LOCKED */",
            {"before": before, "limit": limit},
        )
        found = [Leaving(row["key"], row["name"], row["bytes"]) for row in rows]
        await self._go([one.key for one in found])
        return found

    async def gone(self, leaving: Collection[Leaving]) -> None:
        """They are off the disk."""
        rows = await self._db.rows(
            "DELETE FROM media_copies WHERE key = ANY(:keys) AND state = 'going' RETURNING bytes",
            {"keys": [one.key for one in leaving]},
        )
        if rows:
            await self._db.run(_ADD, {"by": -sum(row["bytes"] for row in rows)})

    async def _go(self, keys: Collection[str]) -> None:
        if keys:
            await self._db.run(
                "UPDATE media_copies SET state = 'going', changed_at = :now WHERE key = ANY(:keys)",
                {"keys": list(keys), "now": self._tx.now},
            )
