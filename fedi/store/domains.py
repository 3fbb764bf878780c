"""The domains hosted here."""

from __future__ import annotations

import secrets

from fedi.model.people import Domain
from fedi.store.rows import columns, read
from fedi.store.unit import Unit

_SELECT = f"SELECT {columns(Domain)} FROM domains"


class Domains:
    """Table `domains`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def all(self) -> list[Domain]:
        """Every domain, the first one first."""
        return [read(Domain, row) for row in await self._db.rows(f"{_SELECT} ORDER BY id")]

    async def by_id(self, domain_id: int) -> Domain | None:
        """The domain with this id."""
        row = await self._db.row(f"{_SELECT} WHERE id = :id", {"id": domain_id})
        return read(Domain, row) if row else None

    async def by_name(self, name: str) -> Domain | None:
        """The domain that handles end in, such as example.org."""
        row = await self._db.row(f"{_SELECT} WHERE name = :name", {"name": name.lower()})
        return read(Domain, row) if row else None

    async def add(self, name: str, url: str) -> Domain:
        """Host a further domain; its instance actor is added by `social.members`."""
        domain = Domain(self._tx.new_id(), name, url, None, self._tx.now, secrets.token_hex(32))
        await self._db.run(
            "INSERT INTO domains (id, name, url, created_at, media_key) VALUES (:id, :name, :url, :now, :key)",
            {"id": domain.id, "name": name, "url": url, "now": self._tx.now, "key": domain.media_key},
        )
        return domain

    async def set_actor(self, domain_id: int, account_id: int) -> None:
        """Make an account the domain's instance actor."""
        await self._db.run(
            "UPDATE domains SET actor_id = :account WHERE id = :id", {"account": account_id, "id": domain_id}
        )
