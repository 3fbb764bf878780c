"""Report, Admin::Report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from fedi.api.entities.accounts import Account, account
from fedi.api.entities.admin_accounts import AdminAccount, admin_account
from fedi.api.entities.here import Here, time
from fedi.api.entities.statuses import Status
from fedi.model import people
from fedi.store import reports
from fedi.store.dossiers import Dossier


class Report(Struct):
    """A report as who made it sees it, and as it is told of."""

    id: str
    action_taken: bool
    action_taken_at: str | None
    category: str
    comment: str
    forwarded: bool
    created_at: str
    status_ids: list[str] | None
    rule_ids: list[str] | None
    collection_ids: list[str] | None
    target_account: Account


class AdminReport(Struct):
    """A report as moderators see it. https://docs.joinmastodon.org/entities/Admin_Report/."""

    id: str
    action_taken: bool
    action_taken_at: str | None
    category: str
    comment: str
    forwarded: bool
    created_at: str
    updated_at: str
    account: AdminAccount
    target_account: AdminAccount
    assigned_account: AdminAccount | None
    action_taken_by_account: AdminAccount | None
    statuses: list[Status]
    rules: list[Any]
    collections: tuple[Any, ...] = ()


def report(found: reports.Report, target: people.Account, at: Here) -> Report:
    """The entity of a report."""
    return Report(
        id=str(found.id),
        action_taken=found.action_taken_at is not None,
        action_taken_at=None if found.action_taken_at is None else time(found.action_taken_at),
        category=found.category,
        comment=found.comment,
        forwarded=found.forwarded,
        created_at=time(found.created_at),
        status_ids=[str(one) for one in found.post_ids],
        rule_ids=[str(one) for one in found.rule_ids],
        collection_ids=[str(one) for one in found.collection_ids],
        target_account=account(target, at),
    )


def admin_report(
    found: reports.Report,
    people: Mapping[int, Dossier],
    statuses: Mapping[str, Status],
    rules: Mapping[int, Any],
    at: Here,
) -> AdminReport:
    """The entity of a report for moderators. Posts that are gone are left out, and rules."""

    def whom(account_id: int | None) -> AdminAccount | None:
        known = people.get(account_id) if account_id is not None else None
        return admin_account(known, at) if known else None

    posts: Sequence[str] = [str(one) for one in found.post_ids]
    return AdminReport(
        id=str(found.id),
        action_taken=found.action_taken_at is not None,
        action_taken_at=None if found.action_taken_at is None else time(found.action_taken_at),
        category=found.category,
        comment=found.comment,
        forwarded=found.forwarded,
        created_at=time(found.created_at),
        updated_at=time(found.updated_at),
        account=admin_account(people[found.reporter_id], at),
        target_account=admin_account(people[found.target_id], at),
        assigned_account=whom(found.assigned_id),
        action_taken_by_account=whom(found.action_taken_by_id),
        statuses=[statuses[one] for one in posts if one in statuses],
        rules=[rules[one] for one in found.rule_ids if one in rules],
    )
