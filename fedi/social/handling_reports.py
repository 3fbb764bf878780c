"""What moderators do with reports: who handles one, what it is about, and when it is settled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from fedi.errors import Unprocessable
from fedi.model.people import User
from fedi.store.reports import CATEGORIES, Report
from fedi.store.rows import to_json
from fedi.store.store import Transaction


async def assign(tx: Transaction, moderator: User, report: Report) -> None:
    """A moderator takes a report on themselves."""
    await _change(tx, moderator, report, "assign_to_self", assigned_id=moderator.id)


async def unassign(tx: Transaction, moderator: User, report: Report) -> None:
    """Nobody handles the report now."""
    await _change(tx, moderator, report, "unassign", assigned_id=None)


async def resolve(tx: Transaction, moderator: User, report: Report) -> None:
    """Nothing more is to be done about it. What is settled stays as it was settled."""
    if report.action_taken_at is None:
        await _change(
            tx, moderator, report, "resolve", action_taken_at=tx.now, action_taken_by_id=moderator.id
        )


async def reopen(tx: Transaction, moderator: User, report: Report) -> None:
    """Something is to be done about it again."""
    await _change(tx, moderator, report, "reopen", action_taken_at=None, action_taken_by_id=None)


async def classify(
    tx: Transaction,
    moderator: User,
    report: Report,
    category: str | None,
    rule_ids: Sequence[int] | None,
    known_rules: Collection[int],
) -> None:
    """Say of what kind the report is, and which rules were broken. None leaves either. Raises Unprocessable."""
    values: dict[str, Any] = {}
    if category is not None:
        if category not in CATEGORIES:
            raise Unprocessable(public="Validation failed: Category is not included in the list")
        values["category"] = category
    if rule_ids is not None:
        if not set(rule_ids) <= set(known_rules):
            raise Unprocessable(public="Validation failed: Rules does not reference valid rules")
        values["rule_ids"] = to_json(list(rule_ids))
    if values.get("category", report.category) != "violation":
        values["rule_ids"] = "[]"  # rules are what a violation is of
    await _change(tx, moderator, report, "update", **values)


async def _change(tx: Transaction, moderator: User, report: Report, action: str, **values: Any) -> None:
    await tx.reports.change(report.id, **values)
    await tx.audit.add(moderator.id, action, "Report", report.id, f"#{report.id}")
