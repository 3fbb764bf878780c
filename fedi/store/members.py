"""Who can sign in, and their tokens."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from fedi.model.people import User
from fedi.store.recall import reader
from fedi.store.rows import changed, columns, placeholders, read, write
from fedi.store.secrets import digest, new_secret
from fedi.store.unit import Unit

_SELECT = f"SELECT {columns(User)} FROM users"
_user = reader(User)
_ADD = f"INSERT INTO users ({columns(User)}) VALUES ({placeholders(User)})"
_SESSION = f"""
SELECT t.id, t.scopes, t.app_id, t.used_at, t.revoked_at, a.domain_id,
  a.suspended_at IS NULL AND a.deleted_at IS NULL, {columns(User, "u.")}
FROM tokens t JOIN users u ON u.id = t.user_id JOIN accounts a ON a.id = u.id
WHERE t.hash = :hash
"""


class Session(Struct, frozen=True):
    """What a token stands for: a person, and what it lets an app do for them."""

    user: User
    scopes: frozenset[str]
    token_id: int
    domain_id: int
    active: bool
    """The account is neither suspended nor deleted."""
    app_id: int | None = None
    """The app that has the token; None: the command line made it."""
    used_at: int = 0
    """When the token was used, exact to a day."""
    revoked: bool = False

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

    async def update(self, user_id: int, **values: Any) -> None:
        """Change columns of a user, named by the code."""
        await self._db.run(f"UPDATE users SET {changed(values)} WHERE id = :id", {**values, "id": user_id})

    async def add_token(self, user_id: int, scopes: str, app_id: int | None = None) -> str:
        """Make an access token for `scopes`, separated by spaces. It is shown once: only its hash is kept."""
        return (await self.issue(user_id, scopes, app_id))[1]

    async def issue(self, user_id: int, scopes: str, app_id: int | None) -> tuple[int, str]:
        """The same; the token's id beside it."""
        token, token_id = new_secret(), self._tx.new_id()
        await self._db.run(
            "INSERT INTO tokens (id, hash, user_id, app_id, scopes, created_at, used_at) "
            "VALUES (:id, :hash, :user, :app, :scopes, :now, :now)",
            {
                "id": token_id,
                "hash": digest(token),
                "user": user_id,
                "app": app_id,
                "scopes": scopes,
                "now": self._tx.now,
            },
        )
        return token_id, token

    async def by_token(self, token: str) -> Session | None:
        """What an access token stands for; None if it is unknown or revoked."""
        found = await self.any_by_token(token)
        return None if found is None or found.revoked else found

    async def any_by_token(self, token: str) -> Session | None:
        """What an access token stands for, or stood for until it was revoked."""
        row: Any = await self._db.row(_SESSION, {"hash": digest(token)})
        if row is None:
            return None
        token_id, scopes, app_id, used_at, revoked_at, domain_id, active, *user = row
        return Session(
            _user(user),
            frozenset(scopes.split()),
            token_id,
            domain_id,
            bool(active),
            app_id,
            used_at,
            revoked_at is not None,
        )

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
