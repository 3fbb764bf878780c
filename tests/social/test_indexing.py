"""What runs beside everything else: indexing and counting trends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from fedi.social import indexing, trending
from fedi.store.search import PostQuery, Window
from fedi.store.trend_counts import TrendCounts
from tests.builders import make_person, make_post, make_stranger
from tests.peer import World


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.02)


async def test_the_indexer_finds_what_waits_and_stops(world: World) -> None:
    ana = await make_person(world.store, "ana")
    for number in range(250):  # more than a batch
        await make_post(world.store, ana, f"<p>heron {number}</p>")
    stop = asyncio.Event()
    running = asyncio.create_task(indexing.run(world.services, stop))

    async def found() -> bool:
        async with world.store.read() as tx:
            query = PostQuery(wanted=(["heron"],))
            return len(await tx.search.posts(ana.id, query, Window(limit=500))) == 250

    await until(found)
    stop.set()
    async with asyncio.timeout(5):
        await running
    async with world.store.read() as tx:
        assert not await tx.search_index.waits()


async def test_one_process_counts(world: World) -> None:
    async with world.store.write() as tx:
        assert await TrendCounts(tx).my_turn("trends", 60_000)
    async with world.store.write() as tx:
        assert not await TrendCounts(tx).my_turn("trends", 60_000)


async def test_trends_are_counted_until_told_to_stop(world: World) -> None:
    for number in range(3):
        person = await make_stranger(world.store, f"p{number}", discoverable=True)
        await make_post(world.store, person, tags=("herons",))
    stop = asyncio.Event()
    running = asyncio.create_task(trending.run(world.services, stop))

    async def counted() -> bool:
        async with world.store.read() as tx:
            return bool(
                await tx.db.value("SELECT COUNT(*) FROM hashtags WHERE name = 'herons' AND score > 0")
            )

    await until(counted)
    stop.set()
    async with asyncio.timeout(5):
        await running


async def test_what_is_not_there_any_more_is_no_trouble(world: World) -> None:
    ana = await make_person(world.store, "ana")
    post = await make_post(world.store, ana)
    async with world.store.write() as tx:
        await tx.posts.delete(post)
        await tx.db.run("INSERT INTO search_queue (kind, about) VALUES ('account', 12345)")
    await indexing.everything(world.store)
    async with world.store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM post_index") == 0


async def test_what_is_deleted_meanwhile_is_no_trouble(world: World) -> None:
    ana = await make_person(world.store, "ana")
    post = await make_post(world.store, ana)
    kept = await make_post(world.store, ana)
    async with world.store.write() as tx:
        await tx.posts.delete(post)
        indexing_it = asyncio.create_task(indexing.everything(world.store))
        await asyncio.wait({indexing_it}, timeout=0.5)  # as far as it gets before the post is really gone
    await indexing_it
    async with world.store.read() as tx:
        assert [row[0] for row in await tx.db.rows("SELECT post_id FROM post_index")] == [kept.id]


async def test_nobody_waits_for_posts_that_nobody_may_find(world: World) -> None:
    far = await make_stranger(world.store)
    await indexing.everything(world.store)
    await make_post(world.store, far, "<p>for its followers' eyes</p>")
    async with world.store.read() as tx:
        assert not await tx.search_index.waits()
