"""The two engines behind one interface: dialect, transactions, durability of what was committed."""

from __future__ import annotations

import asyncio

import pytest

from fedi.store.database import for_postgresql, for_sqlite
from fedi.store.store import Store

ADD = "INSERT INTO tombstones (uri, local, deleted_at) VALUES (:uri, FALSE, 1)"


def test_named_parameters_become_numbers() -> None:
    sql, names = for_postgresql("SELECT :a, :b, :a, x::text /*sqlite nope :c */ /*postgresql FOR UPDATE */")
    assert sql.split() == ["SELECT", "$1,", "$2,", "$1,", "x::text", "FOR", "UPDATE"]
    assert names == ("a", "b")


def test_lists_are_json_on_sqlite() -> None:
    sql, lists = for_sqlite("SELECT 1 FROM t WHERE a = ANY(:xs) AND b = :y")
    assert "json_each(:xs)" in sql
    assert lists == {"xs"}


async def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    async def fail() -> None:
        async with store.write() as tx:
            await tx.tombstones.add("https://b.test/1")
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await fail()
    async with store.read() as tx:
        assert not await tx.tombstones.has("https://b.test/1")


async def test_a_cancelled_transaction_frees_the_writer(store: Store) -> None:
    inside = asyncio.Event()

    async def hang() -> None:
        async with store.write() as tx:
            await tx.tombstones.add("https://b.test/1")
            inside.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(hang())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with store.write() as tx:
        await tx.tombstones.add("https://b.test/2")
    async with store.read() as tx:
        assert await tx.tombstones.among(["https://b.test/1", "https://b.test/2"]) == {"https://b.test/2"}


async def test_several_statements_at_once_answer_in_their_order(store: Store) -> None:
    count = "SELECT COUNT(*) AS many FROM tombstones WHERE uri = ANY(:uris)"
    uris = {"uris": ["https://b.test/1", "https://b.test/2"]}
    async with store.write() as tx:
        steps = [(count, uris), (ADD, {"uri": "https://b.test/1"}), (count, uris)]
        before, added, after = await tx.db.each(steps)
        assert (before[0]["many"], list(added), after[0]["many"]) == (0, [], 1)
        assert await tx.db.each([]) == []


async def test_what_fails_among_several_statements_takes_all_of_the_transaction_with_it(store: Store) -> None:
    async def fail() -> None:
        async with store.write() as tx:
            await tx.db.each([(ADD, {"uri": "https://b.test/1"}), ("SELECT 1 FROM nowhere", {})])

    with pytest.raises(Exception, match="nowhere"):
        await fail()
    async with store.read() as tx:
        assert not await tx.tombstones.has("https://b.test/1")


async def test_a_transaction_that_asks_nothing_is_none(store: Store) -> None:
    async with store.database.writing():
        pass
    async with store.write() as tx:
        await tx.tombstones.add("https://b.test/1")
    async with store.read() as tx:
        assert await tx.tombstones.has("https://b.test/1")


async def test_signals_come_after_the_commit(store: Store) -> None:
    async with store.write() as tx:
        tx.wake("jobs")
        assert not await store.signals.wait("jobs", 0)
    assert await store.signals.wait("jobs", 1)
    assert not await store.signals.wait("jobs", 0)


async def test_two_stores_on_one_database_have_their_own_slots(database_url: str) -> None:
    first, second = await Store.open(database_url), await Store.open(database_url)
    made = {first.ids.make(1), second.ids.make(1)}
    assert len(made) == 2
    await first.close()
    third = await Store.open(database_url)
    assert third.ids.make(1) not in {second.ids.make(1)}
    await second.close()
    await third.close()
