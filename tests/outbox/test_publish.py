"""publish and fan_out: what is written, and that it does not grow with the followers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import pytest

from fedi.activitypub.types import Like
from fedi.outbox.publish import Audience, activity_uri, publish
from fedi.store.database import Connection, Params, Step
from fedi.store.store import Store
from tests.builders import make_person, make_stranger
from tests.outbox.lab import (
    DAY,
    HOUR,
    Clock,
    add_follower_inboxes,
    fan_out,
    inbox_at,
    send,
    send_to_followers,
    waiting,
)


class Counting:
    """A connection that counts statements and the rows it answers with."""

    def __init__(self, inner: Connection) -> None:
        self._inner = inner
        self.statements = self.answered = 0

    async def rows(self, sql: str, params: Params | None = None) -> Sequence[Any]:
        found = await self._inner.rows(sql, params)
        self.statements, self.answered = self.statements + 1, self.answered + len(found)
        return found

    async def row(self, sql: str, params: Params | None = None) -> Any:
        found = await self.rows(sql, params)
        return found[0] if found else None

    async def value(self, sql: str, params: Params | None = None) -> Any:
        found = await self.rows(sql, params)
        return found[0][0] if found else None

    async def run(self, sql: str, params: Params | None = None) -> int:
        self.statements += 1
        return await self._inner.run(sql, params)

    async def run_many(self, sql: str, params: Sequence[Params]) -> None:
        self.statements += len(params)
        await self._inner.run_many(sql, params)

    async def each(self, steps: Sequence[Step]) -> list[Sequence[Any]]:
        return [await self.rows(sql, params) for sql, params in steps]


async def count(store: Store, table: str) -> int:
    async with store.read() as tx:
        return int(await tx.db.value(f"SELECT COUNT(*) FROM {table}"))


async def test_an_activity_is_rendered_and_kept_under_the_id_in_its_uri(store: Store):
    ana = await make_person(store)
    async with store.write() as tx:
        expected, uri = activity_uri(tx, ana)
        like = Like(id=uri, actor=ana.uri, object="https://b.test/1")
        made = await publish(tx, like, by=ana, audience=Audience(visibility="unlisted"))
        kept = await tx.activities.by_uri(uri)
    assert made == expected
    assert uri == f"https://a.test/ap/activities/{made}"
    assert kept is not None
    assert (kept.id, kept.type, kept.public, kept.followers_only) == (made, "Like", True, False)
    document = orjson.loads(kept.document)
    assert (document["id"], document["actor"], document["object"]) == (uri, ana.uri, "https://b.test/1")


async def test_direct_inboxes_are_taken_once_and_ours_left_out(store: Store):
    ana = await make_person(store)
    here, there = ana.inbox, inbox_at("b.test")
    made = await send(store, ana, there, here, there, inbox_at("c.test:8443"))
    assert await waiting(store) == [(made, there), (made, inbox_at("c.test:8443"))]
    assert await count(store, "jobs") == 0


async def test_publishing_to_ten_thousand_servers(store: Store):
    """Budget: rows written <= servers + constant, and a number of statements that does not depend on them."""
    servers = [f"h{n}.test" for n in range(10_000)]
    ana = await make_person(store)
    await add_follower_inboxes(store, ana, servers)
    async with store.write() as tx:
        tx.db = counting = Counting(tx.db)
        like = Like(actor=ana.uri, object="https://b.test/1")
        made = await publish(tx, like, by=ana, audience=Audience(followers=True, visibility="public"))
    assert (counting.statements, counting.answered) == (2, 0)
    async with store.write() as tx:
        tx.db = counting = Counting(tx.db)
        assert await tx.deliveries.fan_out(ana.id) == len(servers)
        lane_states = await tx.db.row(
            "SELECT COUNT(due_at) AS due, COUNT(DISTINCT due_at) AS places FROM hosts WHERE due_at <= :now",
            {"now": tx.now},
        )
    assert counting.statements - 1 == 4
    assert counting.answered - 1 <= 1  # no list of inboxes or hosts ever comes to us
    assert (lane_states["due"], lane_states["places"]) == (10_000, 10_000)
    assert {activity for activity, _ in await waiting(store)} == {made}


async def test_a_replayed_fan_out_adds_nothing(store: Store):
    ana = await make_person(store)
    await add_follower_inboxes(store, ana, ["b.test", "c.test"])
    made = await send_to_followers(store, ana)
    await fan_out(store)
    assert await waiting(store) == [(made, inbox_at("b.test")), (made, inbox_at("c.test"))]
    assert await count(store, "jobs") == 0
    async with store.write() as tx:
        assert await tx.deliveries.fan_out(ana.id) == 0


async def test_several_posts_share_a_fan_out_and_keep_their_order(store: Store):
    ana = await make_person(store)
    await add_follower_inboxes(store, ana, ["b.test"])
    first, second = await send_to_followers(store, ana), await send_to_followers(store, ana)
    assert await count(store, "jobs") == 1
    await fan_out(store)
    assert [activity for activity, _ in await waiting(store)] == [first, second]


async def test_a_mention_of_a_follower_makes_one_delivery(store: Store):
    ana = await make_person(store)
    await add_follower_inboxes(store, ana, ["b.test"])
    made = await send_to_followers(store, ana, inboxes=(inbox_at("b.test"),))
    await fan_out(store)
    assert await waiting(store) == [(made, inbox_at("b.test"))]


async def test_servers_whose_last_follower_left_get_what_concerns_older_posts(store: Store):
    clock = Clock(store)
    ana = await make_person(store)
    await add_follower_inboxes(store, ana, ["b.test"])
    await add_follower_inboxes(store, ana, ["c.test"], left_at=clock() - HOUR)
    await add_follower_inboxes(store, ana, ["d.test"], left_at=clock() - DAY)
    new = await send_to_followers(store, ana)
    edit = await send_to_followers(store, ana, former_since=clock() - 2 * HOUR)
    await fan_out(store)
    expected = [(new, "b.test"), (edit, "b.test"), (edit, "c.test")]
    assert await waiting(store) == [(made, inbox_at(host)) for made, host in expected]


async def test_a_host_that_was_given_up_gets_no_fan_out_until_it_lives(store: Store):
    clock = Clock(store)
    ana = await make_person(store)
    await add_follower_inboxes(store, ana, ["b.test", "c.test"])
    async with store.write() as tx:
        await tx.db.run(
            "UPDATE hosts SET failures = 14, failing_since = :since WHERE name = 'c.test'",
            {"since": clock() - 8 * DAY},
        )
    first = await send_to_followers(store, ana)
    await fan_out(store)
    assert await waiting(store) == [(first, inbox_at("b.test"))]
    async with store.write() as tx:
        await tx.hosts.revive((await tx.hosts.ensure(["c.test"])).values())
    second = await send_to_followers(store, ana)
    await fan_out(store)
    assert (second, inbox_at("c.test")) in await waiting(store)


@pytest.mark.parametrize(("visibility", "followers_only"), [("private", True), ("public", False)])
async def test_only_private_posts_to_followers_carry_synchronization(
    store: Store, visibility: str, followers_only: bool
):
    ana, bo = await make_person(store), await make_stranger(store)
    assert bo.host_id is not None
    made = await send_to_followers(store, ana, visibility)
    async with store.read() as tx:
        kept = await tx.activities.by_id(made)
    assert kept is not None
    assert kept.followers_only is followers_only
    assert kept.public is not followers_only
