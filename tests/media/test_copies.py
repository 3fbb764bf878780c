"""Copies of other servers' files: only what we showed, fetched once, never more than the quota, the unused go first."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace
from quart import Response

from fedi.config import Config
from fedi.config.values import Size
from fedi.model import proxied
from fedi.store.domain_blocks import DomainBlock
from fedi.store.store import Store
from tests.builders import make_domain
from tests.peer import World
from tests.support.files import picture

HOUR = 3_600_000


def on_disk(world: World) -> int:
    """Bytes of copies, those that are coming included; what goes while one looks counts no more."""
    media, total = world.services.media.settings.path, 0
    for folder in (media / "files" / "copies", media / "incoming"):
        for path in folder.rglob("*"):
            with suppress(FileNotFoundError):
                total += path.stat().st_size if path.is_file() else 0
    return total


async def ask(
    world: World, url: str, *, profile: bool = False, headers: dict[str, str] | None = None
) -> tuple[Response, bytes]:
    domain = await world.services.domain_of("a.test")
    address = proxied.address(domain.media_key, "https://a.test", url, profile=profile)
    response = await world.client.get(
        address.removeprefix("https://a.test"), headers={"Host": "a.test", **(headers or {})}
    )
    return response, await response.get_data()


async def make_world(store: Store, tmp_path: Path, quota: int) -> World:
    await make_domain(store)
    config = Config.load(None, {"FEDI_DOMAIN": "a.test", "FEDI_MEDIA__PATH": str(tmp_path / "media")})
    return World(store, replace(config, media=replace(config.media, cache_quota=Size(quota))))


def a_file(number: int, size: int = 50_000) -> bytes:
    """A picture that is followed by as much as it takes."""
    head = picture(16 + number, 16)
    return head + bytes(size - len(head))


async def test_a_picture_is_fetched_once_for_all_who_look(world: World) -> None:
    peer = world.peer("b.test")
    url = "https://b.test/cat.png"
    peer.files[url] = data = picture()
    answers = await asyncio.gather(*(ask(world, url) for _ in range(30)))
    assert {body for _, body in answers} == {data}
    assert peer.fetched == [url]
    response, _ = answers[0]
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    part, body = await ask(world, url, headers={"Range": "bytes=4-9"})
    assert (part.status_code, body) == (206, data[4:10])
    assert part.headers["Content-Range"] == f"bytes 4-9/{len(data)}"
    assert peer.fetched == [url]


async def test_only_addresses_that_we_made_are_fetched(world: World) -> None:
    peer = world.peer("b.test")
    url = "https://b.test/cat.png"
    peer.files[url] = picture()
    good = proxied.address("another key", "", url)
    for path in (good, f"/media/proxy/x/{url}", "/media/proxy/AAAAAAAAAAAAAAAAAAAA/aHR0cHM6Ly9iLnRlc3Qv"):
        response = await world.client.get(path, headers={"Host": "a.test"})
        assert response.status_code == 404
    assert peer.fetched == []


@pytest.mark.parametrize(
    "body",
    [b"<html><script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"", b"%PDF-1.7"],
    ids=["html", "svg", "empty", "pdf"],
)
async def test_what_is_no_picture_is_not_shown_and_not_asked_for_again(world: World, body: bytes) -> None:
    peer = world.peer("b.test")
    url = "https://b.test/cat.png"
    peer.files[url] = body
    for _ in range(3):
        response, _ = await ask(world, url)
        assert response.status_code == 404
    assert peer.fetched == [url]
    assert on_disk(world) == 0


@pytest.mark.parametrize("announced", [True, False])
async def test_the_quota_holds_while_many_are_fetched(store: Store, tmp_path: Path, announced: bool) -> None:
    quota = 600_000
    world = await make_world(store, tmp_path, quota)
    peer = world.peer("b.test")
    peer.announces_sizes = announced
    urls = [f"https://b.test/{number}.png" for number in range(40)]
    for number, url in enumerate(urls):
        peer.files[url] = a_file(number)
    highest = 0
    for start in range(0, 40, 8):
        asking = asyncio.gather(*(ask(world, url) for url in urls[start : start + 8]))
        while not asking.done():
            highest = max(highest, on_disk(world))
            await asyncio.sleep(0.005)
        assert {response.status_code for response, _ in await asking} == {200}
    assert 300_000 < highest <= quota * 1.02
    async with store.read() as tx:
        assert await tx.copies.total() == on_disk(world) <= quota


async def test_what_nobody_looks_at_goes_first_and_avatars_last(store: Store, tmp_path: Path) -> None:
    world = await make_world(store, tmp_path, 210_000)
    peer = world.peer("b.test")
    now = store.clock()
    urls = {name: f"https://b.test/{name}" for name in ("avatar", "old", "seen", "new")}
    for number, url in enumerate(urls.values()):
        peer.files[url] = a_file(number)
    store.clock = lambda: now
    await ask(world, urls["avatar"], profile=True)
    await ask(world, urls["old"])
    await ask(world, urls["seen"])
    now += 3 * HOUR
    await ask(world, urls["seen"])
    await ask(world, urls["new"])
    peer.files["https://b.test/more"] = a_file(9)
    await ask(world, "https://b.test/more")
    peer.fetched.clear()
    for name in ("avatar", "seen", "new"):
        await ask(world, urls[name], profile=name == "avatar")
    assert peer.fetched == []
    await ask(world, urls["old"])
    assert peer.fetched == [urls["old"]]


async def test_what_a_killed_process_left_is_found(store: Store, tmp_path: Path) -> None:
    world = await make_world(store, tmp_path, 600_000)
    copies = world.services.media.copies
    now = store.clock()
    async with store.write() as tx:
        assert await tx.copies.claim("k", "copies/ab/cd/" + "0" * 32 + ".copy", profile=False, retry=0)
    await copies.reserve("k", 500_000)
    spool = world.services.media.spool
    spool.mkdir(parents=True)
    (spool / "copy-k").write_bytes(b"half")
    await copies.tidy()
    assert (spool / "copy-k").exists()
    store.clock = lambda: now + HOUR
    await copies.tidy()
    assert not (spool / "copy-k").exists()
    async with store.read() as tx:
        assert await tx.copies.total() == 0


async def test_copies_that_nobody_looks_at_go_after_some_days(world: World) -> None:
    peer = world.peer("b.test")
    peer.files["https://b.test/1"] = picture()
    await ask(world, "https://b.test/1")
    now = world.store.clock()
    world.store.clock = lambda: now + 31 * 24 * HOUR
    await world.services.media.copies.tidy()
    assert on_disk(world) == 0


async def test_media_of_blocked_servers_is_not_shown(world: World) -> None:
    peer = world.peer("b.test")
    peer.files["https://b.test/1"] = picture()
    async with world.store.write() as tx:
        block = DomainBlock(id=tx.new_id(), name="b.test", severity="suspend", created_at=tx.now)
        await tx.blocks.add_domain(block)
    await world.services.refresh()
    response, _ = await ask(world, "https://b.test/1")
    assert response.status_code == 404
    assert peer.fetched == []
