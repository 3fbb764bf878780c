"""Follows, and everything that is counted from them."""

from __future__ import annotations

import asyncio
from hashlib import sha256

import pytest

from fedi.activitypub.collection_digests import EMPTY, digest_of
from fedi.store.follow_counts import PULLED_ABOVE
from fedi.store.follows import ASKED, FOLLOWING
from fedi.store.store import Store
from tests.builders import make_person, make_stranger
from tests.store.recount import recount


def test_the_digest_of_the_proposal() -> None:
    # The example of FEP-8fcf.
    digest = digest_of(["https://testing.example.org/users/1", "https://testing.example.org/users/2"])
    assert digest.hex() == "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"
    assert digest_of([]) == EMPTY


async def test_a_follow_counts_on_both_sides_once_it_is_in_force(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    async with store.write() as tx:
        follow, is_new = await tx.follows.add(bo.id, ana.id, state=ASKED, uri="https://b.test/f/1")
        assert is_new
        before = await tx.people.by_ids([ana.id, bo.id])
        assert await tx.follows.accept(follow)
        assert not await tx.follows.accept(follow)
        after = await tx.people.by_ids([ana.id, bo.id])
    assert (before[ana.id].followers_count, before[bo.id].following_count) == (0, 0)
    assert (after[ana.id].followers_count, after[bo.id].following_count) == (1, 1)
    assert after[ana.id].local_followers_count == 0
    assert (await recount(store)) == []


async def test_asking_again_keeps_the_state_and_takes_the_new_id(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    async with store.write() as tx:
        await tx.follows.add(bo.id, ana.id, state=FOLLOWING, uri="https://b.test/f/1")
        follow, is_new = await tx.follows.add(bo.id, ana.id, state=ASKED, uri="https://b.test/f/2")
        assert (is_new, follow.state, follow.uri) == (False, FOLLOWING, "https://b.test/f/2")
        assert await tx.follows.asked_by(bo.id, "https://b.test/f/1") is None
        assert await tx.follows.asked_by(bo.id, "https://b.test/f/2") == follow
        assert await tx.follows.asked_of(ana.id, "https://b.test/f/2") == follow
        assert await tx.follows.asked_of(bo.id, "https://b.test/f/2") is None
        assert await tx.follows.asked_by(ana.id, "https://b.test/f/2") is None
    assert await recount(store) == []


async def test_followers_of_one_server_share_one_inbox_row(store: Store) -> None:
    ana = await make_person(store, "ana")
    people = [await make_stranger(store, name) for name in ("bo", "cy", "di")]
    async with store.write() as tx:
        for person in people:
            await tx.follows.add(person.id, ana.id, state=FOLLOWING, uri=f"{person.uri}/f")
        rows = await tx.db.rows("SELECT inbox, followers, left_at FROM follower_inboxes")
        assert [(row["inbox"], row["followers"], row["left_at"]) for row in rows] == [
            ("https://b.test/inbox", 3, None)
        ]
        assert await tx.follows.digest(ana.id, people[0].host_id or 0) == digest_of(p.uri for p in people)
        assert await tx.follows.follower_uris_on(ana.id, people[0].host_id or 0) == [p.uri for p in people]
    assert await recount(store) == []


async def test_an_inbox_whose_last_follower_left_stays_with_the_time(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    question = "SELECT followers, left_at FROM follower_inboxes WHERE account_id = :id"
    async with store.write() as tx:
        await tx.follows.add(bo.id, ana.id, state=FOLLOWING, uri="https://b.test/f/1")
        removed = await tx.follows.remove(bo.id, ana.id)
        assert removed is not None
        assert removed.uri == "https://b.test/f/1"
        assert await tx.follows.remove(bo.id, ana.id) is None
        row = await tx.db.row(question, {"id": ana.id})
        assert row is not None
        assert (row["followers"], row["left_at"]) == (0, tx.now)
        assert await tx.follows.digest(ana.id, bo.host_id or 0) == EMPTY
        await tx.follows.add(bo.id, ana.id, state=FOLLOWING, uri="https://b.test/f/2")
        row = await tx.db.row(question, {"id": ana.id})
        assert row is not None
        assert (row["followers"], row["left_at"]) == (1, None)


async def test_local_followers_and_remote_followees_have_no_inbox_rows(store: Store) -> None:
    ana, cleo = await make_person(store, "ana"), await make_person(store, "cleo")
    bo = await make_stranger(store, "bo")
    async with store.write() as tx:
        await tx.follows.add(cleo.id, ana.id, state=FOLLOWING, uri="https://a.test/f/1")
        await tx.follows.add(cleo.id, bo.id, state=FOLLOWING, uri="https://a.test/f/2")
        assert await tx.db.value("SELECT COUNT(*) FROM follower_inboxes") == 0
        people = await tx.people.by_ids([ana.id, bo.id])
        assert await tx.follows.local_follower_ids(bo.id) == [cleo.id]
    assert people[ana.id].local_followers_count == people[bo.id].local_followers_count == 1
    assert await recount(store) == []


async def test_an_author_with_very_many_local_followers_is_pulled(store: Store) -> None:
    ana, cleo = await make_person(store, "ana"), await make_person(store, "cleo")
    bo = await make_stranger(store, "bo")
    async with store.write() as tx:
        await tx.people.update(ana.id, local_followers_count=PULLED_ABOVE)
        await tx.follows.add(bo.id, ana.id, state=FOLLOWING, uri="https://b.test/f/1")
        remote_only = await tx.people.by_id(ana.id)
        await tx.follows.add(cleo.id, ana.id, state=FOLLOWING, uri="https://a.test/f/1")
        one_more = await tx.people.by_id(ana.id)
        await tx.follows.remove(cleo.id, ana.id)
        one_less = await tx.people.by_id(ana.id)
    assert remote_only is not None
    assert one_more is not None
    assert one_less is not None
    assert [person.pulled for person in (remote_only, one_more, one_less)] == [False, True, True]


async def test_a_moved_inbox_takes_its_follower_along(store: Store) -> None:
    ana, cleo = await make_person(store, "ana"), await make_person(store, "cleo")
    bo, di = await make_stranger(store, "bo"), await make_stranger(store, "di")
    async with store.write() as tx:
        for follower, followee in ((bo, ana), (bo, cleo), (di, ana)):
            uri = f"{follower.uri}/{followee.id}"
            await tx.follows.add(follower.id, followee.id, state=FOLLOWING, uri=uri)
        new = "https://in.b.test/inbox"
        host = (await tx.hosts.ensure(["in.b.test"]))["in.b.test"]
        await tx.people.update(bo.id, shared_inbox=new)
        await tx.follows.moved_inbox(bo.id, bo.delivery_inbox, new)
        rows = await tx.db.rows("SELECT * FROM follower_inboxes WHERE inbox = :new", {"new": new})
        assert {(row["account_id"], row["followers"], row["host_id"]) for row in rows} == {
            (ana.id, 1, host),
            (cleo.id, 1, host),
        }
    assert await recount(store) == []
    async with store.write() as tx:
        await tx.follows.remove(bo.id, ana.id)
    assert await recount(store) == []


async def test_an_inbox_on_another_host_is_delivered_to_in_that_hosts_lane(store: Store) -> None:
    ana = await make_person(store, "ana")
    bo = await make_stranger(store, "bo", shared_inbox="https://in.b.test/inbox")
    async with store.write() as tx:
        await tx.follows.add(bo.id, ana.id, state=FOLLOWING, uri="https://b.test/f/1")
        host = await tx.db.value("SELECT host_id FROM follower_inboxes")
        assert host == (await tx.hosts.ensure(["in.b.test"]))["in.b.test"]
        assert await tx.follows.follower_uris_on(ana.id, bo.host_id or 0) == [bo.uri]


async def test_relationships_of_many_take_one_statement(store: Store) -> None:
    ana = await make_person(store, "ana")
    bo, cy, di, ed = [await make_stranger(store, name) for name in ("bo", "cy", "di", "ed")]
    async with store.write() as tx:
        await tx.follows.add(
            ana.id, bo.id, state=FOLLOWING, uri="https://a.test/1", show_reblogs=False, notify=True
        )
        await tx.follows.add(ana.id, cy.id, state=ASKED, uri="https://a.test/2")
        await tx.follows.add(bo.id, ana.id, state=ASKED, uri="https://b.test/1")
        await tx.follows.add(di.id, ana.id, state=FOLLOWING, uri="https://b.test/2")
        await tx.blocks.add(ana.id, cy.id, "https://a.test/3")
        await tx.blocks.add(di.id, ana.id, "https://b.test/3")
        to_bo, to_cy, to_di, to_ed = await tx.follows.relationships(ana.id, [bo.id, cy.id, di.id, ed.id])
        assert await tx.follows.followed_among(ana.id, [bo.id, cy.id, di.id]) == {bo.id}
    assert (to_bo.following, to_bo.showing_reblogs, to_bo.notifying, to_bo.requested_by) == (
        True,
        False,
        True,
        True,
    )
    assert (to_bo.requested, to_bo.followed_by) == (False, False)
    assert (to_cy.following, to_cy.requested, to_cy.blocking) == (False, True, True)
    assert (to_di.followed_by, to_di.blocked_by, to_di.blocking) == (True, True, False)
    assert to_ed.id == ed.id
    assert not any(getattr(to_ed, name) for name in to_ed.__struct_fields__ if name != "id")


@pytest.mark.parametrize("which", ["followers", "requests"])
async def test_lists_page_both_ways(store: Store, which: str) -> None:
    ana = await make_person(store, "ana")
    people = [await make_stranger(store, f"p{number}") for number in range(5)]
    state = FOLLOWING if which == "followers" else ASKED
    async with store.write() as tx:
        ids = []
        for person in people:
            follow, _ = await tx.follows.add(person.id, ana.id, state=state, uri=f"{person.uri}/f")
            ids.append(follow.id)
        listed = tx.follows.followers if which == "followers" else tx.follows.requests
        newest = await listed(ana.id, limit=2)
        older = await listed(ana.id, limit=2, max_id=newest[-1].id)
        newer = await listed(ana.id, limit=2, min_id=ids[0])
        followed = await tx.follows.following(people[0].id)
    assert [one.account.username for one in newest + older] == ["p4", "p3", "p2", "p1"]
    assert [one.account.username for one in newer] == ["p2", "p1"]
    assert [one.account.id for one in followed] == ([ana.id] if which == "followers" else [])


async def test_removing_all_follows_of_an_account_counts_as_one_by_one(store: Store) -> None:
    ana, cleo = await make_person(store, "ana"), await make_person(store, "cleo")
    strangers = [await make_stranger(store, f"p{number}", f"{number % 3}.test") for number in range(12)]
    async with store.write() as tx:
        for stranger in strangers:
            await tx.follows.add(stranger.id, ana.id, state=FOLLOWING, uri=f"{stranger.uri}/f")
            await tx.follows.add(ana.id, stranger.id, state=FOLLOWING, uri=f"{stranger.uri}/b")
        await tx.follows.add(cleo.id, ana.id, state=ASKED, uri="https://a.test/1")
        await tx.follows.add(strangers[0].id, cleo.id, state=FOLLOWING, uri="https://0.test/c")
    async with store.write() as tx:
        assert await tx.follows.remove_of(strangers[0].id) == 3
    assert await recount(store) == []
    async with store.write() as tx:
        assert await tx.follows.remove_of(ana.id) == 23
        assert await tx.db.value("SELECT COUNT(*) FROM follows") == 0
    assert await recount(store) == []


async def test_suspending_a_domain_takes_its_subdomains_and_ports_and_no_lookalikes(store: Store) -> None:
    ana = await make_person(store, "ana")
    hosts = ("bad.test", "x.bad.test", "bad.test:8443", "notbad.test", "bad.test.ok.test", "ba_.test")
    people = [await make_stranger(store, "p", host) for host in hosts]
    split = await make_stranger(store, "q", "ap.test", domain="bad.test", handle="q@bad.test")
    async with store.write() as tx:
        for person in [*people, split]:
            await tx.follows.add(person.id, ana.id, state=FOLLOWING, uri=f"{person.uri}/f")
            await tx.follows.add(ana.id, person.id, state=ASKED, uri=f"{person.uri}/b")
        assert await tx.follows.remove_of_people(await tx.follows.people_of_domain("bad.test")) == 8
        assert await tx.follows.remove_of_people(await tx.follows.people_of_domain("ba_.test")) == 2
        left = {one.account.domain for one in await tx.follows.followers(ana.id)}
    assert left == {"notbad.test", "bad.test.ok.test"}
    assert await recount(store) == []


async def test_followers_who_come_and_go_at_once_lose_no_digest(store: Store) -> None:
    ana, cleo = await make_person(store, "ana"), await make_person(store, "cleo")
    strangers = [await make_stranger(store, f"p{number}", f"{number % 2}.test") for number in range(12)]

    async def come_and_go(number: int) -> None:
        stranger = strangers[number]
        # In both orders, so that locks taken in the order of the calls would meet head-on.
        pairs = [(stranger, ana), (ana, stranger), (stranger, cleo)]
        for follower, followee in pairs if number % 2 else reversed(pairs):
            async with store.write() as tx:
                uri = f"{stranger.uri}/{follower.id}/{followee.id}"
                await tx.follows.add(follower.id, followee.id, state=FOLLOWING, uri=uri)
        if number % 3 == 0:
            async with store.write() as tx:
                await tx.follows.remove(stranger.id, ana.id)

    await asyncio.gather(*(come_and_go(number) for number in range(12)))
    assert await recount(store) == []
    async with store.read() as tx:
        assert (await tx.people.by_ids([ana.id]))[ana.id].followers_count == 8
        digest = await tx.follows.digest(cleo.id, strangers[0].host_id or 0)
    expected = 0
    for stranger in strangers[::2]:
        expected ^= int.from_bytes(sha256(stranger.uri.encode()).digest(), "big")
    assert int.from_bytes(digest, "big") == expected
