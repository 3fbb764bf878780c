"""What becomes of a delivery: taken, refused, put off, given up."""

from __future__ import annotations

import orjson
import pytest

from fedi.errors import AddressRefused, Unreachable
from fedi.net.values import Reply
from fedi.outbox.deliver import PER_TURN
from fedi.outbox.retry import DELIVERY_TRIES
from fedi.store.hosts import HostState
from fedi.store.store import Store
from tests.builders import make_person, make_stranger
from tests.outbox.lab import (
    DAY,
    HOUR,
    MINUTE,
    Clock,
    FakeNet,
    add_follower_inboxes,
    dead,
    deliver,
    fan_out,
    inbox_at,
    send,
    send_to_followers,
    waiting,
)
from tests.support.defederated import block_domain

B, C = inbox_at("b.test"), inbox_at("c.test")


async def host(store: Store, name: str = "b.test") -> HostState:
    async with store.read() as tx:
        found = await tx.hosts.by_name(name)
    assert found is not None
    return found


async def test_a_delivery_is_signed_by_the_author_and_gone_when_taken(store: Store):
    clock, net, ana = Clock(store), FakeNet(), await make_person(store)
    await send(store, ana, B)
    assert await deliver(store, net) == [B]
    posted = net.posted[0]
    assert orjson.loads(posted.body)["actor"] == ana.uri
    assert (posted.key_id, posted.headers) == (f"{ana.uri}#main-key", {})
    assert await waiting(store) == []
    state = await host(store)
    assert (state.due_at, state.last_success_at) == (None, clock())


async def test_a_host_gets_things_in_order_over_several_turns(store: Store):
    net, ana = FakeNet(), await make_person(store)
    sent = [await send(store, ana, B) for _ in range(PER_TURN * 2 + 3)]
    await deliver(store, net)
    uris = [orjson.loads(posted.body)["id"] for posted in net.posted]
    assert uris == [f"https://a.test/ap/activities/{made}" for made in sent]
    assert (await host(store)).due_at is None


@pytest.mark.parametrize("status", [400, 403, 404, 413, 501])
async def test_a_refusal_is_for_good_and_its_reason_kept(store: Store, status: int):
    net, ana = FakeNet(), await make_person(store)
    net.answers[B] = Reply(status, None, "no such thing")
    await send(store, ana, B)
    await deliver(store, net)
    assert (await waiting(store), await dead(store)) == ([], [(B, f"HTTP {status} no such thing")])
    assert (await host(store)).failures == 0  # it lives


async def test_a_refused_address_is_for_good(store: Store):
    net, ana = FakeNet(), await make_person(store)
    net.answers[B] = AddressRefused("private")
    await send(store, ana, B)
    await deliver(store, net)
    assert await dead(store) == [(B, "AddressRefused: private")]


async def test_a_dead_host_costs_one_probe_a_pause_and_no_tries(store: Store):
    clock, net, ana = Clock(store), FakeNet(), await make_person(store)
    net.answers[B] = Unreachable("no route")
    for _ in range(3):
        await send(store, ana, B)
    assert await deliver(store, net) == [B]
    assert await deliver(store, net) == []
    clock += 29_000
    await send(store, ana, B)  # what is new does not shorten the pause
    assert await deliver(store, net) == []
    clock += 1_000
    assert await deliver(store, net) == [B]
    state = await host(store)
    assert (state.failures, state.retry_at, state.due_at) == (2, clock() + 2 * MINUTE, clock() + 2 * MINUTE)
    assert state.last_error == "Unreachable: no route"
    async with store.read() as tx:
        lane = (await tx.deliveries.waiting_summary())[0]
    assert (lane.host, lane.waiting, lane.attempts, lane.failures) == ("b.test", 4, 0, 2)
    del net.answers[B]
    clock += 2 * MINUTE
    assert await deliver(store, net) == [B] * 4
    assert (await host(store)).failures == 0


