"""What waits for which inbox: a row for each, until it was taken or given up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from msgspec import Struct

from fedi.store.activities import StoredActivity, adding
from fedi.store.dead_letters import DeadLetters
from fedi.store.hosts import HEAD_START_MS
from fedi.store.rows import to_json
from fedi.store.unit import Unit

GIVEN_UP_AFTER_MS = 7 * 86_400_000
GIVEN_UP_FAILURES = 10
"""A host that failed so often in a row, over so long, gets nothing until it shows that it lives."""

PLACE_STEP_MS = 100
"""Of a post to many servers, each lane queues this much behind the one before (see `Lanes`)."""

_ADD = """
INSERT INTO deliveries (host_id, activity_id, inbox, next_at) VALUES (:host, :activity, :inbox, :now)
ON CONFLICT DO NOTHING
"""
_PENDING = """
SELECT id FROM activities WHERE account_id = :account AND fan_out_since IS NOT NULL
ORDER BY id /*postgresql FOR NO KEY UPDATE */
"""
_FAN_OUT = """
INSERT INTO deliveries (host_id, activity_id, inbox, next_at)
SELECT f.host_id, v.id, f.inbox, CAST(:now AS BIGINT)
FROM activities v JOIN follower_inboxes f ON f.account_id = v.account_id JOIN hosts h ON h.id = f.host_id
WHERE v.id = ANY(:ids) AND (f.followers > 0 OR f.left_at >= v.fan_out_since)
AND (h.failures < :many OR h.failing_since > :long_ago)
ORDER BY f.host_id, v.id, f.inbox
ON CONFLICT DO NOTHING
"""
# One inbox of each server, the shared one if it has one: whoever is there hears of it.
_EVERYONE = """
INSERT INTO deliveries (host_id, activity_id, inbox, next_at)
SELECT h.id, CAST(:id AS BIGINT), COALESCE(MIN(a.shared_inbox), MIN(a.inbox)), CAST(:now AS BIGINT)
FROM accounts a JOIN hosts h ON h.id = a.host_id
WHERE a.deleted_at IS NULL AND (h.failures < :many OR h.failing_since > :long_ago)
GROUP BY h.id ORDER BY h.id
ON CONFLICT DO NOTHING
"""
# Locked in the order of their ids, like every change of several lanes (see hosts.py).
_WAKE = """
WITH due AS /*postgresql MATERIALIZED */ (
  SELECT id FROM hosts WHERE id IN (SELECT host_id FROM deliveries WHERE activity_id = ANY(:ids))
  ORDER BY id /*postgresql FOR NO KEY UPDATE */
), placed AS (
  SELECT id, CAST(:first AS BIGINT) + CAST(:step AS BIGINT) * ROW_NUMBER() OVER (ORDER BY id) AS place FROM due
)
UPDATE hosts SET due_at = CASE WHEN retry_at > :now THEN retry_at ELSE placed.place END
FROM placed WHERE hosts.id = placed.id AND (
  due_at IS NULL OR due_at > CASE WHEN retry_at > :now THEN retry_at ELSE placed.place END
)
"""
# The row after the last one that this turn takes bounds what is read of a long lane.
_OF_LANES = """
SELECT d.host_id, d.activity_id, d.inbox, d.attempts FROM hosts h JOIN deliveries d ON d.host_id = h.id
AND d.activity_id <= COALESCE((
  SELECT x.activity_id FROM deliveries x WHERE x.host_id = h.id AND x.next_at <= :now
  ORDER BY x.activity_id LIMIT 1 OFFSET :last
), 9223372036854775807)
WHERE h.id = ANY(:ids) AND d.next_at <= :now ORDER BY d.host_id, d.activity_id, d.inbox
"""
_THESE = """
(host_id, activity_id, inbox) IN (
  /*sqlite SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')
  FROM json_each(:keys) */
  /*postgresql SELECT CAST(value->>0 AS BIGINT), CAST(value->>1 AS BIGINT), value->>2
  FROM json_array_elements(CAST(:keys AS JSON)) */
)
"""
_POSTPONE = """
UPDATE deliveries SET attempts = attempts + 1, next_at = :next_at, error = :error
WHERE host_id = :host AND activity_id = :activity AND inbox = :inbox
"""
_DIGESTS = """
SELECT account_id, host_id, digest FROM follower_hosts
WHERE account_id = ANY(:accounts) AND host_id = ANY(:hosts) AND followers > 0
"""
_ACTORS_AT = """
SELECT uri FROM accounts WHERE host_id = :host AND (inbox = :inbox OR shared_inbox = :inbox)
AND deleted_at IS NULL LIMIT 5
"""


class Delivery(Struct, frozen=True):
    """An activity for an inbox; `attempts` were made before."""

    host_id: int
    activity_id: int
    inbox: str
    attempts: int = 0


class Deliveries(DeadLetters):
    """Table `deliveries`; `DeadLetters` has what was given up, and what operators ask."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, activity_id: int, inboxes: Sequence[tuple[str, int]]) -> None:
        """Deliver to each (inbox, host id), and soon: these are few."""
        now = self._tx.now
        rows = [{"host": h, "activity": activity_id, "inbox": inbox, "now": now} for inbox, h in inboxes]
        await self._db.run_many(_ADD, rows)
        for _, host in inboxes:
            self._tx.host_due(host)

    async def add_with(self, activity: StoredActivity, inboxes: Sequence[tuple[str, int]]) -> None:
        """Keep a new activity, and deliver it to each (inbox, host id), and soon: these are few."""
        values = {"activity": activity.id, "now": self._tx.now}
        steps = [(_ADD, {"host": host, "inbox": inbox} | values) for inbox, host in inboxes]
        await self._db.each([adding(activity), *steps])
        for _, host in inboxes:
            self._tx.host_due(host)

    async def fan_out(self, account_id: int) -> int:
        """Deliver what an account published to its followers' inboxes; how many rows that made.

        All of its waiting activities, in their order, and each one once: two transactions that do this for one
        account take turns. The number of statements does not depend on the followers.
        """
        rows = await self._db.rows(_PENDING, {"account": account_id})
        if not rows:
            return 0
        now, ids = self._tx.now, [row["id"] for row in rows]
        limits = {"many": GIVEN_UP_FAILURES, "long_ago": now - GIVEN_UP_AFTER_MS}
        added = await self._db.run(_FAN_OUT, {"ids": ids, "now": now, **limits})
        places = {"first": now - HEAD_START_MS, "step": PLACE_STEP_MS}
        await self._db.run(_WAKE, {"ids": ids, "now": now, **places})
        await self._db.run("UPDATE activities SET fan_out_since = NULL WHERE id = ANY(:ids)", {"ids": ids})
        self._tx.wake("deliveries")
        return added

    async def to_everyone(self, activity_id: int) -> int:
        """Deliver an activity to every server of which anybody is known; how many those are."""
        now = self._tx.now
        limits = {"many": GIVEN_UP_FAILURES, "long_ago": now - GIVEN_UP_AFTER_MS}
        added = await self._db.run(_EVERYONE, {"id": activity_id, "now": now, **limits})
        places = {"first": now - HEAD_START_MS, "step": PLACE_STEP_MS}
        await self._db.run(_WAKE, {"ids": [activity_id], "now": now, **places})
        self._tx.wake("deliveries")
        return added

    async def of_lanes(self, host_ids: Collection[int], per_lane: int) -> list[Delivery]:
        """What is due for these hosts, in order, about `per_lane` rows of each (more if one activity has more)."""
        values = {"ids": list(host_ids), "now": self._tx.now, "last": per_lane - 1}
        rows = await self._db.rows(_OF_LANES, values)
        return [Delivery(row[0], row[1], row[2], row[3]) for row in rows]

    async def digests(
        self, account_ids: Collection[int], host_ids: Collection[int]
    ) -> dict[tuple[int, int], bytes]:
        """The digests of followers (FEP-8fcf) by (account id, host id)."""
        values = {"accounts": list(account_ids), "hosts": list(host_ids)}
        rows = await self._db.rows(_DIGESTS, values)
        return {(row["account_id"], row["host_id"]): row["digest"] for row in rows}

    async def delivered(self, done: Sequence[Delivery]) -> None:
        """These were taken, or are no longer wanted."""
        if done:
            await self._db.run(f"DELETE FROM deliveries WHERE {_THESE}", {"keys": _keys(done)})

    async def postponed(self, failed: Sequence[tuple[Delivery, int, str]]) -> None:
        """An attempt at each (delivery, next time in ms since 1970, error) failed."""
        rows: list[dict[str, Any]] = [
            {"host": d.host_id, "activity": d.activity_id, "inbox": d.inbox, "next_at": at, "error": error}
            for d, at, error in failed
        ]
        await self._db.run_many(_POSTPONE, rows)

    async def drop_inboxes(self, inboxes: Sequence[tuple[int, str]]) -> None:
        """Nothing more goes to these (host id, inbox)."""
        await self._db.run_many(
            "DELETE FROM deliveries WHERE host_id = :host AND inbox = :inbox",
            [{"host": host, "inbox": inbox} for host, inbox in inboxes],
        )

    async def actors_at(self, inboxes: Sequence[tuple[int, str]]) -> list[str]:
        """A few of the actors, by URI, who had one of these (host id, inbox) when last heard of."""
        found: list[str] = []
        for host, inbox in inboxes:
            rows = await self._db.rows(_ACTORS_AT, {"host": host, "inbox": inbox})
            found += [row["uri"] for row in rows]
        return found

    async def drop_hosts(self, host_ids: Collection[int]) -> int:
        """Nothing of what waits goes to these hosts; how much that was."""
        return await self._db.run("DELETE FROM deliveries WHERE host_id = ANY(:ids)", {"ids": list(host_ids)})


def _keys(deliveries: Sequence[Delivery]) -> str:
    return to_json([(d.host_id, d.activity_id, d.inbox) for d in deliveries])
