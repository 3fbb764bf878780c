"""What people allowed apps: authorization codes, and the tokens they became."""

from __future__ import annotations

from msgspec import Struct

from fedi.store.secrets import digest, new_secret
from fedi.store.unit import Unit

CODE_MS = 600_000
_LIST = """
SELECT a.id, a.name, a.website, MIN(t.created_at) AS since, MAX(t.used_at) AS used_at, COUNT(*) AS tokens,
  MAX(t.scopes) AS scopes
FROM tokens t JOIN apps a ON a.id = t.app_id
WHERE t.user_id = :user AND t.revoked_at IS NULL
GROUP BY a.id, a.name, a.website ORDER BY MAX(t.used_at) DESC, a.id DESC LIMIT 500
"""


class Code(Struct, frozen=True):
    """An authorization code. `token_id`: what it was changed for already."""

    app_id: int
    user_id: int
    redirect_uri: str
    scopes: str
    challenge: str | None
    expires_at: int
    token_id: int | None


class Grant(Struct, frozen=True):
    """An app that a person uses. `used_at` is exact to a day."""

    id: int
    name: str
    website: str | None
    since: int
    used_at: int
    tokens: int
    scopes: str


class Grants:
    """Table `authorization_codes`, and `tokens` by app."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add_code(
        self, app_id: int, user_id: int, redirect_uri: str, scopes: str, challenge: str | None
    ) -> str:
        """Make a code, good once and for ten minutes. Only its hash is kept."""
        code = new_secret()
        await self._db.run(
            "INSERT INTO authorization_codes (hash, app_id, user_id, redirect_uri, scopes, challenge, expires_at) "
            "VALUES (:hash, :app, :user, :uri, :scopes, :challenge, :until)",
            {
                "hash": digest(code),
                "app": app_id,
                "user": user_id,
                "uri": redirect_uri,
                "scopes": scopes,
                "challenge": challenge,
                "until": self._tx.now + CODE_MS,
            },
        )
        return code

    async def code(self, code: str) -> Code | None:
        """What a code stands for, used or not; whoever reads it to use it holds on to it until the commit."""
        row = await self._db.row(
            "SELECT app_id, user_id, redirect_uri, scopes, challenge, expires_at, token_id "
            "FROM authorization_codes WHERE hash = :hash /*postgresql FOR UPDATE */",
            {"hash": digest(code)},
        )
        return Code(*row) if row else None

    async def use_code(self, code: str, token_id: int) -> None:
        """A code was changed for a token."""
        await self._db.run(
            "UPDATE authorization_codes SET token_id = :token WHERE hash = :hash",
            {"token": token_id, "hash": digest(code)},
        )

    async def of(self, user_id: int) -> list[Grant]:
        """The apps that a person uses, the last used first."""
        rows = await self._db.rows(_LIST, {"user": user_id})
        return [Grant(*row) for row in rows]

    async def withdraw(self, user_id: int, app_id: int) -> int:
        """An app may do nothing for this person any more; how many tokens it had."""
        await self._db.run(
            "DELETE FROM authorization_codes WHERE user_id = :user AND app_id = :app",
            {"user": user_id, "app": app_id},
        )
        return await self._db.run(
            "UPDATE tokens SET revoked_at = :now WHERE user_id = :user AND app_id = :app AND revoked_at IS NULL",
            {"user": user_id, "app": app_id, "now": self._tx.now},
        )

    async def withdraw_all(self, user_id: int) -> None:
        """No app may do anything for this person any more."""
        await self._db.run("DELETE FROM authorization_codes WHERE user_id = :user", {"user": user_id})
        await self._db.run(
            "UPDATE tokens SET revoked_at = :now WHERE user_id = :user AND revoked_at IS NULL",
            {"user": user_id, "now": self._tx.now},
        )

    async def revoke_token(self, token: str, app_id: int) -> bool:
        """An app gives back a token that it has for a person; whether it had it."""
        return bool(
            await self._db.run(
                "UPDATE tokens SET revoked_at = COALESCE(revoked_at, :now) WHERE hash = :hash AND app_id = :app",
                {"hash": digest(token), "app": app_id, "now": self._tx.now},
            )
        )

    async def used(self, token_id: int) -> None:
        """A token was used now."""
        await self._db.run(
            "UPDATE tokens SET used_at = :now WHERE id = :id", {"id": token_id, "now": self._tx.now}
        )

    async def forget(self) -> None:
        """Drop codes that are over, an hour later: until then a second use is noticed."""
        await self._db.run(
            "DELETE FROM authorization_codes WHERE expires_at < :before", {"before": self._tx.now - 3_600_000}
        )
