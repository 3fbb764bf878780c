"""Two processes on one database: what is posted to one is heard on the other."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests.interop.harness.site import free_port, plain_site
from tests.interop.member import Member
from tests.interop.ours import Ours, fedi_server
from tests.support.databases import PostgresTemplates

SECONDS = 30.0


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_a_stream_hears_what_another_process_was_told(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url: str | None = None
    if engine == "postgresql":
        postgres: PostgresTemplates = request.getfixturevalue("postgres_templates")
        url = await postgres.fresh()
    async with fedi_server(plain_site(), tmp_path, people=["ana"], database_url=url) as here:
        ana = here.member("ana")
        beside = await _beside(here, tmp_path)
        try:
            await _hears(here, beside, ana)
            await _hears(beside, here, ana)
        finally:
            beside.stop()


async def _beside(here: Ours, folder: Path) -> Ours:
    """A second process of the same server, with an address of its own."""
    port = free_port()
    other = folder / "beside"
    other.mkdir()
    settings = (folder / "config.toml").read_text(encoding="utf-8")
    changed = settings.replace(f'bind = "127.0.0.1:{here.site.upstream}"', f'bind = "127.0.0.1:{port}"')
    (other / "config.toml").write_text(changed, encoding="utf-8")
    beside = Ours(dataclasses.replace(here.site, upstream=port), other, here.database_url, tls=False)
    await beside.start()
    return beside


async def _hears(listening: Ours, told: Ours, ana: Member) -> None:
    address = f"ws://127.0.0.1:{listening.site.upstream}/api/v1/streaming?stream=user"
    headers = {"Authorization": f"Bearer {ana.token}"}
    speaker = dataclasses.replace(
        ana, site=dataclasses.replace(ana.site, port=told.site.upstream, upstream=told.site.upstream)
    )
    async with connect(address, additional_headers=headers) as socket:
        # It was offered, and not taken up: compressed connections cost more memory than all else of theirs.
        assert socket.response is not None
        assert "Sec-WebSocket-Extensions" not in socket.response.headers
        posted = await speaker.post(f"told to {told.site.upstream}")
        async with asyncio.timeout(SECONDS):
            message = json.loads(await socket.recv())
    assert message["event"] == "update"
    assert json.loads(message["payload"])["id"] == posted["id"]
