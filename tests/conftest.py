"""Fixtures that every test may use. Both databases run in every test that asks for `store` or `database_url`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from fedi.config import Config
from fedi.store.store import Store
from tests.builders import HERE, make_domain
from tests.peer import World
from tests.support.databases import PostgresTemplates, SQLiteTemplates

# The same examples every time, and no clock: machines are slow when much runs on them.
settings.register_profile(
    "fedi", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("fedi")


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> SQLiteTemplates:
    return SQLiteTemplates(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_templates() -> Iterator[PostgresTemplates]:
    templates = PostgresTemplates()
    yield templates
    templates.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a fresh, migrated database, once per engine."""
    if request.param == "sqlite":
        templates: SQLiteTemplates = request.getfixturevalue("sqlite_templates")
        yield await templates.fresh(tmp_path)
    else:
        postgres: PostgresTemplates = request.getfixturevalue("postgres_templates")
        url = await postgres.fresh()
        yield url
        await postgres.give_back(url)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open store on a fresh database, once per engine."""
    opened = await Store.open(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> World:
    """Our server at https://a.test, and peers in memory; once per engine."""
    config = Config.load(None, {"FEDI_DOMAIN": HERE, "FEDI_MEDIA__PATH": str(tmp_path / "media")})
    await make_domain(store)
    made = World(store, config)
    await made.services.refresh()
    return made
