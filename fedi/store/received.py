"""The inbox queue: what was acknowledged with 202 and is still to be applied.

A row is the acknowledgement. Applied rows stay for a while without their body, so that the same activity is not
applied again. An id counts for the actor that used it: nobody keeps out what another one of its server has yet to send.
The rows of one actor are applied in the order they came, one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from fedi.store.unit import Unit


class Arrival(Struct, frozen=True):
    """An activity as it came: proven to be `actor_id`'s. `inbox_of` is None for the shared inbox.

    `again`: Misskey gives every Follow of the same person the same id, and every Undo of it another one, so those
    are taken again once the earlier one has been applied.
    """

    uri: str
    actor_id: int
    inbox_of: int | None
    body: bytes
    again: bool = False


class Item(Struct, frozen=True):
    """A row that was claimed."""

    id: int
    uri: str
    actor_id: int
    inbox_of: int | None
    body: bytes
    attempts: int


# What is first of each actor and due, and what of the same actor follows it: an actor whose first row waits for
# another try is left alone. Ids sort by time of arrival.
_IN_TURN = """
state = 'waiting' AND next_at <= :now AND NOT EXISTS (
  SELECT 1 FROM received AS earlier WHERE earlier.actor_id = received.actor_id
  AND earlier.state = 'waiting' AND earlier.id < received.id AND earlier.next_at > :now
)
"""
_DUE = f"""
SELECT id, uri, actor_id, inbox_of, body, attempts FROM received WHERE {_IN_TURN} ORDER BY id LIMIT :limit
"""
# SQLite has one writer at a time. PostgreSQL locks the actors, and not the rows, to keep each one's order.
_LOCK_ACTORS = """
SELECT actor_id FROM (SELECT DISTINCT actor_id FROM received WHERE id = ANY(:ids)) AS actors
/*postgresql WHERE pg_try_advisory_xact_lock(actor_id) */
"""
_TAKE = f"SELECT id FROM received WHERE id = ANY(:ids) AND actor_id = ANY(:actors) AND {_IN_TURN}"


_ADD = """
INSERT INTO received (id, uri, actor_id, inbox_of, body, state, next_at, received_at)
VALUES (:id, :uri, :actor_id, :inbox_of, :body, 'waiting', :now, :now)
ON CONFLICT (uri, actor_id) DO UPDATE SET id = excluded.id, body = excluded.body, inbox_of = excluded.inbox_of,
  state = 'waiting', attempts = 0, error = NULL, next_at = excluded.next_at, received_at = excluded.received_at
WHERE CAST(:again AS BOOLEAN) AND received.state = 'done'
"""


class Received:
    """Table `received`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, arrivals: Sequence[Arrival]) -> None:
        """Accept activities; those that are here already are left as they are."""
        await self._db.run_many(
            _ADD,
            [
                {
                    "id": self._tx.new_id(),
                    "uri": arrival.uri,
                    "actor_id": arrival.actor_id,
                    "inbox_of": arrival.inbox_of,
                    "body": arrival.body,
                    "again": arrival.again,
                    "now": self._tx.now,
                }
                for arrival in arrivals
            ],
        )
        self._tx.wake("received")

    async def has(self, uri: str, actor_id: int) -> bool:
        """Whether an activity of this actor is here, applied or not."""
        sql = "SELECT 1 FROM received WHERE uri = :uri AND actor_id = :actor"
        return await self._db.value(sql, {"uri": uri, "actor": actor_id}) is not None

    async def due(self, limit: int) -> list[Item]:
        """Up to `limit` rows to apply: to be read before, and to be taken in, the transaction that applies them."""
        rows = await self._db.rows(_DUE, {"now": self._tx.now, "limit": limit})
        return [Item(*(row[name] for name in Item.__struct_fields__)) for row in rows]

    async def take(self, items: Sequence[Item]) -> list[Item]:
        """Those of `items` that are still to be applied, by this transaction and, until it ends, no other."""
        ids = [item.id for item in items]
        actors = [row["actor_id"] for row in await self._db.rows(_LOCK_ACTORS, {"ids": ids})]
        rows = await self._db.rows(_TAKE, {"ids": ids, "actors": actors, "now": self._tx.now})
        taken = {row["id"] for row in rows}
        return [item for item in items if item.id in taken]

    async def done(self, ids: Sequence[int]) -> None:
        """Applied, in this transaction."""
        await self._db.run(
            "UPDATE received SET state = 'done', body = NULL WHERE id = ANY(:ids)",
            {"ids": list(ids)},
        )

    async def failed(self, item_id: int, error: str, next_at: int | None) -> None:
        """Not applied: try again at `next_at`, or never (None), with the reason kept either way."""
        await self._db.run(
            "UPDATE received SET attempts = attempts + 1, error = :error, "
            "state = :state, next_at = :next_at WHERE id = :id",
            {
                "id": item_id,
                "error": error,
                "state": "dead" if next_at is None else "waiting",
                "next_at": next_at or self._tx.now,
            },
        )

    async def next_at(self) -> int | None:
        """When the next row is due, or None."""
        found: int | None = await self._db.value("SELECT MIN(next_at) FROM received WHERE state = 'waiting'")
        return found

    async def forget(self, before: int) -> int:
        """Drop applied rows from before `before`."""
        return await self._db.run(
            "DELETE FROM received WHERE state = 'done' AND received_at < :before", {"before": before}
        )

    async def dropped(self, item_id: int, reason: str) -> None:
        """Refused for good by a rule of ours: done, with the reason kept."""
        await self._db.run(
            "UPDATE received SET state = 'done', body = NULL, error = :reason WHERE id = :id",
            {"reason": reason, "id": item_id},
        )
