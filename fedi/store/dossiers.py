"""Accounts as moderators see them: with the login, where its owner came from, and who invited them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from msgspec import Struct

from fedi.model.people import Account, User
from fedi.store.database import Row
from fedi.store.paging import Range
from fedi.store.rows import columns, read
from fedi.store.unit import Unit

STATUSES = ("active", "pending", "disabled", "silenced", "suspended", "sensitized")
IPS_MAX = 20


class Address(Struct, frozen=True):
    """A network address that somebody came from, and when last (ms since 1970)."""

    ip: str
    used_at: int


class Dossier(Struct, frozen=True):
    """All that moderators see of an account; `user` None: of another server, or gone."""

    account: Account
    user: User | None = None
    invited_by_id: int | None = None
    addresses: tuple[Address, ...] = ()


class Wanted(Struct, frozen=True, kw_only=True):
    """Which accounts. None is: whatever it is. Texts match the start of a name, anywhere in a display name."""

    local: bool | None = None
    statuses: tuple[str, ...] = ()
    roles: tuple[str, ...] | None = None
    username: str | None = None
    display_name: str | None = None
    by_domain: str | None = None
    email: str | None = None
    ip: str | None = None
    invited_by: int | None = None


_SELECT = f"""
SELECT {columns(Account, "a.", "a_")}, {columns(User, "u.", "u_")}, i.user_id AS invited_by
FROM accounts a LEFT JOIN users u ON u.id = a.id LEFT JOIN invites i ON i.id = u.invite_id
"""
_ADDRESSES = """
SELECT user_id, ip, MAX(used_at) AS used_at FROM (
  SELECT user_id, address AS ip, seen_at AS used_at FROM sessions WHERE user_id = ANY(:ids)
  UNION ALL
  SELECT id, sign_up_address, created_at FROM users WHERE id = ANY(:ids) AND sign_up_address IS NOT NULL
) seen WHERE ip <> '' GROUP BY user_id, ip ORDER BY used_at DESC
"""
_STATUS = {
    "active": "a.suspended_at IS NULL AND COALESCE(u.approved, TRUE) AND u.disabled_at IS NULL",
    "pending": "u.id IS NOT NULL AND NOT u.approved",
    "disabled": "u.disabled_at IS NOT NULL AND a.suspended_at IS NULL",
    "silenced": "a.silenced_at IS NOT NULL",
    "suspended": "a.suspended_at IS NOT NULL",
    "sensitized": "a.sensitized_at IS NOT NULL",
}


class Dossiers:
    """Reads `accounts`, `users`, `sessions` and `invites`."""

    def __init__(self, unit: Unit) -> None:
        self._db = unit.db

    async def page(self, wanted: Wanted, page: Range) -> list[Dossier]:
        """Accounts that are still there, the newest first."""
        conditions, params = _conditions(wanted)
        order = "ASC" if page.upwards else "DESC"
        rows = await self._db.rows(
            f"{_SELECT} WHERE a.id < :max_id AND a.id > :min_id AND a.deleted_at IS NULL "
            f"AND (a.domain_id IS NULL OR a.type <> 'Application'){conditions} ORDER BY a.id {order} LIMIT :limit",
            page.params() | params,
        )
        found = await self._with_addresses(rows)
        return found[::-1] if page.upwards else found

    async def by_ids(self, ids: Collection[int]) -> dict[int, Dossier]:
        """Those of `ids` that are here, the deleted ones too."""
        if not ids:
            return {}
        rows = await self._db.rows(f"{_SELECT} WHERE a.id = ANY(:ids)", {"ids": [*ids]})
        return {found.account.id: found for found in await self._with_addresses(rows)}

    async def by_canonical(self, digest: str) -> list[Account]:
        """Who has the e-mail address that is blocked by this hash: the account it was blocked with."""
        rows = await self._db.rows(
            f"SELECT {columns(Account, 'a.')} FROM canonical_email_blocks c JOIN accounts a ON a.id = c.account_id "
            "WHERE c.hash = :hash",
            {"hash": digest},
        )
        return [read(Account, row) for row in rows]

    async def _with_addresses(self, rows: Sequence[Row]) -> list[Dossier]:
        users = [row["u_id"] for row in rows if row["u_id"] is not None]
        known: dict[int, list[Address]] = {user: [] for user in users}
        if users:
            for row in await self._db.rows(_ADDRESSES, {"ids": users}):
                known[row["user_id"]].append(Address(row["ip"], row["used_at"]))
        return [
            Dossier(
                read(Account, row, "a_"),
                read(User, row, "u_") if row["u_id"] is not None else None,
                row["invited_by"],
                tuple(known.get(row["a_id"], ())[:IPS_MAX]),
            )
            for row in rows
        ]


def _conditions(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    found = [f"({_STATUS[status]})" for status in wanted.statuses]
    params: dict[str, Any] = {}
    if wanted.local is not None:
        found.append(f"a.domain_id IS {'NOT ' if wanted.local else ''}NULL")
    texts = {
        "username": ("LOWER(a.username) LIKE :username ESCAPE '!'", _like(wanted.username, "{}%")),
        "display_name": ("LOWER(a.name) LIKE :display_name ESCAPE '!'", _like(wanted.display_name, "%{}%")),
        "by_domain": ("a.domain = :by_domain AND a.domain_id IS NULL", wanted.by_domain),
        "email": ("u.email LIKE :email ESCAPE '!'", _like(wanted.email, "{}%")),
        "invited_by": ("i.user_id = :invited_by", wanted.invited_by),
        "roles": ("u.role = ANY(:roles)", None if wanted.roles is None else [*wanted.roles]),
        "ip": (
            "(u.sign_up_address = :ip OR EXISTS (SELECT 1 FROM sessions s WHERE s.user_id = a.id AND s.address = :ip))",
            wanted.ip,
        ),
    }
    for name, (condition, value) in texts.items():
        if value is not None:
            found.append(condition)
            params[name] = value
    return "".join(f" AND {condition}" for condition in found), params


def _like(text: str | None, form: str) -> str | None:
    if text is None:
        return None
    escaped = text.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return form.format(escaped)
