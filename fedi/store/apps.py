"""OAuth clients, and the tokens they have for themselves."""

from __future__ import annotations

import secrets

from msgspec import Struct

from fedi.model.apps import App
from fedi.store.rows import columns, placeholders, read, write
from fedi.store.secrets import digest, new_secret
from fedi.store.unit import Unit

_ADD = f"INSERT INTO apps ({columns(App)}) VALUES ({placeholders(App)})"
_SELECT = f"SELECT {columns(App)} FROM apps"
_BY_TOKEN = f"""
SELECT {columns(App, "a.")}, t.id AS token_id, t.scopes AS token_scopes
FROM app_tokens t JOIN apps a ON a.id = t.app_id WHERE t.hash = :hash AND t.revoked_at IS NULL
"""
# Whoever ever let it act keeps an app, revoked or not: posts say what they were written with.
_FORGET = """
DELETE FROM apps WHERE id IN (
  SELECT id FROM apps WHERE created_at < :before
    AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.app_id = apps.id)
    AND NOT EXISTS (SELECT 1 FROM app_tokens t WHERE t.app_id = apps.id AND t.revoked_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM authorization_codes c WHERE c.app_id = apps.id)
    AND NOT EXISTS (SELECT 1 FROM users u WHERE u.sign_up_app_id = apps.id)
  LIMIT 1000)
"""


class AppSession(Struct, frozen=True):
    """What an app's own token stands for: no person."""

    app: App
    scopes: frozenset[str]
    token_id: int


class Apps:
    """Tables `apps` and `app_tokens`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(
        self,
        name: str,
        website: str | None,
        redirect_uris: tuple[str, ...],
        scopes: str,
        *,
        confidential: bool,
    ) -> tuple[App, str]:
        """Make an app; it, and its secret, which is not kept."""
        secret = new_secret()
        app = App(
            id=self._tx.new_id(),
            client_id=secrets.token_urlsafe(32),
            secret_hash=digest(secret),
            confidential=confidential,
            name=name,
            website=website,
            redirect_uris=redirect_uris,
            scopes=scopes,
            created_at=self._tx.now,
        )
        await self._db.run(_ADD, write(app))
        return app, secret

    async def by_client_id(self, client_id: str) -> App | None:
        """The app that calls itself so."""
        row = await self._db.row(f"{_SELECT} WHERE client_id = :client", {"client": client_id})
        return read(App, row) if row else None

    async def by_ids(self, ids: list[int]) -> dict[int, App]:
        """Apps by their ids, those that there are."""
        rows = await self._db.rows(f"{_SELECT} WHERE id = ANY(:ids)", {"ids": ids}) if ids else []
        return {row["id"]: read(App, row) for row in rows}

    async def by_id(self, app_id: int) -> App | None:
        """One app."""
        return (await self.by_ids([app_id])).get(app_id)

    async def add_token(self, app_id: int, scopes: str) -> str:
        """Make a token of an app for itself. Only its hash is kept."""
        token = new_secret()
        await self._db.run(
            "INSERT INTO app_tokens (id, hash, app_id, scopes, created_at) VALUES (:id, :hash, :app, :scopes, :now)",
            {
                "id": self._tx.new_id(),
                "hash": digest(token),
                "app": app_id,
                "scopes": scopes,
                "now": self._tx.now,
            },
        )
        return token

    async def by_token(self, token: str) -> AppSession | None:
        """What an app's own token stands for; None if it is unknown or revoked."""
        row = await self._db.row(_BY_TOKEN, {"hash": digest(token)})
        if row is None:
            return None
        return AppSession(read(App, row), frozenset(row["token_scopes"].split()), row["token_id"])

    async def revoke_token(self, token: str, app_id: int) -> bool:
        """An app gives back a token of its own; whether it had it."""
        return bool(
            await self._db.run(
                "UPDATE app_tokens SET revoked_at = COALESCE(revoked_at, :now) WHERE hash = :hash AND app_id = :app",
                {"hash": digest(token), "app": app_id, "now": self._tx.now},
            )
        )

    async def forget(self, before: int) -> None:
        """Drop apps that were registered before and that nobody uses."""
        await self._db.run(_FORGET, {"before": before})
