"""Lanes: each host's deliveries are sent by one process at a time, which holds the host's lease.

`hosts.due_at` is a lane's place in the queue of lanes. What comes for few servers queues an hour ahead of the
time of day; of a post to many, each server queues a little behind the one before. So a post to 10,000 servers
delays nobody else's, and what waits longest wins in the end, whatever it is.

While a lane is leased, `due_at` is the end of the lease. Whoever adds a delivery meanwhile sets it lower, which
is how `release` knows, even where it cannot see the new row yet (PostgreSQL evaluates a subquery as of the
statement's start, but the row it updates as of now).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from fedi.store.hosts import HEAD_START_MS
from fedi.store.unit import Unit

_CLAIM = """
UPDATE hosts SET leased_until = :until, leased_by = :owner, due_at = :until WHERE id IN (
  SELECT id FROM hosts WHERE due_at <= :now AND leased_until <= :now
  ORDER BY due_at, id LIMIT :limit /*postgresql FOR NO KEY UPDATE SKIP LOCKED */
) RETURNING id, name, failures, failing_since
"""
_HOLD = "SELECT id FROM hosts WHERE id = ANY(:ids) ORDER BY id /*postgresql FOR NO KEY UPDATE */"
# In the order of their ids, like every change of several lanes (see hosts.py).
_MINE = """
id IN (
  SELECT id FROM hosts WHERE id = ANY(:ids) AND leased_by = :owner ORDER BY id /*postgresql FOR NO KEY UPDATE */
)
"""
_RENEW = f"""
UPDATE hosts SET due_at = CASE WHEN due_at < leased_until THEN due_at ELSE :until END, leased_until = :until
WHERE {_MINE}
"""
_ANSWERED = f"""
UPDATE hosts SET failures = 0, failing_since = NULL, last_error = NULL, retry_at = 0, last_success_at = :now
WHERE {_MINE} AND (failures > 0 OR retry_at > 0 OR last_success_at IS NULL OR last_success_at < :a_while_ago)
"""
_FAILED = """
UPDATE hosts SET failures = failures + 1, failing_since = COALESCE(failing_since, :now), last_error = :error,
  retry_at = :retry_at WHERE id = :id AND leased_by = :owner
"""
_RELEASE = f"""
UPDATE hosts SET leased_until = 0, leased_by = NULL, due_at = CASE
  WHEN due_at < leased_until THEN CASE WHEN retry_at > :now THEN retry_at ELSE due_at END
  ELSE (
    SELECT CASE WHEN MIN(d.next_at) < hosts.retry_at THEN hosts.retry_at ELSE MIN(d.next_at) END
    FROM deliveries d WHERE d.host_id = hosts.id
  ) END
WHERE {_MINE}
"""
_PASS_ON = f"""
UPDATE hosts SET leased_until = 0, leased_by = NULL,
  due_at = CASE WHEN retry_at > :now THEN retry_at ELSE CAST(:place AS BIGINT) END WHERE {_MINE}
"""
# A leased lane that is due again is its holder's business until the lease ends.
_NEXT = """
SELECT due_at FROM hosts WHERE due_at IS NOT NULL AND (leased_until <= :now OR due_at >= leased_until)
ORDER BY due_at LIMIT 1
"""
_SUCCESS_KEPT_MS = 3_600_000  # `last_success_at` is for people: a write an hour is enough


class Lane(Struct, frozen=True):
    """A claimed lane. `failures` are those in a row, since `failing_since` (ms since 1970)."""

    host_id: int
    name: str
    failures: int = 0
    failing_since: int | None = None


class Trouble(Struct, frozen=True):
    """A lane that failed: not to be tried before `retry_at` (ms since 1970)."""

    host_id: int
    error: str
    retry_at: int


class Lanes:
    """The lanes in table `hosts`. `owner` names who holds leases."""

    def __init__(self, unit: Unit, owner: str) -> None:
        self._tx = unit
        self._db = unit.db
        self._owner = owner

    async def claim(self, limit: int, lease_ms: int) -> list[Lane]:
        """Up to `limit` lanes that are due. After `lease_ms` without `renew` others may have them."""
        values = {"limit": limit, "now": self._tx.now, "until": self._tx.now + lease_ms, "owner": self._owner}
        rows = await self._db.rows(_CLAIM, values)
        return [Lane(row["id"], row["name"], row["failures"], row["failing_since"]) for row in rows]

    async def hold(self, host_ids: Iterable[int]) -> None:
        """Before several changes of lanes: lock all of them, in the order of their ids."""
        await self._db.rows(_HOLD, {"ids": sorted(host_ids)})

    async def renew(self, host_ids: Collection[int], lease_ms: int) -> None:
        """Keep lanes for longer."""
        await self._db.run(_RENEW, self._of(host_ids) | {"until": self._tx.now + lease_ms})

    async def answered(self, host_ids: Collection[int]) -> None:
        """These hosts live."""
        if host_ids:
            times = {"now": self._tx.now, "a_while_ago": self._tx.now - _SUCCESS_KEPT_MS}
            await self._db.run(_ANSWERED, self._of(host_ids) | times)

    async def failed(self, troubles: Sequence[Trouble]) -> None:
        """These hosts do not, or want to be left alone for a while."""
        rows = [
            {
                "id": trouble.host_id,
                "error": trouble.error,
                "retry_at": trouble.retry_at,
                "now": self._tx.now,
                "owner": self._owner,
            }
            for trouble in sorted(troubles, key=lambda trouble: trouble.host_id)
        ]
        await self._db.run_many(_FAILED, rows)

    async def release(self, host_ids: Collection[int]) -> None:
        """Give back lanes of which all that was due was sent: due again with the next that waits, if any."""
        if host_ids:
            await self._db.run(_RELEASE, self._of(host_ids) | {"now": self._tx.now})

    async def pass_on(self, host_ids: Collection[int]) -> None:
        """Give back lanes that have more to send: due again at once, behind those that are due already."""
        if host_ids:
            times = {"now": self._tx.now, "place": self._tx.now - HEAD_START_MS}
            await self._db.run(_PASS_ON, self._of(host_ids) | times)

    async def next_due(self) -> int | None:
        """When a lane is due next or its lease ends (ms since 1970), or None."""
        found: int | None = await self._db.value(_NEXT, {"now": self._tx.now})
        return found

    def _of(self, host_ids: Collection[int]) -> dict[str, object]:
        return {"ids": sorted(host_ids), "owner": self._owner}
