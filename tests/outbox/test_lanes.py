"""Lanes side by side: isolation, fairness, leases, and work that comes at any moment."""

from __future__ import annotations

import asyncio

import pytest

from fedi.net.values import Reply
from fedi.outbox.deliver import LANES, Deliverer
from fedi.outbox.lanes import Mail, Turn, take
from fedi.store.lanes import Lanes
from fedi.store.store import Store
from tests.builders import make_person
from tests.outbox.lab import (
    OK,
    Clock,
    FakeNet,
    Gate,
    add_follower_inboxes,
    deliver,
    deliverer,
    fan_out,
    inbox_at,
    send,
    send_to_followers,
    services_of,
    waiting,
)

B, C = inbox_at("b.test"), inbox_at("c.test")
LEASE = 120_000


async def claim(store: Store, owner: str, limit: int = 10) -> list[int]:
    async with store.write() as tx:
        return [lane.host_id for lane in await Lanes(tx, owner).claim(limit, LEASE)]


async def release(store: Store, owner: str, hosts: list[int]) -> None:
    async with store.write() as tx:
        await Lanes(tx, owner).release(hosts)


async def test_a_lane_is_one_owners_until_its_lease_ends(store: Store):
    clock, ana = Clock(store), await make_person(store)
    await send(store, ana, B)
    held = await claim(store, "one")
    assert len(held) == 1
    assert await claim(store, "two") == []
    clock += LEASE - 1
    assert await claim(store, "two") == []
    clock += 1
    assert await claim(store, "two") == held  # the first one crashed
    await release(store, "one", held)  # or woke up late: it holds nothing any more
    assert await claim(store, "three") == []


async def test_a_renewed_lease_lasts(store: Store):
    clock, ana = Clock(store), await make_person(store)
    await send(store, ana, B)
    held = await claim(store, "one")
    clock += LEASE - 1
    async with store.write() as tx:
        await Lanes(tx, "one").renew(held, LEASE)
    clock += LEASE - 1
    assert await claim(store, "two") == []


@pytest.mark.parametrize("renewed", [False, True])
async def test_what_comes_while_a_lane_is_leased_is_not_lost(store: Store, renewed: bool):
    ana, clock = await make_person(store), Clock(store)
    first = await send(store, ana, B)
    held = await claim(store, "one")
    async with store.write() as tx:
        taken = await tx.deliveries.of_lanes(held, 10)
        await tx.deliveries.delivered(taken)
    assert [delivery.activity_id for delivery in taken] == [first]
    second = await send(store, ana, B)
    async with store.write() as tx:
        if renewed:
            await Lanes(tx, "one").renew(held, LEASE)
        # As PostgreSQL may evaluate it: the new row is not seen, the lower `due_at` is.
        await tx.db.run("DELETE FROM deliveries WHERE activity_id = :id", {"id": second})
        await Lanes(tx, "one").release(held)
    assert await claim(store, "two") == held
    assert clock() == store.clock()


async def test_a_release_that_meets_a_publisher_loses_nothing(database_url: str, store: Store):
    """Both transactions are open at once, where the engine lets them."""
    ana = await make_person(store)
    other = await Store.open(database_url)
    await send(store, ana, B)
    for publisher_first in (True, False):
        held = await claim(store, "one")
        async with store.write() as tx:
            await tx.deliveries.delivered(await tx.deliveries.of_lanes(held, 10))
        if publisher_first:
            await asyncio.gather(send(other, ana, B), release(store, "one", held))
        else:
            await asyncio.gather(release(store, "one", held), send(other, ana, B))
    assert len(await claim(store, "two")) == 1
    await other.close()


async def test_a_delivery_that_is_committed_late_is_found(store: Store):
    """Whoever claims the lane between the insert and the commit does not see the row; giving back, it does."""
    if store.database.engine == "sqlite":
        return  # one writer at a time
    ana = await make_person(store)
    made = await send(store, ana, B)
    async with store.write() as tx:
        hosts = await tx.hosts.ensure(["b.test"])
        await tx.deliveries.add(made, [("https://b.test/users/bo/inbox", hosts["b.test"])])
        held = await claim(store, "one")
        assert held == [hosts["b.test"]]
        async with store.write() as other:
            await other.deliveries.delivered(await other.deliveries.of_lanes(held, 10))
    await release(store, "one", held)
    assert await claim(store, "one") == [hosts["b.test"]]


