"""Invitations: links by which people may join."""

from __future__ import annotations

import secrets

from msgspec import Struct

from fedi.store.rows import columns, read
from fedi.store.unit import Unit


class Invite(Struct, frozen=True, kw_only=True):
    """An invitation. `max_uses` and `expires_at` None: no limit; `user_id` None: from whoever runs the server."""

    id: int
    code: str
    domain_id: int
    user_id: int | None
    max_uses: int | None
    uses: int
    expires_at: int | None
    created_at: int


_SELECT = f"SELECT {columns(Invite)} FROM invites"
_GOOD = "(max_uses IS NULL OR uses < max_uses) AND (expires_at IS NULL OR expires_at > :now)"
_ADD = """
INSERT INTO invites (id, code, domain_id, user_id, max_uses, expires_at, created_at)
VALUES (:id, :code, :domain, :user, :most, :until, :now)
"""


class Invites:
    """Table `invites`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(
        self,
        domain_id: int,
        user_id: int | None = None,
        *,
        max_uses: int | None = None,
        expires_at: int | None = None,
    ) -> str:
        """Make an invitation; its code."""
        code = secrets.token_urlsafe(9)
        await self._db.run(
            _ADD,
            {
                "id": self._tx.new_id(),
                "code": code,
                "domain": domain_id,
                "user": user_id,
                "most": max_uses,
                "until": expires_at,
                "now": self._tx.now,
            },
        )
        return code

    async def find(self, domain_id: int, code: str) -> Invite | None:
        """An invitation to this domain that is still good."""
        row = await self._db.row(
            f"{_SELECT} WHERE code = :code AND domain_id = :domain AND {_GOOD}",
            {"code": code, "domain": domain_id, "now": self._tx.now},
        )
        return read(Invite, row) if row else None

    async def use(self, invite_id: int) -> bool:
        """Somebody joins by it; False if it was used up meanwhile."""
        return bool(
            await self._db.run(
                f"UPDATE invites SET uses = uses + 1 WHERE id = :id AND {_GOOD}",
                {"id": invite_id, "now": self._tx.now},
            )
        )
