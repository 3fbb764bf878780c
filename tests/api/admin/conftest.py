"""People who moderate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fedi.config import Config
from fedi.model.people import Account
from fedi.store.store import Store
from tests.api.conftest import Api, Client
from tests.builders import make_domain
from tests.peer import World

SCOPES = "read write admin:read admin:write"


class House(Api):
    """The world, with staff in it."""

    async def staff(
        self, name: str = "mia", role: str = "moderator", scopes: str = SCOPES
    ) -> tuple[Account, Client]:
        return await self.member(name, scopes, role=role)

    async def logged(self) -> list[tuple[str, str]]:
        """(action, what kind of thing) of the audit log, the oldest first."""
        async with self.store.read() as tx:
            rows = await tx.db.rows("SELECT action, target_type FROM audit_log ORDER BY id")
        return [(row["action"], row["target_type"]) for row in rows]

    async def account(self, account_id: int) -> Account:
        async with self.store.read() as tx:
            found = await tx.people.by_id(account_id)
        assert found is not None
        return found

    async def user(self, name: str, **values: Any) -> None:
        async with self.store.write() as tx:
            found = await tx.people.by_handle(f"{name}@a.test")
            assert found is not None
            await tx.members.update(found.id, **values)


@pytest.fixture
async def house(store: Store, tmp_path: Path) -> House:
    await make_domain(store)
    given = {"FEDI_DOMAIN": "a.test", "FEDI_EMAIL__SPOOL": str(tmp_path / "mail")}
    world = World(store, Config.load(None, given))
    await world.services.refresh()
    return House(world)
