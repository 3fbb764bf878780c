"""Sites and strangers. Tests that talk to fedi add their own fixture for it, on the first site of a pair."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.interop.harness.fedify import RFC9421, Fedify, Knock, fedify_server
from tests.interop.harness.nginx import tls_sites
from tests.interop.harness.site import Site, plain_site
from tests.interop.harness.tls import Authority

SECONDS = 300  # the first test of all waits for `npm ci`


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


@pytest.fixture(params=["plain", "tls"])
def sites(request: pytest.FixtureRequest) -> tuple[Site, Site]:
    """Two sites, once per transport."""
    pair: tuple[Site, Site] = request.getfixturevalue(request.param)
    return pair


@pytest.fixture
def first_knock() -> Knock:
    """The signature that the stranger tries first; parametrize a test by this name to have another."""
    return RFC9421


@pytest.fixture
async def fedify(plain: tuple[Site, Site], tmp_path: Path, first_knock: Knock) -> AsyncIterator[Fedify]:
    """A stranger in plain HTTP with bo, and eve who is locked."""
    async with fedify_server(plain[1], tmp_path, first_knock=first_knock) as server:
        yield server


@pytest.fixture
async def fedify_tls(tls: tuple[Site, Site], tmp_path: Path, first_knock: Knock) -> AsyncIterator[Fedify]:
    """The same behind TLS."""
    async with fedify_server(tls[1], tmp_path, first_knock=first_knock) as server:
        yield server
