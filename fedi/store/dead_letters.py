"""Deliveries that were given up, with the reason; and what operators ask about the queue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from fedi.store.hosts import Hosts
from fedi.store.unit import Unit

if TYPE_CHECKING:
    from fedi.store.deliveries import Delivery

_BURY = """
INSERT INTO dead_letters (host_id, activity_id, inbox, attempts, error, died_at)
SELECT host_id, activity_id, inbox, attempts + CAST(:tried AS INTEGER), CAST(:error AS TEXT), CAST(:now AS BIGINT)
FROM deliveries WHERE {which}
ON CONFLICT (host_id, activity_id, inbox) DO UPDATE SET
  attempts = excluded.attempts, error = excluded.error, died_at = excluded.died_at
"""
_ONE = "host_id = :host AND activity_id = :activity AND inbox = :inbox"
_SUMMARY = """
SELECT h.name, COUNT(*) AS waiting, MIN(d.activity_id) AS oldest, MAX(d.attempts) AS attempts,
  CASE WHEN h.due_at > :now AND h.leased_until <= :now THEN h.due_at END AS due_at,
  h.failures, h.failing_since, h.last_error
FROM deliveries d JOIN hosts h ON h.id = d.host_id
GROUP BY h.id, h.name, h.due_at, h.leased_until, h.failures, h.failing_since, h.last_error
ORDER BY waiting DESC, h.name LIMIT :limit
"""
_DEAD = """
SELECT l.activity_id, v.uri AS activity_uri, v.type, h.name AS host, l.inbox, l.attempts, l.error, l.died_at
FROM dead_letters l JOIN hosts h ON h.id = l.host_id JOIN activities v ON v.id = l.activity_id
WHERE (l.activity_id, l.inbox) > (CAST(:activity AS BIGINT), CAST(:inbox AS TEXT))
ORDER BY l.activity_id, l.inbox LIMIT :limit
"""
_REVIVE = """
INSERT INTO deliveries (host_id, activity_id, inbox, next_at)
SELECT host_id, activity_id, inbox, CAST(:now AS BIGINT) FROM dead_letters WHERE {which}
ON CONFLICT DO NOTHING
"""
_PAUSING = """
SELECT d.host_id, COUNT(*) AS pausing FROM deliveries d JOIN hosts h ON h.id = d.host_id
WHERE (h.retry_at > :now OR d.next_at > :now) AND (CAST(:host AS TEXT) IS NULL OR h.name = :host)
GROUP BY d.host_id
"""
_HURRY = "UPDATE deliveries SET next_at = :now WHERE host_id = ANY(:ids) AND next_at > :now"


class WaitingLane(Struct, frozen=True):
    """What waits for a host, and why. `oldest` is an activity's id; `due_at` None: now. Times in ms since 1970."""

    host: str
    waiting: int
    oldest: int
    attempts: int
    due_at: int | None
    failures: int
    failing_since: int | None
    last_error: str | None


class DeadLetter(Struct, frozen=True):
    """A delivery that was given up at `died_at` (ms since 1970)."""

    activity_id: int
    activity_uri: str
    type: str
    host: str
    inbox: str
    attempts: int
    error: str
    died_at: int


class DeadLetters:
    """Table `dead_letters`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def died(self, letters: Sequence[tuple[Delivery, str]]) -> None:
        """Give up each (delivery, reason) after one more attempt."""
        rows: list[dict[str, Any]] = [
            {
                "host": d.host_id,
                "activity": d.activity_id,
                "inbox": d.inbox,
                "tried": 1,
                "error": error,
                "now": self._tx.now,
            }
            for d, error in letters
        ]
        await self._db.run_many(_BURY.format(which=_ONE), rows)
        await self._db.run_many(f"DELETE FROM deliveries WHERE {_ONE}", [_key_of(row) for row in rows])

    async def give_up_host(self, host_id: int, error: str) -> int:
        """Give up all that waits for a host; how much that was."""
        values = {"host": host_id, "tried": 0, "error": error, "now": self._tx.now}
        await self._db.run(_BURY.format(which="host_id = :host"), values)
        return await self._db.run("DELETE FROM deliveries WHERE host_id = :host", {"host": host_id})

    async def waiting_summary(self, limit: int = 100) -> list[WaitingLane]:
        """What waits, by host, the longest queue first."""
        names = WaitingLane.__struct_fields__
        rows = await self._db.rows(_SUMMARY, {"limit": limit, "now": self._tx.now})
        return [WaitingLane(row["name"], *(row[name] for name in names[1:])) for row in rows]

    async def dead(self, limit: int, after: DeadLetter | None = None) -> list[DeadLetter]:
        """Dead letters in the order of their activities; `after` is the last one of the page before."""
        activity, inbox = (after.activity_id, after.inbox) if after else (0, "")
        rows = await self._db.rows(_DEAD, {"activity": activity, "inbox": inbox, "limit": limit})
        return [DeadLetter(*(row[name] for name in DeadLetter.__struct_fields__)) for row in rows]

    async def retry(self, activity_ids: Collection[int] | None = None, *, host: str | None = None) -> int:
        """Try dead letters again, at once: of these activities, of a host, or all; how many there were."""
        which, values = _choice(activity_ids, host)
        hosts = await self._db.rows(f"SELECT DISTINCT host_id FROM dead_letters WHERE {which}", values)
        await self._db.run(_REVIVE.format(which=which), {**values, "now": self._tx.now})
        count = await self._db.run(f"DELETE FROM dead_letters WHERE {which}", values)
        ids, lanes = [row["host_id"] for row in hosts], Hosts(self._tx)
        await lanes.revive(ids)
        await lanes.wake(ids)
        return count

    async def hurry(self, *, host: str | None = None) -> int:
        """Try at once what pauses after a failure, for a host or for all; how many deliveries there were.

        For an operator who knows that a server is back before it shows that itself.
        """
        rows = await self._db.rows(_PAUSING, {"host": host, "now": self._tx.now})
        ids, lanes = [row["host_id"] for row in rows], Hosts(self._tx)
        await self._db.run(_HURRY, {"ids": ids, "now": self._tx.now})
        await lanes.revive(ids)
        await lanes.wake(ids)
        return sum(row["pausing"] for row in rows)

    async def drop(self, activity_ids: Collection[int] | None = None, *, host: str | None = None) -> int:
        """Delete dead letters: of these activities, of a host, or all; how many there were."""
        which, values = _choice(activity_ids, host)
        return await self._db.run(f"DELETE FROM dead_letters WHERE {which}", values)

    async def forget_dead(self, before: int) -> int:
        """Delete dead letters that were given up before `before` (ms since 1970); how many there were."""
        return await self._db.run("DELETE FROM dead_letters WHERE died_at < :before", {"before": before})


def _key_of(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("host", "activity", "inbox")}


def _choice(activity_ids: Collection[int] | None, host: str | None) -> tuple[str, dict[str, Any]]:
    which, values = ["TRUE"], dict[str, Any]()
    if activity_ids is not None:
        which.append("activity_id = ANY(:activities)")
        values["activities"] = list(activity_ids)
    if host is not None:
        which.append("host_id IN (SELECT id FROM hosts WHERE name = :host)")
        values["host"] = host
    return " AND ".join(which), values
