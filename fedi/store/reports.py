"""Reports about accounts and posts, from people here and from other servers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from fedi.store.listing import add_to, one_of
from fedi.store.paging import Range
from fedi.store.rows import changed, columns, read
from fedi.store.unit import Unit

CATEGORIES = ("other", "spam", "legal", "violation")


class Report(Struct, frozen=True, kw_only=True):
    """A report. `reporter_id` is a local person, or somebody of another server, mostly its instance actor."""

    id: int
    uri: str
    reporter_id: int
    target_id: int
    post_ids: tuple[int, ...] = ()
    collection_ids: tuple[int, ...] = ()
    rule_ids: tuple[int, ...] = ()
    category: str = "other"
    comment: str = ""
    forwarded: bool = False
    assigned_id: int | None = None
    action_taken_at: int | None = None
    action_taken_by_id: int | None = None
    created_at: int
    updated_at: int


class Wanted(Struct, frozen=True, kw_only=True):
    """Which reports: about whom, by whom, resolved or still open (None: either)."""

    resolved: bool | None = False
    reporter_id: int | None = None
    target_id: int | None = None
    target_local: bool | None = None
    target_domain: str | None = None


_OF_TARGET = "target_id IN (SELECT id FROM accounts WHERE %s)"


class Reports:
    """Table `reports`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, report: Report) -> bool:
        """Keep a report; False if one with its uri is here already."""
        return await add_to(self._db, "reports", report, "uri")

    async def by_id(self, report_id: int) -> Report | None:
        """The report with this id."""
        return await one_of(self._db, Report, "reports", report_id)

    async def by_ids(self, ids: Sequence[int]) -> dict[int, Report]:
        """Those of `ids` that are here, in one question."""
        if not ids:
            return {}
        rows = await self._db.rows(
            f"SELECT {columns(Report)} FROM reports WHERE id = ANY(:ids)", {"ids": [*ids]}
        )
        return {row["id"]: read(Report, row) for row in rows}

    async def page(self, wanted: Wanted, page: Range) -> list[Report]:
        """Reports, the newest first."""
        conditions, params = _conditions(wanted)
        order = "ASC" if page.upwards else "DESC"
        rows = await self._db.rows(
            f"SELECT {columns(Report)} FROM reports WHERE id < :max_id AND id > :min_id{conditions} "
            f"ORDER BY id {order} LIMIT :limit",
            page.params() | params,
        )
        found = [read(Report, row) for row in rows]
        return found[::-1] if page.upwards else found

    async def change(self, report_id: int, **values: Any) -> None:
        """Write some columns; lists are JSON text (`rows.to_json`)."""
        sql = f"UPDATE reports SET {changed(values)}, updated_at = :now WHERE id = :report_id"
        await self._db.run(sql, {**values, "now": self._tx.now, "report_id": report_id})

    async def resolve_about(self, target_id: int, by_id: int) -> list[int]:
        """What was decided about an account settles every open report about it; their ids."""
        rows = await self._db.rows(
            "UPDATE reports SET action_taken_at = :now, action_taken_by_id = :by, updated_at = :now "
            "WHERE target_id = :target AND action_taken_at IS NULL RETURNING id",
            {"target": target_id, "by": by_id, "now": self._tx.now},
        )
        return [row["id"] for row in rows]

    async def staff(self, permitted: Sequence[str]) -> list[int]:
        """People with one of these roles who may act: they hear of new reports."""
        rows = await self._db.rows(
            "SELECT u.id FROM users u JOIN accounts a ON a.id = u.id WHERE u.role = ANY(:roles) "
            "AND u.disabled_at IS NULL AND a.suspended_at IS NULL AND a.deleted_at IS NULL ORDER BY u.id",
            {"roles": [*permitted]},
        )
        return [row["id"] for row in rows]


def _conditions(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    found, params = "", dict[str, Any]()
    if wanted.resolved is not None:
        found += f" AND action_taken_at IS {'NOT ' if wanted.resolved else ''}NULL"
    for name, value in (("reporter_id", wanted.reporter_id), ("target_id", wanted.target_id)):
        if value is not None:
            found, params[name] = f"{found} AND {name} = :{name}", value
    if wanted.target_local is not None:
        found += " AND " + _OF_TARGET % f"domain_id IS {'NOT ' if wanted.target_local else ''}NULL"
    if wanted.target_domain is not None:
        found += " AND " + _OF_TARGET % "domain = :target_domain"
        params["target_domain"] = wanted.target_domain
    return found, params
