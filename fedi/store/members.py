"""Who can sign in, and their tokens."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from msgspec import Struct

from fedi.model.people import User
from fedi.store.recall import reader
from fedi.store.rows import columns, placeholders, read, write
from fedi.store.unit import Unit

_SELECT = f"SELECT {columns(User)} FROM users"
_user = reader(User)
_ADD = f"INSERT INTO users ({columns(User)}) VALUES ({placeholders(User)})"
_SESSION = f"""
SELECT t.id, t.scopes, a.domain_id, a.suspended_at IS NULL AND a.deleted_at IS NULL, {columns(User, "u.")}
FROM tokens t JOIN users u ON u.id = t.user_id JOIN accounts a ON a.id = u.id
WHERE t.hash = :hash AND t.revoked_at IS NULL
"""


class Session(Struct, frozen=True):
    """What a token stands for: a person, and what it lets an app do for them."""

    user: User
    scopes: frozenset[str]
    token_id: int
    domain_id: int
    active: bool
    """The account is neither suspended nor deleted."""

    @property
    def may_act(self) -> bool:
        """Nobody has disabled the login or suspended the account."""
        return self.active and self.user.disabled_at is None


class Members:
    """Tables `users` and `tokens`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, user: User) -> None:
        """Let the owner of an account sign in; the e-mail address must be new."""
        await self._db.run(_ADD, write(user))

    async def add_if_new(self, user: User) -> bool:
        """The same unless the e-mail address is taken; whether it was done."""
        return await self._db.run(f"{_ADD} ON CONFLICT (email) DO NOTHING", write(user)) == 1

    async def by_id(self, user_id: int) -> User | None:
        """The user of this account."""
        row = await self._db.row(f"{_SELECT} WHERE id = :id", {"id": user_id})
        return read(User, row) if row else None

    async def by_email(self, email: str) -> User | None:
        """The user with this e-mail address, in any case."""
        row = await self._db.row(f"{_SELECT} WHERE email = :email", {"email": email.strip().lower()})
        return read(User, row) if row else None

    async def add_token(self, user_id: int, scopes: str) -> str:
        """Make an access token for `scopes`, separated by spaces. It is shown once: only its hash is kept."""
        token = secrets.token_urlsafe(32)
        await self._db.run(
            "INSERT INTO tokens (id, hash, user_id, scopes, created_at) VALUES (:id, :hash, :user, :scopes, :now)",
            {
                "id": self._tx.new_id(),
                "hash": _hash(token),
                "user": user_id,
                "scopes": scopes,
                "now": self._tx.now,
            },
        )
        return token

    async def by_token(self, token: str) -> Session | None:
        """What an access token stands for; None if it is unknown or revoked."""
        row: Any = await self._db.row(_SESSION, {"hash": _hash(token)})
        if row is None:
            return None
        token_id, scopes, domain_id, active, *user = row
        return Session(_user(user), frozenset(scopes.split()), token_id, domain_id, bool(active))

    async def revoke(self, token_id: int) -> None:
        """A token is good for nothing any more."""
        await self._db.run(
            "UPDATE tokens SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL",
            {"id": token_id, "now": self._tx.now},
        )

    async def seen(self, user_id: int) -> None:
        """The person is here now."""
        await self._db.run(
            "UPDATE users SET seen_at = :now WHERE id = :id", {"id": user_id, "now": self._tx.now}
        )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
