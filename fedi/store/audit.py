"""Who did what to whom when: a row for every decision of a moderator, in the same transaction."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from fedi.store.listing import page_of
from fedi.store.paging import Range
from fedi.store.rows import to_json
from fedi.store.unit import Unit


class Entry(Struct, frozen=True, kw_only=True):
    """A line of the log. `account_id` None: the command line. `detail` is JSON."""

    id: int
    account_id: int | None
    action: str
    target_type: str
    target_id: int | None
    target_name: str
    detail: str
    created_at: int


_ADD = """
INSERT INTO audit_log (id, account_id, action, target_type, target_id, target_name, detail, created_at)
VALUES (:id, :account, :action, :type, :target, :name, :detail, :now)
"""


class Audit:
    """Table `audit_log`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(
        self, by_id: int | None, action: str, kind: str, target_id: int | None, name: str, **detail: Any
    ) -> None:
        """Note that `by_id` (None: the command line) did `action` to the `kind` called `name`."""
        values = {"account": by_id, "action": action, "type": kind, "target": target_id, "name": name[:500]}
        await self._db.run(
            _ADD, {**values, "id": self._tx.new_id(), "detail": to_json(detail), "now": self._tx.now}
        )

    async def page(self, page: Range) -> list[Entry]:
        """What was done, the newest first."""
        return await page_of(self._db, Entry, "audit_log", page)