async def test_a_host_that_is_down_for_a_week_is_given_up(store: Store):
    clock, net, ana = Clock(store), FakeNet(), await make_person(store)
    net.answers[B] = Unreachable("no route")
    await send(store, ana, B)
    began, probes = clock(), 0
    while await waiting(store):
        await send(store, ana, C)
        went = await deliver(store, net)
        assert C in went  # nobody else notices
        probes += went.count(B)
        clock.ms = max(clock(), (await host(store)).retry_at)
    assert 7 * DAY <= clock() - began < 8.5 * DAY
    assert probes < 24
    assert await dead(store) == [(B, "Unreachable: no route")]


async def test_a_sign_of_life_ends_the_pause(store: Store):
    clock, net, ana = Clock(store), FakeNet(), await make_person(store)
    net.answers[B] = Unreachable("no route")
    await send(store, ana, B)
    await deliver(store, net)
    del net.answers[B]
    assert await deliver(store, net) == []
    async with store.write() as tx:
        ids = list((await tx.hosts.ensure(["b.test", "c.test"])).values())
        assert await tx.hosts.failing(ids) == [(await tx.hosts.ensure(["b.test"]))["b.test"]]
        await tx.hosts.revive(ids)
    assert await deliver(store, net) == [B]
    assert (await host(store, "c.test")).due_at is None
    assert clock() == store.clock()


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_holds_the_whole_lane(store: Store, status: int):
    clock, net, ana = Clock(store), FakeNet(), await make_person(store)
    other = "https://b.test/users/bo/inbox"
    net.answers[B] = Reply(status, 3 * 3600.0, "slow down")
    await send(store, ana, B)
    await send(store, ana, other)
    assert await deliver(store, net) == [B]
    clock += 3 * HOUR - 1
    assert await deliver(store, net) == []
    clock += 1
    net.answers.clear()
    assert await deliver(store, net) == [B, other]


async def test_what_a_server_stumbles_over_is_put_aside_and_given_up_in_the_end(store: Store):
    clock, net, ana = Clock(store), FakeNet(), await make_person(store)
    poison, other = "https://b.test/users/po/inbox", "https://b.test/users/bo/inbox"
    net.answers[poison] = Reply(500, None, "oops")
    await send(store, ana, poison)
    await send(store, ana, other)
    began, order, tries = clock(), [], 0
    while await waiting(store):
        went = await deliver(store, net)
        order += went
        tries += went.count(poison)
        clock += MINUTE
        if clock() - began > HOUR:
            clock += HOUR
    # First in order, then the one behind it goes before it.
    assert order[:4] == [poison, poison, poison, other]
    assert tries == DELIVERY_TRIES
    assert 2 * DAY < clock() - began < 5 * DAY
    assert await dead(store) == [(poison, "HTTP 500 oops")]


async def test_a_gone_inbox_gets_nothing_more_and_its_actor_is_looked_at(store: Store):
    net, ana, bo = FakeNet(), await make_person(store), await make_stranger(store, shared_inbox=None)
    net.answers[bo.inbox] = Reply(410, None, "")
    for _ in range(3):
        await send(store, ana, bo.inbox)
    await send(store, ana, B)
    assert await deliver(store, net) == [bo.inbox, B]
    assert await waiting(store) == []
    async with store.write() as tx:
        jobs = await tx.jobs.claim(9, MINUTE)
    assert [(job.kind, job.payload) for job in jobs] == [("refresh_actor", {"uri": bo.uri})]


async def test_a_fault_of_ours_stops_nobody_else(store: Store):
    net, ana = FakeNet(), await make_person(store)

    async def broken() -> Reply:
        raise ValueError("a fault")

    net.answers[B] = broken
    await send(store, ana, B, C)
    assert sorted(await deliver(store, net)) == [B, C]
    assert [inbox for _, inbox in await waiting(store)] == [B]
    assert (await host(store)).last_error == "ValueError: a fault"


