"""Sites and strangers, and our server beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from tests.interop.harness.fedify import CAVAGE, RFC9421, fedify_server
from tests.interop.harness.nginx import tls_sites
from tests.interop.harness.person import Person
from tests.interop.harness.site import Site, plain_site
from tests.interop.harness.tls import Authority
from tests.interop.member import Member
from tests.interop.ours import fedi_server
from tests.interop.pair import Pair
from tests.support.databases import PostgresTemplates

SECONDS = 300  # the first test of all waits for `npm ci`


@pytest.hookimpl(tryfirst=True)  # before tests/no_skips.py, which has tests of this mark run one by one
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.interop)
            item.add_marker(pytest.mark.timeout(SECONDS))


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who signs the certificates of every TLS site of the session."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def plain() -> tuple[Site, Site]:
    """Two sites in plain HTTP: ours, and the stranger's."""
    return plain_site(), plain_site()


@pytest.fixture
async def tls(tmp_path: Path, authority: Authority) -> AsyncIterator[tuple[Site, Site]]:
    """Two sites behind nginx: ours, and the stranger's."""
    async with tls_sites(tmp_path, authority, 2) as (ours, theirs):
        yield ours, theirs


@pytest_asyncio.fixture(
    scope="session",
    loop_scope="session",
    params=[("plain", "sqlite", CAVAGE), ("tls", "postgresql", RFC9421)],
    ids=["plain-sqlite", "tls-postgresql"],
)
async def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> AsyncIterator[Pair]:
    """fedi with ana, ines and lea (who is locked), and Fedify with max: over plain HTTP on SQLite, and over TLS on
    PostgreSQL.

    The stranger knocks first with the older signatures on plain HTTP, and with RFC 9421 under TLS.
    """
    transport, engine, knock = request.param
    folder = tmp_path_factory.mktemp(f"{transport}-{engine}")
    url: str | None = None
    async with AsyncExitStack() as stack:
        if engine == "postgresql":
            postgres: PostgresTemplates = request.getfixturevalue("postgres_templates")
            url = await postgres.fresh()
        sites = (
            (plain_site(), plain_site())
            if transport == "plain"
            else await stack.enter_async_context(tls_sites(folder, authority, 2))
        )
        theirs = await stack.enter_async_context(
            fedify_server(sites[1], folder, people=["max"], first_knock=knock)
        )
        people = ["ana", "ines", "lea"]
        ours = await stack.enter_async_context(fedi_server(sites[0], folder, people=people, database_url=url))
        await ours.lock(ours.member("lea"))
        yield Pair(ours, theirs)


@pytest.fixture
def ana(pair: Pair) -> Member:
    """Someone here."""
    return pair.ours.member("ana")


@pytest.fixture
async def bo(pair: Pair) -> Person:
    """Someone on Fedify, new in each test."""
    return await pair.newcomer("bo")
