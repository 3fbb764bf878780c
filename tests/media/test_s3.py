"""Files in an S3-compatible service: a real one, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import obstore
import pytest
from quart.datastructures import FileStorage

from fedi.config import Config
from fedi.errors import NotFound, Unavailable
from fedi.media.storage import S3Storage, new_name
from fedi.media.sweeping import sweep
from fedi.model import proxied
from fedi.store.store import Store
from tests.api.conftest import Api
from tests.builders import make_domain
from tests.peer import World
from tests.support import recordings, s3
from tests.support.files import opened, picture


@pytest.fixture
async def endpoint() -> AsyncIterator[str]:
    async with s3.running() as address:
        yield address


def settings(endpoint: str, tmp_path: Path, **more: str) -> Config:
    return Config.load(
        None,
        {
            "FEDI_DOMAIN": "a.test",
            "FEDI_MEDIA__PATH": str(tmp_path / "media"),
            "FEDI_MEDIA__STORAGE": "s3",
            "FEDI_MEDIA__BUCKET": s3.BUCKET,
            "FEDI_MEDIA__ENDPOINT": endpoint,
            "FEDI_MEDIA__ACCESS_KEY": s3.ACCESS_KEY,
            "FEDI_MEDIA__SECRET_KEY": s3.SECRET_KEY,
            **more,
        },
    )


async def test_files_are_stored_read_in_parts_and_removed(endpoint: str, tmp_path: Path) -> None:
    storage = S3Storage(settings(endpoint, tmp_path).media)
    await storage.check()
    data = bytes(range(256)) * 60_000  # more than one part of a large upload
    source = tmp_path / "file"
    source.write_bytes(data)
    name = new_name("mp4")
    await storage.put(name, source)
    assert not source.exists()
    assert await storage.size(name) == len(data)
    whole = await storage.open(name)
    assert whole.size == len(data)
    assert b"".join([chunk async for chunk in whole.chunks]) == data
    part = await storage.open(name, 1000, 2000)
    assert b"".join([chunk async for chunk in part.chunks]) == data[1000:2000]
    kept = await obstore.head_async(s3.bucket(endpoint), name)
    assert kept["size"] == len(data)
    attributes = (await obstore.get_async(s3.bucket(endpoint), name)).attributes
    assert attributes["Content-Type"] == "video/mp4"
    assert "immutable" in str(attributes["Cache-Control"])
    await storage.delete([name, new_name("mp4")])
    assert await s3.names(endpoint) == []
    for asked in (storage.open(name), storage.size(name)):
        with pytest.raises(NotFound):
            await asked


async def test_a_service_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    storage = S3Storage(settings("http://127.0.0.1:9", tmp_path).media)
    source = tmp_path / "file"
    source.write_bytes(b"x")
    with pytest.raises(Unavailable):
        await storage.put(new_name("png"), source)
    assert source.exists()


async def test_uploads_copies_and_deletion_work_with_it(endpoint: str, store: Store, tmp_path: Path) -> None:
    await make_domain(store)
    api = Api(World(store, settings(endpoint, tmp_path)))
    _, client = await api.member("ana")

    async def send(data: bytes) -> Any:
        return await client.ask(
            "POST", "/api/v2/media", files={"file": FileStorage(BytesIO(data), filename="x")}
        )

    still = (await send(picture(300, 200))).json
    path = still["url"].removeprefix("https://a.test")
    whole = await api.anybody.ask("GET", path)
    assert opened(whole.data).size == (300, 200)
    part = await api.anybody.ask("GET", path, headers={"Range": "bytes=3-8"})
    assert (part.status, part.data) == (206, whole.data[3:9])
    film = await send(recordings.film(tmp_path / "in.mp4"))
    assert film.status == 202
    await api.world.settle()
    done = await client.get(f"/api/v1/media/{film.json['id']}")
    assert done["url"].endswith(".mp4")
    assert len(await s3.names(endpoint)) == 4
    peer = api.world.peer("b.test")
    peer.files["https://b.test/cat"] = data = picture(50, 50)
    domain = await api.world.services.domain_of("a.test")
    copied = await api.anybody.ask("GET", proxied.address(domain.media_key, "", "https://b.test/cat"))
    assert copied.data == data
    assert len(await s3.names(endpoint)) == 5
    now = store.clock()
    store.clock = lambda: now + 40 * 24 * 3_600_000
    await sweep(api.world.services.media)
    await api.world.services.media.copies.tidy()
    assert await s3.names(endpoint) == []


async def test_browsers_can_be_sent_to_the_bucket_itself(endpoint: str, store: Store, tmp_path: Path) -> None:
    await make_domain(store)
    public = f"{endpoint}/{s3.BUCKET}"
    api = Api(World(store, settings(endpoint, tmp_path, FEDI_MEDIA__PUBLIC_URL=public)))
    _, client = await api.member("ana")
    files = {"file": FileStorage(BytesIO(picture()), filename="x")}
    media = (await client.ask("POST", "/api/v2/media", files=files)).json
    assert media["url"].startswith(f"{public}/")
    assert media["url"].removeprefix(f"{public}/") in await s3.names(endpoint)
