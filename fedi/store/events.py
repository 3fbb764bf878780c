"""What streams tell: rows that live for some minutes, written in the transaction of the fact they tell of.

Every process that has listeners reads them, whichever process wrote them. Ids come from the database: on SQLite in
the order of the commits, on PostgreSQL nearly so, which is why gaps are asked for again (`since`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from msgspec import Struct

from fedi.store.unit import Unit

TOPIC = "events"
_ADD = """
INSERT INTO events (kind, subject_id, account_id, payload, created_at)
VALUES (:kind, :subject, :account, :payload, :now)
"""
_SINCE = (
    "SELECT id, kind, subject_id, account_id, payload FROM events WHERE id > :after ORDER BY id LIMIT :limit"
)
_GAPS = "SELECT id, kind, subject_id, account_id, payload FROM events WHERE id = ANY(:gaps) ORDER BY id"
_HOLDERS = "SELECT account_id FROM home_entries WHERE post_id = :post LIMIT :limit"
_MOST_HOMES = 2_000


class Event(Struct, frozen=True):
    """Something that a stream tells. `kind` is Mastodon's word; `payload` is what cannot be looked up later."""

    id: int
    kind: str
    subject_id: int
    account_id: int | None = None
    payload: Facts | None = None


class Facts(Struct, frozen=True):
    """Of a deleted post: in whose homes it was (None: too many to say), and whether it was for everyone.

    Of a reaction to an announcement: the emoji's `name`.
    """

    homes: tuple[int, ...] | None = ()
    public: bool = False
    local: bool = False
    tags: tuple[str, ...] = ()
    name: str = ""


_payload = msgspec.json.Decoder(Facts)


def tell(
    unit: Unit, kind: str, subject_id: int, *, account_id: int | None = None, payload: Facts | None = None
) -> None:
    """Let streams tell of something. It is written as the transaction ends, with what else there is to tell."""
    unit.wake(TOPIC)
    unit.told.append(
        {
            "kind": kind,
            "subject": subject_id,
            "account": account_id,
            "payload": None if payload is None else msgspec.json.encode(payload).decode(),
            "now": unit.now,
        }
    )


class Events:
    """Table `events`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def settle(self) -> None:
        """Write what was told, in its order: one trip for a whole batch of arrivals."""
        told, self._tx.told = self._tx.told, []
        await self._db.run_many(_ADD, told)

    async def deleted(self, post_id: int, *, public: bool, local: bool, tags: tuple[str, ...]) -> None:
        """A post is about to be deleted: note who may have it on their screen. To be called before it is gone."""
        rows = await self._db.rows(_HOLDERS, {"post": post_id, "limit": _MOST_HOMES + 1})
        homes = None if len(rows) > _MOST_HOMES else tuple(row[0] for row in rows)
        if homes != () or public:
            tell(self._tx, "delete", post_id, payload=Facts(homes, public, local, tags))

    async def last(self) -> int:
        """The id of the latest event."""
        return int(await self._db.value("SELECT COALESCE(MAX(id), 0) FROM events"))

    async def since(self, after: int, gaps: Collection[int], limit: int) -> list[Event]:
        """What came after the id `after`, the oldest first, and those of `gaps` that are there by now."""
        found: list[Any] = []
        if gaps:
            found += await self._db.rows(_GAPS, {"gaps": list(gaps)})
        found += await self._db.rows(_SINCE, {"after": after, "limit": limit})
        return [_event(row) for row in found]

    async def forget(self, before: int) -> int:
        """Drop what was told before this time (ms); how many rows."""
        return await self._db.run("DELETE FROM events WHERE created_at < :before", {"before": before})


def _event(row: Any) -> Event:
    event_id, kind, subject_id, account_id, payload = row
    return Event(
        event_id, kind, subject_id, account_id, None if payload is None else _payload.decode(payload)
    )
