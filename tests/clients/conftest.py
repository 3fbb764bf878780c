"""Two servers that federate, and apps of others that drive them: Mastodon.py and masto.js."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.clients.app import signed_in
from tests.interop.harness.site import plain_site
from tests.interop.ours import Ours, fedi_server
from tests.support.databases import PostgresTemplates

SECONDS = 300
PASSWORD = "a long password, for a test"
OPEN = ("[registration]", 'mode = "open"')


@pytest.hookimpl(tryfirst=True)  # before tests/no_skips.py, which has tests of this mark run one by one
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.interop)
            item.add_marker(pytest.mark.timeout(SECONDS))


@dataclass(frozen=True, slots=True)
class Two:
    """`here` has ana, who is the owner, and bo; `there` has zoe."""

    here: Ours
    there: Ours

    def token(self, name: str) -> str:
        """A token of one of them, for everything, that an app got by signing in with PKCE."""
        ours = self.there if name == "zoe" else self.here
        return signed_in(ours.site.origin, name, PASSWORD)


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["sqlite", "postgresql"])
async def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Two]:
    """Once per engine. What tests do there, they do with people and posts of their own where it matters."""
    urls: list[str | None] = [None, None]
    if request.param == "postgresql":
        postgres: PostgresTemplates = request.getfixturevalue("postgres_templates")
        urls = [await postgres.fresh(), await postgres.fresh()]
    folders = [tmp_path_factory.mktemp(f"{name}-{request.param}") for name in ("here", "there")]
    async with AsyncExitStack() as stack:
        here, there = [
            await stack.enter_async_context(
                fedi_server(plain_site(), folder, people=(), database_url=url, more=OPEN)
            )
            for folder, url in zip(folders, urls, strict=True)
        ]
        await asyncio.gather(_add(here, "ana", "owner"), _add(here, "bo", "user"), _add(there, "zoe", "user"))
        yield Two(here, there)


async def _add(ours: Ours, name: str, role: str) -> None:
    email = f"{name}@example.org"
    await ours.command("user", "create", name, "--email", email, "--password", PASSWORD, "--role", role)
