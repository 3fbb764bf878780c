"""Other servers. A row is also the lane of what waits for that server; `Lanes` works on that side of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec import Struct

from fedi.activitypub.uris import host_of
from fedi.store.database import Step
from fedi.store.unit import Unit

HEAD_START_MS = 3_600_000
"""How far ahead of the time of day a lane queues when something for few servers comes for it (see `Lanes`)."""

# A lane that failed keeps its pause. Rows are locked in the order of their ids, so that no two transactions wait
# for each other, and also where nothing changes: a claim must not pass between our insert and our commit.
_WAKE = """
UPDATE hosts SET due_at = CASE
  WHEN retry_at > :now THEN retry_at
  WHEN due_at IS NULL OR due_at > :place THEN CAST(:place AS BIGINT) ELSE due_at END
WHERE id IN (SELECT id FROM hosts WHERE id = ANY(:ids) ORDER BY id /*postgresql FOR NO KEY UPDATE */)
"""
_REVIVE = """
UPDATE hosts SET failures = 0, failing_since = NULL, retry_at = 0, last_error = NULL,
  due_at = CASE WHEN due_at IS NULL THEN NULL ELSE CAST(:place AS BIGINT) END
WHERE id IN (
  SELECT id FROM hosts WHERE id = ANY(:ids) AND failures > 0 ORDER BY id /*postgresql FOR NO KEY UPDATE */
) RETURNING id
"""
# Those that change below, so that both changes find them locked.
_LOCK = """
SELECT id FROM hosts WHERE id = ANY(:due) OR (id = ANY(:alive) AND failures > 0)
ORDER BY id /*postgresql FOR NO KEY UPDATE */
"""
_DOMAINS = "SELECT url FROM domains"
_IDS = "SELECT id, name FROM hosts WHERE name = ANY(:names)"


class HostState(Struct, frozen=True):
    """How it goes with a server. Times in ms since 1970; `failures` are those in a row."""

    id: int
    name: str
    due_at: int | None
    retry_at: int
    failures: int
    failing_since: int | None
    last_error: str | None
    last_success_at: int | None


class Hosts:
    """Table `hosts`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def ensure(self, names: Iterable[str]) -> dict[str, int]:
        """The ids of hosts by name (`uris.host_of`), added where they are new."""
        wanted = sorted(set(names))
        found = await self._ids(wanted)
        if missing := [name for name in wanted if name not in found]:
            await self._db.run_many(
                "INSERT INTO hosts (id, name, created_at) VALUES (:id, :name, :now) ON CONFLICT (name) DO NOTHING",
                [{"id": self._tx.new_id(), "name": name, "now": self._tx.now} for name in missing],
            )
            found.update(await self._ids(missing))
        return found

    async def theirs(self, names: Collection[str]) -> dict[str, int]:
        """Like `ensure`, without the hosts of the domains here."""
        domains, rows = await self._db.each([(_DOMAINS, {}), (_IDS, {"names": sorted(set(names))})])
        ours = {host_of(domain["url"]) for domain in domains}
        found = {row["name"]: row["id"] for row in rows if row["name"] not in ours}
        missing = set(names) - ours - found.keys()
        return found | (await self.ensure(missing) if missing else {})

    async def _ids(self, names: list[str]) -> dict[str, int]:
        if not names:
            return {}
        rows = await self._db.rows(_IDS, {"names": names})
        return {row["name"]: row["id"] for row in rows}

    async def wake(self, host_ids: Collection[int]) -> None:
        """Something waits for these hosts, added in this transaction: their lanes are due."""
        if host_ids:
            await self._db.each([self._waking(host_ids)])
            self._tx.wake("deliveries")

    async def changed(self) -> None:
        """The last step of a transaction: what it noted about hosts (`Unit.host_due`, `Unit.host_alive`).

        At once and not as it comes up: a batch of activities would lock hosts in the order of its activities, and
        two such transactions would wait for each other.
        """
        due, alive = self._tx.hosts_due, self._tx.hosts_alive
        if not (due and alive):
            await self.revive(alive)
            await self.wake(due)
            return
        locked = (_LOCK, {"due": list(due), "alive": list(alive)})
        await self._db.each([locked, self._reviving(alive), self._waking(due)])
        self._tx.wake("deliveries")

    async def failing(self, host_ids: Collection[int]) -> list[int]:
        """Those that failed when last tried."""
        if not host_ids:
            return []
        sql = "SELECT id FROM hosts WHERE id = ANY(:ids) AND failures > 0"
        return [row["id"] for row in await self._db.rows(sql, {"ids": list(host_ids)})]

    async def revive(self, host_ids: Collection[int]) -> None:
        """These hosts showed that they live: forget their failures, and deliver what waits for them now."""
        if host_ids:
            (revived,) = await self._db.each([self._reviving(host_ids)])
            if revived:
                self._tx.wake("deliveries")

    def _reviving(self, host_ids: Collection[int]) -> Step:
        return _REVIVE, {"ids": sorted(host_ids), "place": self._tx.now - HEAD_START_MS}

    def _waking(self, host_ids: Collection[int]) -> Step:
        now = self._tx.now
        return _WAKE, {"ids": sorted(host_ids), "now": now, "place": now - HEAD_START_MS}

    async def by_name(self, name: str) -> HostState | None:
        """The host of this name."""
        found = await self._states("WHERE name = :name LIMIT :limit", {"name": name, "limit": 1})
        return found[0] if found else None

    async def troubled(self, limit: int) -> list[HostState]:
        """Hosts that fail, the longest first."""
        return await self._states(
            "WHERE failures > 0 ORDER BY failing_since, id LIMIT :limit", {"limit": limit}
        )

    async def _states(self, rest: str, values: dict[str, object]) -> list[HostState]:
        names = HostState.__struct_fields__
        rows = await self._db.rows(f"SELECT {', '.join(names)} FROM hosts {rest}", values)
        return [HostState(*(row[name] for name in names)) for row in rows]
