"""What local people do about follows, and what is sent for it."""

from __future__ import annotations

import pytest

from fedi.activitypub import types
from fedi.errors import NotAllowed, NotFound
from fedi.social import blocking, following
from fedi.store.store import Store
from tests.builders import make_person, make_post, make_stranger
from tests.store.recount import recount
from tests.support.sent import notices, sent


async def test_a_local_person_is_followed_at_once_and_told(store: Store) -> None:
    ana, cleo = await make_person(store, "ana"), await make_person(store, "cleo")
    post = await make_post(store, ana)
    async with store.write() as tx:
        found = await following.ask(tx, cleo, ana, show_reblogs=False, notify=True)
        home = await tx.db.value("SELECT post_id FROM home_entries WHERE account_id = :id", {"id": cleo.id})
    assert (found.following, found.requested, found.showing_reblogs, found.notifying) == (
        True,
        False,
        False,
        True,
    )
    assert home == post.id
    assert await notices(store, ana.id) == [("follow", cleo.id)]
    assert await sent(store) == []
    async with store.write() as tx:
        found = await following.undo(tx, cleo, ana)
        assert await tx.db.value("SELECT COUNT(*) FROM home_entries") == 0
    assert not found.following
    assert await notices(store, ana.id) == []
    assert await recount(store) == []


async def test_a_locked_local_person_is_asked(store: Store) -> None:
    ana, cleo = await make_person(store, "ana", locked=True), await make_person(store, "cleo")
    async with store.write() as tx:
        found = await following.ask(tx, cleo, ana)
        assert (found.following, found.requested) == (False, True)
    assert await notices(store, ana.id) == [("follow_request", cleo.id)]
    async with store.write() as tx:
        found = await following.accept(tx, ana, cleo)
        assert (found.followed_by, found.requested_by) == (True, False)
        with pytest.raises(NotFound):
            await following.accept(tx, ana, cleo)
        with pytest.raises(NotFound):
            await following.reject(tx, ana, cleo)
    assert await notices(store, ana.id) == [("follow", cleo.id)]
    assert await recount(store) == []


async def test_a_remote_person_is_asked_whatever_its_profile_says(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo", locked=False)
    async with store.write() as tx:
        found = await following.ask(tx, ana, bo)
        assert (found.following, found.requested) == (False, True)
        follow = await tx.follows.between(ana.id, bo.id)
    assert follow is not None
    [(inbox, activity)] = await sent(store)
    assert inbox == bo.inbox
    assert activity == types.Follow(id=follow.uri, actor=ana.uri, object=bo.uri, to=(bo.uri,))
    async with store.write() as tx:
        again = await following.ask(tx, ana, bo, show_reblogs=False)
        assert (again.requested, again.showing_reblogs) == (True, False)
    assert len(await sent(store)) == 1


async def test_unfollowing_a_remote_person_embeds_the_follow(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    async with store.write() as tx:
        await following.ask(tx, ana, bo)
        found = await following.undo(tx, ana, bo)
        await following.undo(tx, ana, bo)
    assert not found.requested
    (_, asked), (inbox, undo) = await sent(store)
    assert inbox == bo.inbox
    assert isinstance(undo, types.Undo)
    assert undo.object == types.Follow(id=asked.id, actor=ana.uri, object=bo.uri)
    assert undo.to == (bo.uri,)


async def test_a_remote_follower_is_accepted_or_rejected_by_a_person(store: Store) -> None:
    ana = await make_person(store, "ana", locked=True)
    bo, cy = await make_stranger(store, "bo"), await make_stranger(store, "cy")
    follows = {
        person.id: types.Follow(id=f"{person.uri}/f", actor=person.uri, object=ana.uri) for person in (bo, cy)
    }
    async with store.write() as tx:
        for person in (bo, cy):
            await following.asked(tx, follows[person.id], person, ana)
        assert [one.account.id for one in await tx.follows.requests(ana.id)] == [cy.id, bo.id]
        await following.accept(tx, ana, bo)
        await following.reject(tx, ana, cy)
        assert await tx.follows.requests(ana.id) == []
        assert [one.account.id for one in await tx.follows.followers(ana.id)] == [bo.id]
    accept, reject = [activity for _, activity in await sent(store)]
    assert isinstance(accept, types.Accept)
    assert isinstance(reject, types.Reject)
    assert (accept.actor, accept.object, accept.to) == (ana.uri, follows[bo.id], (bo.uri,))
    assert (reject.actor, reject.object, reject.to) == (ana.uri, follows[cy.id], (cy.uri,))
    assert await notices(store, ana.id) == [("follow", bo.id)]
    assert await recount(store) == []


async def test_a_removed_remote_follower_hears_of_it(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    follow = types.Follow(id=f"{bo.uri}/f", actor=bo.uri, object=ana.uri)
    async with store.write() as tx:
        await following.asked(tx, follow, bo, ana)
        found = await following.remove_follower(tx, ana, bo)
        await following.remove_follower(tx, ana, bo)
    assert not found.followed_by
    _, (inbox, reject) = await sent(store)
    assert inbox == bo.inbox
    assert isinstance(reject, types.Reject)
    assert reject.object == follow
    assert await notices(store, ana.id) == []


async def test_who_cannot_be_followed(store: Store) -> None:
    ana = await make_person(store, "ana")
    gone = await make_stranger(store, "gone", deleted_at=1)
    moved = await make_stranger(store, "moved", moved_to_uri="https://c.test/users/moved")
    blocked, blocks = await make_stranger(store, "blocked"), await make_stranger(store, "blocks")
    async with store.write() as tx:
        await blocking.block(tx, ana, blocked)
        await tx.blocks.add(blocks.id, ana.id, "https://b.test/1")
        for person in (ana, gone):
            with pytest.raises(NotFound):
                await following.ask(tx, ana, person)
        for person in (moved, blocked, blocks):
            with pytest.raises(NotAllowed):
                await following.ask(tx, ana, person)
        assert await tx.db.value("SELECT COUNT(*) FROM follows") == 0