async def test_nothing_goes_to_a_suspended_domain_or_below_it(store: Store):
    net, ana = FakeNet(), await make_person(store)
    below = inbox_at("social.b.test:8443")
    await send(store, ana, B, below, C)
    async with store.write() as tx:
        await block_domain(tx, "b.test")
    assert await deliver(store, net) == [C]
    assert await waiting(store) == []


async def test_an_author_without_a_key_sends_nothing(store: Store):
    net, ana = FakeNet(), await make_person(store)
    await send(store, ana, B)
    async with store.write() as tx:
        await tx.keys.keep_only(ana.id, [])
    assert await deliver(store, net) == []
    assert await dead(store) == [(B, "the author has no key")]


async def test_private_posts_carry_the_digest_of_each_hosts_followers(store: Store):
    net, ana = FakeNet(), await make_person(store)
    bo = await make_stranger(store)
    async with store.write() as tx:
        await tx.follows.add(bo.id, ana.id, state="following", uri="https://b.test/f/1")
    await add_follower_inboxes(store, ana, ["c.test"])  # counted without a digest: it gets no header
    await send_to_followers(store, ana, "private")
    await fan_out(store)
    await deliver(store, net)
    headers = {posted.inbox: posted.headers for posted in net.posted}
    async with store.read() as tx:
        digest = (await tx.follows.digest(ana.id, bo.host_id or 0)).hex()
    assert headers[C] == {}
    assert headers[B] == {
        "Collection-Synchronization": f'collectionId="{ana.followers_uri}", '
        f'url="{ana.followers_uri}/synchronization", digest="{digest}"'
    }


async def test_dead_letters_are_retried_and_dropped_by_host_and_by_activity(store: Store):
    net, ana = FakeNet(), await make_person(store)
    net.answers = {B: Reply(404, None, ""), C: Reply(404, None, "")}
    first, second = await send(store, ana, B, C), await send(store, ana, B)
    await deliver(store, net)
    async with store.write() as tx:
        page = await tx.deliveries.dead(2)
        assert [(letter.activity_id, letter.inbox) for letter in page] == [(first, B), (first, C)]
        assert [letter.activity_id for letter in await tx.deliveries.dead(2, page[-1])] == [second]
        assert await tx.deliveries.retry(host="c.test") == 1
        assert await tx.deliveries.drop([second]) == 1
    net.answers.clear()
    assert await deliver(store, net) == [C]
    async with store.write() as tx:
        assert await tx.deliveries.retry() == 1
    assert await deliver(store, net) == [B]
    assert await dead(store) == []


async def test_what_pauses_is_tried_at_once_when_an_operator_says_so(store: Store):
    net, ana = FakeNet(), await make_person(store)
    net.answers = {B: Unreachable("down"), C: Reply(500, None, "")}
    await send(store, ana, B, C)
    await deliver(store, net)
    net.answers.clear()
    assert await deliver(store, net) == []  # both pause
    async with store.write() as tx:
        assert await tx.deliveries.hurry(host="d.test") == 0
        assert await tx.deliveries.hurry(host="c.test") == 1
    assert await deliver(store, net) == [C]
    async with store.write() as tx:
        assert await tx.deliveries.hurry() == 1
        assert await tx.deliveries.hurry() == 0
    assert await deliver(store, net) == [B]


async def test_activities_are_forgotten_when_old_and_delivered(store: Store):
    clock, net, ana = Clock(store), FakeNet(), await make_person(store)
    net.answers[C] = Unreachable("down")
    done, held = await send(store, ana, B), await send(store, ana, C)
    await deliver(store, net)
    clock += 31 * DAY
    fresh = await send(store, ana)
    async with store.write() as tx:
        assert await tx.activities.forget(clock() - 30 * DAY) == 1
        kept = {made: await tx.activities.by_id(made) is not None for made in (done, held, fresh)}
    assert kept == {done: False, held: True, fresh: True}
