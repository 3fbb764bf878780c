"""Other work to do: rows that commit with the fact they follow from, and that a worker claims with a lease."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from msgspec import Struct

from fedi.store.database import Row
from fedi.store.rows import to_json
from fedi.store.unit import Unit

# A key belongs to the job that waits. One that runs no longer holds it, so that what is asked for meanwhile is
# done afterwards and not forgotten.
_ADD = """
INSERT INTO jobs (id, kind, payload, key, run_at, created_at)
VALUES (:id, :kind, :payload, :key, :run_at, :now)
ON CONFLICT (key) WHERE state = 'waiting' AND key IS NOT NULL DO NOTHING
"""
# Attempts are counted here and not when one fails: a job that takes its process down is counted too.
_CLAIM = """
UPDATE jobs SET state = 'running', leased_until = :until, attempts = attempts + 1 WHERE id IN (
  SELECT id FROM jobs WHERE state <> 'dead' AND run_at <= :now AND leased_until <= :now
  ORDER BY run_at, id LIMIT :limit /*postgresql FOR UPDATE SKIP LOCKED */
) RETURNING id, kind, payload, attempts, run_at
"""
_REPLACED = """
DELETE FROM jobs WHERE id = :id AND EXISTS (
  SELECT 1 FROM jobs AS newer WHERE newer.key = jobs.key AND newer.state = 'waiting' AND newer.id <> jobs.id
)
"""
_FAIL = """
UPDATE jobs SET state = :state, run_at = :run_at, error = :error, leased_until = 0 WHERE id = :id
"""
_NEXT = """
SELECT MIN(CASE WHEN leased_until > run_at THEN leased_until ELSE run_at END) FROM jobs WHERE state <> 'dead'
"""
_MAX_ERROR = 1000


class Job(Struct, frozen=True):
    """A claimed job. `attempts` counts this one."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempts: int


class Jobs:
    """Table `jobs`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(
        self, kind: str, payload: dict[str, Any], *, key: str | None = None, run_at: int | None = None
    ) -> bool:
        """Have it done at `run_at` (ms since 1970; None: now). False if a job with this key waits already."""
        values = {
            "id": self._tx.new_id(),
            "kind": kind,
            "payload": to_json(payload),
            "key": key,
            "run_at": self._tx.now if run_at is None else run_at,
            "now": self._tx.now,
        }
        added = await self._db.run(_ADD, values) == 1
        self._tx.wake("jobs")
        return added

    async def waits(self, key: str) -> bool:
        """Whether a job with this key is still to be done, or is being done."""
        found = await self._db.value(
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE key = :key AND state <> 'dead')", {"key": key}
        )
        return bool(found)

    async def claim(self, limit: int, lease_ms: int) -> list[Job]:
        """Up to `limit` jobs that are due, the first one first; others may claim them after `lease_ms`."""
        values = {"limit": limit, "now": self._tx.now, "until": self._tx.now + lease_ms}
        rows = sorted(await self._db.rows(_CLAIM, values), key=lambda row: (row["run_at"], row["id"]))
        return [_job(row) for row in rows]

    async def renew(self, ids: Collection[int], lease_ms: int) -> None:
        """Keep jobs that still run."""
        await self._db.run(
            "UPDATE jobs SET leased_until = :until WHERE id = ANY(:ids) AND state = 'running'",
            {"ids": list(ids), "until": self._tx.now + lease_ms},
        )

    async def give_back(self, ids: Collection[int]) -> None:
        """Let others have jobs that were claimed and not begun, or not finished before a stop."""
        await self._db.run(
            "UPDATE jobs SET leased_until = 0, attempts = attempts - 1 WHERE id = ANY(:ids) AND state = 'running'",
            {"ids": list(ids)},
        )
        self._tx.wake("jobs")

    async def done(self, job_id: int) -> None:
        """Finished. A second time is no error."""
        await self.drop([job_id])

    async def failed(self, job_id: int, error: str, next_at: int | None) -> None:
        """Try again at `next_at`, or never (None), with the reason kept either way.

        A newer job with the same key, which does the same, takes the place of the one to be tried again.
        """
        if next_at is not None and await self._db.run(_REPLACED, {"id": job_id}):
            return
        state, run_at = ("dead", self._tx.now) if next_at is None else ("waiting", next_at)
        values = {"id": job_id, "state": state, "run_at": run_at, "error": error[:_MAX_ERROR]}
        await self._db.run(_FAIL, values)

    async def next_at(self) -> int | None:
        """When the next job is due or its lease ends, or None."""
        found: int | None = await self._db.value(_NEXT)
        return found

    async def retry(self, ids: Collection[int] | None = None) -> int:
        """Give dead jobs (None: all of them) as many attempts as a new one; how many there were."""
        # As `running` with a lease that is over: a newer job may wait under the same key.
        changed = await self._db.run(
            "UPDATE jobs SET state = 'running', run_at = :now, leased_until = 0, attempts = 0 "
            f"WHERE state = 'dead'{'' if ids is None else ' AND id = ANY(:ids)'}",
            {"now": self._tx.now} if ids is None else {"now": self._tx.now, "ids": list(ids)},
        )
        self._tx.wake("jobs")
        return changed

    async def drop(self, ids: Collection[int]) -> int:
        """Delete jobs, whatever their state; how many there were."""
        return await self._db.run("DELETE FROM jobs WHERE id = ANY(:ids)", {"ids": list(ids)})


def _job(row: Row) -> Job:
    return Job(row["id"], row["kind"], msgspec.json.decode(row["payload"]), row["attempts"])
