"""Links in letters, and what each proves: that its reader has the mailbox it was sent to."""

from __future__ import annotations

from fedi.model.people import User
from fedi.store.rows import columns, read
from fedi.store.secrets import digest, new_secret
from fedi.store.unit import Unit

_HOUR_MS = 3_600_000
LASTS_MS = {"confirm": 7 * 24 * _HOUR_MS, "reset": 6 * _HOUR_MS}
_USE = f"""
SELECT {columns(User, "u.")} FROM letter_tokens t JOIN users u ON u.id = t.user_id
WHERE t.hash = :hash AND t.purpose = :purpose AND t.expires_at > :now AND u.email = t.email
"""


class Letters:
    """Table `letter_tokens`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, user: User, purpose: str) -> str:
        """A token for a link to `user`: `confirm` or `reset`. Only its hash is kept."""
        token = new_secret()
        await self._db.run(
            "INSERT INTO letter_tokens (hash, user_id, purpose, email, expires_at) "
            "VALUES (:hash, :user, :purpose, :email, :until)",
            {
                "hash": digest(token),
                "user": user.id,
                "purpose": purpose,
                "email": user.email,
                "until": self._tx.now + LASTS_MS[purpose],
            },
        )
        return token

    async def find(self, token: str, purpose: str) -> User | None:
        """Whose link this is, as long as it is good, and their address is still the one it was sent to."""
        row = await self._db.row(_USE, {"hash": digest(token), "purpose": purpose, "now": self._tx.now})
        return read(User, row) if row else None

    async def use(self, token: str, purpose: str) -> User | None:
        """The same, once."""
        user = await self.find(token, purpose)
        used = await self._db.run("DELETE FROM letter_tokens WHERE hash = :hash", {"hash": digest(token)})
        return user if used else None

    async def forget_of(self, user_id: int, purpose: str) -> None:
        """Links that were sent to a person are good for nothing any more."""
        await self._db.run(
            "DELETE FROM letter_tokens WHERE user_id = :user AND purpose = :purpose",
            {"user": user_id, "purpose": purpose},
        )

    async def forget(self) -> None:
        """Drop what is over."""
        await self._db.run("DELETE FROM letter_tokens WHERE expires_at <= :now", {"now": self._tx.now})
