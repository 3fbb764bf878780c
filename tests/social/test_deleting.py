"""Deleting an account: everyone who knows it hears of it, nothing stays, and nobody gets the name."""

from __future__ import annotations

import pytest

from fedi.activitypub import types
from fedi.errors import NotFound
from fedi.social import deleting, suspending
from fedi.store.store import Store
from tests.builders import make_domain, make_person, make_post, make_stranger
from tests.peer import World
from tests.store.recount import recount
from tests.support.sent import sent


async def test_everyone_who_knows_the_account_hears_of_its_end(store: Store) -> None:
    ana, bea = await make_person(store), await make_person(store, "bea")
    bo, _ = await make_stranger(store, "bo"), await make_stranger(store, "bob")
    cy = await make_stranger(store, "cy", "c.test", shared_inbox=None)
    post = await make_post(store, ana)
    async with store.write() as tx:
        await tx.follows.add(bo.id, ana.id, state="following", uri="https://b.test/f")
        await tx.follows.add(bea.id, ana.id, state="following", uri="https://a.test/f")
        await deleting.delete_own(tx, ana)
    found = await sent(store)
    assert sorted(inbox for inbox, _ in found) == sorted([bo.delivery_inbox, cy.inbox])
    assert all(isinstance(one, types.Delete) and one.object == ana.uri for _, one in found)
    async with store.read() as tx:
        assert await tx.members.by_id(ana.id) is None
        assert await tx.posts.by_id(post.id) is None
        assert await tx.tombstones.among([ana.uri, post.uri]) == {ana.uri, post.uri}
        left = await tx.people.by_id(ana.id)
        assert left is not None
        assert (left.deleted_at is not None, left.name) == (True, "")
    assert await recount(store) == []
    with pytest.raises(NotFound):
        async with store.write() as tx:
            await deleting.delete_own(tx, left)
    async with store.write() as tx:
        assert not await tx.people.add_if_new(bea)  # a name is had once


async def test_only_people_here_delete_themselves(store: Store) -> None:
    domain, bo = await make_domain(store), await make_stranger(store)
    async with store.write() as tx:
        actor = await tx.people.by_id(domain.actor_id or 0)
        assert actor is not None
        for wrong in (actor, bo):
            with pytest.raises(NotFound):
                await deleting.delete_own(tx, wrong)


async def test_the_farewell_is_signed_and_delivered(world: World) -> None:
    ana = await make_person(world.store)
    bo = world.peer("b.test").person("bo")
    await bo.sends(types.Follow(id=bo.new_id(), actor=bo.uri, object=ana.uri))
    await world.settle()
    async with world.store.write() as tx:
        found = await tx.people.by_id(ana.id)
        assert found is not None
        await suspending.suspend(tx, found)
    await world.settle()
    (update,) = bo.received(types.Update)
    assert isinstance(update.object, types.Actor)
    assert update.object.suspended
    async with world.store.write() as tx:
        found = await tx.people.by_id(ana.id)
        assert found is not None
        await deleting.delete_own(tx, found)
    await world.settle()
    assert [one.object for one in bo.received(types.Delete)] == [ana.uri]


async def test_after_thirty_days_the_data_of_a_suspended_account_goes(world: World) -> None:
    store = world.store
    ana, bea = await make_person(store), await make_person(store, "bea")
    async with store.write() as tx:
        for one in (ana, bea):
            await suspending.suspend(tx, one)
        jobs = await tx.db.rows(
            "SELECT id, payload, run_at FROM jobs WHERE kind = 'purge_suspended' ORDER BY id"
        )
        assert [row["run_at"] for row in jobs] == [tx.now + suspending.KEPT_MS] * 2
        await tx.people.update(ana.id, suspended_at=tx.now - suspending.KEPT_MS)
        await tx.db.run("UPDATE jobs SET state = 'running'")  # as whoever runs them has them
    for row, person in zip(jobs, (ana, bea), strict=True):
        await suspending.purge(world.services, {"account_id": person.id, "job_id": row["id"]})
    async with store.read() as tx:
        gone, kept = await tx.people.by_id(ana.id), await tx.people.by_id(bea.id)
        waiting = await tx.db.value("SELECT COUNT(*) FROM jobs WHERE kind = 'purge_suspended'")
    assert gone is not None
    assert kept is not None
    assert (gone.deleted_at is None, kept.deleted_at, waiting) == (False, None, 1)
