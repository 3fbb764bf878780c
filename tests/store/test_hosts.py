"""Other servers in the store."""

from __future__ import annotations

import asyncio

from fedi.store.store import Store
from tests.outbox.lab import Clock


async def test_hosts_are_added_once(store: Store):
    async with store.write() as tx:
        first = await tx.hosts.ensure(["b.test", "c.test", "b.test"])
        second = await tx.hosts.ensure(["c.test", "d.test"])
        assert await tx.hosts.ensure([]) == {}
    assert first["c.test"] == second["c.test"]
    assert len({*first.values(), *second.values()}) == 3


async def test_two_processes_that_meet_a_host_at_once_agree(store: Store, database_url: str):
    other = await Store.open(database_url)

    async def meet(one: Store) -> dict[str, int]:
        async with one.write() as tx:
            return await tx.hosts.ensure([f"h{n}.test" for n in range(20)])

    assert await meet(store) == await meet(other)
    found = await asyncio.gather(*(meet(one) for one in (store, other, store)))
    assert found[0] == found[1] == found[2]
    await other.close()


async def test_waking_a_lane_keeps_its_pause_and_its_place(store: Store):
    clock = Clock(store)
    async with store.write() as tx:
        ids = await tx.hosts.ensure(["b.test", "c.test"])
        await tx.db.run(
            "UPDATE hosts SET failures = 1, retry_at = :at, due_at = :at WHERE name = 'b.test'",
            {"at": clock() + 9},
        )
        await tx.hosts.wake(ids.values())
        paused, free = await tx.hosts.by_name("b.test"), await tx.hosts.by_name("c.test")
    assert paused is not None
    assert free is not None
    assert paused.due_at == clock() + 9
    assert free.due_at is not None
    assert free.due_at <= clock()
    clock += 5
    async with store.write() as tx:
        await tx.hosts.wake([ids["c.test"]])
        again = await tx.hosts.by_name("c.test")
        troubled = await tx.hosts.troubled(10)
    assert again == free
    assert [host.name for host in troubled] == ["b.test"]


async def test_reviving_costs_nothing_where_nobody_failed(store: Store):
    async with store.write() as tx:
        ids = await tx.hosts.ensure(["b.test"])
        await tx.hosts.revive(ids.values())
        await tx.hosts.revive([])
        assert await tx.hosts.failing(ids.values()) == []
        assert tx.topics == set()
