"""Browsers that are signed in."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from fedi.model.people import User
from fedi.store.recall import reader
from fedi.store.rows import columns
from fedi.store.secrets import digest, new_secret
from fedi.store.unit import Unit

_DAY_MS = 86_400_000
KEPT_MS = 60 * _DAY_MS
"""A browser that stays away for as long is signed out."""
PENDING_MS = 600_000
"""How long there is for the second factor."""
_HOUR_MS = 3_600_000
_user = reader(User)
_FIND = f"""
SELECT s.id, s.pending, s.seen_at, a.domain_id, a.suspended_at IS NULL AND a.deleted_at IS NULL, {columns(User, "u.")}
FROM sessions s JOIN users u ON u.id = s.user_id JOIN accounts a ON a.id = u.id
WHERE s.hash = :hash AND s.expires_at > :now
"""
_ADD = """
INSERT INTO sessions (id, hash, user_id, pending, user_agent, address, created_at, seen_at, expires_at)
VALUES (:id, :hash, :user, :pending, :agent, :address, :now, :now, :until)
"""


class Browser(Struct, frozen=True):
    """A browser that a person signed in with. `pending`: its second factor is awaited."""

    id: int
    user: User
    domain_id: int
    pending: bool
    seen_at: int
    active: bool
    """The account is neither suspended nor deleted."""


class Visit(Struct, frozen=True):
    """A line in the list of a person's browsers."""

    id: int
    user_agent: str
    address: str
    created_at: int
    seen_at: int


class Sessions:
    """Table `sessions`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, user_id: int, user_agent: str, address: str, *, pending: bool) -> str:
        """Sign a browser in; its new cookie, of which only the hash is kept."""
        cookie = new_secret()
        await self._db.run(
            _ADD,
            {
                "id": self._tx.new_id(),
                "hash": digest(cookie),
                "user": user_id,
                "pending": pending,
                "agent": user_agent[:300],
                "address": address[:64],
                "now": self._tx.now,
                "until": self._tx.now + (PENDING_MS if pending else KEPT_MS),
            },
        )
        return cookie

    async def find(self, cookie: str) -> Browser | None:
        """Whose browser sends this cookie."""
        row: Any = await self._db.row(_FIND, {"hash": digest(cookie), "now": self._tx.now})
        if row is None:
            return None
        session_id, pending, seen_at, domain_id, active, *user = row
        return Browser(session_id, _user(user), domain_id, bool(pending), seen_at, bool(active))

    async def seen(self, browser: Browser) -> None:
        """The browser is here now, and stays signed in for as long again."""
        await self._db.run(
            "UPDATE sessions SET seen_at = :now, expires_at = :until WHERE id = :id",
            {"id": browser.id, "now": self._tx.now, "until": self._tx.now + KEPT_MS},
        )

    def is_stale(self, browser: Browser) -> bool:
        """Whether it is an hour since the browser was noted to be here."""
        return self._tx.now - browser.seen_at > _HOUR_MS

    async def of(self, user_id: int) -> list[Visit]:
        """The browsers a person is signed in with, the last seen first."""
        rows = await self._db.rows(
            "SELECT id, user_agent, address, created_at, seen_at FROM sessions "
            "WHERE user_id = :user AND expires_at > :now AND NOT pending ORDER BY seen_at DESC, id DESC LIMIT 200",
            {"user": user_id, "now": self._tx.now},
        )
        return [Visit(*row) for row in rows]

    async def end(self, user_id: int, session_id: int) -> bool:
        """Sign a browser out; whether it was this person's."""
        return bool(
            await self._db.run(
                "DELETE FROM sessions WHERE id = :id AND user_id = :user", {"id": session_id, "user": user_id}
            )
        )

    async def end_others(self, user_id: int, but: int = 0) -> None:
        """Sign out all browsers of a person but one."""
        await self._db.run(
            "DELETE FROM sessions WHERE user_id = :user AND id <> :but", {"user": user_id, "but": but}
        )

    async def forget(self) -> None:
        """Drop what is over."""
        await self._db.run("DELETE FROM sessions WHERE expires_at <= :now", {"now": self._tx.now})