async def test_a_lane_is_not_claimed_between_its_last_change_and_the_commit(store: Store):
    if store.database.engine == "sqlite":
        return  # one writer at a time
    ana = await make_person(store)
    made = await send(store, ana, B)
    async with store.write() as tx:
        hosts = await tx.hosts.ensure(["b.test"])
        await tx.deliveries.add(made, [("https://b.test/users/bo/inbox", hosts["b.test"])])
        await tx.hosts.changed()
        assert await claim(store, "one") == []
    assert await claim(store, "one") == [hosts["b.test"]]


async def test_a_crash_in_the_middle_delivers_again_and_loses_nothing(store: Store, database_url: str):
    clock, net, ana = Clock(store), FakeNet(), await make_person(store)
    gate = Gate()
    net.answers[C] = gate
    await send(store, ana, B)
    await send(store, ana, C)
    crashing = asyncio.create_task(Deliverer(services_of(store, net)).drain())
    await gate.asked.wait()
    crashing.cancel()
    await asyncio.gather(crashing, return_exceptions=True)
    after = await Store.open(database_url)
    later = Clock(after)
    net.answers.clear()
    assert await deliver(after, net) == []
    later.ms = clock() + LEASE
    assert sorted(await deliver(after, net)) == [B, C]
    assert await waiting(after) == []
    gate.open.set()
    await after.close()


async def test_a_slow_host_holds_only_its_own_lane(store: Store):
    net, ana = FakeNet(), await make_person(store)
    slow = Gate()
    net.answers[B] = slow
    await send(store, ana, B)
    await send(store, ana, B)
    stop = asyncio.Event()
    running = asyncio.create_task(deliverer(store, net).run(stop))
    await slow.asked.wait()
    arrived = asyncio.Event()

    async def arrive() -> Reply:
        arrived.set()
        return OK

    net.answers[C] = arrive
    await send(store, ana, C)
    await asyncio.wait_for(arrived.wait(), 10)
    assert net.inboxes == [B, C]  # one at a time to each host
    slow.open.set()
    stop.set()
    await running


async def test_a_viral_post_does_not_delay_a_reply_to_somebody_else(store: Store):
    net = FakeNet()
    star, ana = await make_person(store, "star"), await make_person(store, "ana")
    await add_follower_inboxes(store, star, [f"h{n}.test" for n in range(5 * LANES)])
    await add_follower_inboxes(store, ana, [f"few{n}.test" for n in range(3)])
    await send_to_followers(store, star)
    await fan_out(store)
    await send(store, ana, C)
    await send_to_followers(store, ana)
    await fan_out(store)
    await deliver(store, net)
    first = net.inboxes[: 3 * LANES]
    assert C in first[:LANES]
    assert {inbox_at(f"few{n}.test") for n in range(3)} <= set(first)
    assert len(net.posted) == 5 * LANES + 4


async def test_stopping_hands_leases_back(store: Store):
    net, ana = FakeNet(), await make_person(store)
    slow = Gate()
    net.answers[B] = slow
    first, second = await send(store, ana, B), await send(store, ana, B)
    stop = asyncio.Event()
    running = asyncio.create_task(deliverer(store, net).run(stop))
    await slow.asked.wait()
    stop.set()
    slow.open.set()
    await running
    # What was under way was finished and counted, what was not begun waits for another.
    assert await waiting(store) == [(second, B)]
    assert first < second
    assert len(await claim(store, "two")) == 1


async def test_a_turn_ends_when_its_time_is_over(store: Store):
    net, ana = FakeNet(), await make_person(store)
    await send(store, ana, B)
    held = await claim(store, "one")
    async with store.read() as tx:
        lane_deliveries = await tx.deliveries.of_lanes(held, 10)
        letters = await tx.activities.letters([delivery.activity_id for delivery in lane_deliveries])
        keys = await tx.keys.signing_keys([ana.id])
    turn = Turn(lane=None, deliveries=lane_deliveries, started=0.0)  # type: ignore[arg-type]
    await take(turn, Mail(letters, keys, {}), net, lambda _: True)
    assert (net.inboxes, turn.seen) == ([], 0)
    await take(turn, Mail(letters, keys, {}), net, lambda _: False)
    assert (net.inboxes, turn.seen) == ([B], 1)


async def test_two_deliverers_share_the_work(store: Store, database_url: str):
    net, ana = FakeNet(), await make_person(store)
    other = await Store.open(database_url)
    hosts = [inbox_at(f"h{n}.test") for n in range(3 * LANES)]
    await send(store, ana, *hosts)
    await asyncio.gather(deliverer(store, net).drain(), deliverer(other, net).drain())
    assert sorted(net.inboxes) == sorted(hosts)
    assert await waiting(store) == []
    await other.close()
