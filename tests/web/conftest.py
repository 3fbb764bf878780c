"""People who sign in, quickly."""

from __future__ import annotations

from typing import Any

import pytest

from fedi.model.people import Account
from fedi.social import passwords
from fedi.store.store import Store
from tests.builders import make_person
from tests.peer import World
from tests.support.surfer import PASSWORD, Surfer, set_password


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that cost nothing."""
    hasher = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)


@pytest.fixture
async def surfer(world: World, quick: None) -> Surfer:
    """Somebody's browser."""
    del quick
    return Surfer(world.app)


async def with_password(store: Store, name: str = "ana", **values: Any) -> Account:
    """A person who can sign in with PASSWORD."""
    person = await make_person(store, name, **values)
    await set_password(store, person.id, await passwords.hashed(PASSWORD))
    return person
