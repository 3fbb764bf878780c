"""Notices as values, and which of them a list is about."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Notice(Struct, frozen=True):
    """A notice; `type` is Mastodon's word (mention, follow, favourite, ...), `post_id` 0 where there is none.

    `about_id`: the report, severance, warning or collection it is about, by its type; 0 for none.
    """

    id: int
    account_id: int
    type: str
    from_id: int
    post_id: int
    about_id: int
    filtered: bool
    group_key: str | None
    created_at: int

    @property
    def key(self) -> str:
        """The group it belongs to; of its own where it stands alone."""
        return self.group_key or alone(self.id)


class Which(Struct, frozen=True):
    """Which notices: of `types` (None: of any), not of `exclude_types`, from one account, with those held back."""

    types: tuple[str, ...] | None = None
    exclude_types: tuple[str, ...] = ()
    from_id: int | None = None
    include_filtered: bool = False


class GroupPage(Struct, frozen=True):
    """A page of groups, the newest first, and the ids to page by."""

    groups: list[Group]
    first: int | None = None
    last: int | None = None


class Group(Struct, frozen=True):
    """Notices shown together; what `page_...` says is about those on the page alone."""

    notice: Notice
    key: str
    count: int
    latest_id: int
    sample: tuple[int, ...]
    """Who is behind the latest of them, the latest first."""
    page_min_id: int | None = None
    page_max_id: int | None = None
    page_latest_at: int | None = None


_ALONE = "ungrouped-"


def alone(notice_id: int) -> str:
    """The group key of a notice without a group."""
    return f"{_ALONE}{notice_id}"


def of_one(group_key: str) -> int | None:
    """The notice that a key of `alone` names, None for other keys."""
    rest = group_key.removeprefix(_ALONE)
    if rest == group_key or not (rest.isascii() and rest.isdecimal()) or len(rest) > 19:
        return None
    return int(rest) if int(rest) < 2**63 else None


def conditions(which: Which) -> tuple[str, dict[str, Any]]:
    """What a statement over `notifications n` and their senders `a` asks, and its parameters."""
    where = [
        "a.suspended_at IS NULL AND a.deleted_at IS NULL",
        "NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = n.account_id AND b.target_id = n.from_id)",
    ]
    params: dict[str, Any] = {}
    if not which.include_filtered:
        where.append("NOT n.filtered")
    if which.types is not None:
        where.append("n.type = ANY(:types)")
        params["types"] = list(which.types)
    if which.exclude_types:
        where.append("NOT (n.type = ANY(:without))")
        params["without"] = list(which.exclude_types)
    if which.from_id is not None:
        where.append("n.from_id = :from_id")
        params["from_id"] = which.from_id
    return " AND ".join(where), params
