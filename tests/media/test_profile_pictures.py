"""Avatars and headers: cut to size, stored, replaced, dropped."""

from __future__ import annotations

from pathlib import Path

import pytest

from fedi.errors import TooLarge, Unprocessable
from fedi.media import profile_pictures
from tests.builders import make_person
from tests.peer import World
from tests.support.files import opened, picture


def stored(world: World) -> list[Path]:
    return [path for path in (world.services.media.settings.path / "files").rglob("*") if path.is_file()]


async def set_picture(world: World, account_id: int, use: profile_pictures.Use, data: bytes) -> str:
    made = await profile_pictures.prepare(world.services.media, account_id, use, data, world.url)
    async with world.store.write() as tx:
        await profile_pictures.use(tx, account_id, made)
    return made.url


async def test_pictures_are_cut_to_size_and_replace_each_other(world: World) -> None:
    ana = await make_person(world.store)
    first = await set_picture(world, ana.id, "avatar", picture(900, 600))
    [path] = stored(world)
    assert opened(path.read_bytes()).size == (400, 400)
    assert first.startswith("https://a.test/media/files/")
    assert first.endswith(path.name)
    await set_picture(world, ana.id, "header", picture(3000, 2000, "JPEG"))
    assert {opened(path.read_bytes()).size for path in stored(world)} == {(400, 400), (1500, 500)}
    second = await set_picture(world, ana.id, "avatar", picture(100, 100))
    await world.settle()
    assert not path.exists()
    assert {opened(path.read_bytes()).size for path in stored(world)} == {(100, 100), (1500, 500)}
    async with world.store.write() as tx:
        await profile_pictures.remove(tx, ana.id, "avatar")
    await world.settle()
    assert second.rpartition("/")[2] not in {path.name for path in stored(world)}
    assert len(stored(world)) == 1


@pytest.mark.parametrize(
    "data", [b"", b"<svg></svg>", b"%PDF-1.4", picture()[:120]], ids=["empty", "svg", "pdf", "cut"]
)
async def test_what_is_no_picture_is_refused(world: World, data: bytes) -> None:
    ana = await make_person(world.store)
    with pytest.raises(Unprocessable):
        await set_picture(world, ana.id, "avatar", data)
    assert stored(world) == []


async def test_a_large_file_is_not_even_looked_at(world: World) -> None:
    ana = await make_person(world.store)
    with pytest.raises(TooLarge):
        await set_picture(world, ana.id, "avatar", b"\0" * (profile_pictures.LARGEST + 1))
