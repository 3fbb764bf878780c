"""Blocking: follows end both ways, the other server hears of it, and a blocked server is cut off."""

from __future__ import annotations

import pytest

from fedi.activitypub import types
from fedi.errors import NotFound
from fedi.model.people import Account
from fedi.social import blocking, following
from fedi.store.follows import FOLLOWING
from fedi.store.store import Store, Transaction
from tests.builders import make_person, make_stranger
from tests.store.recount import recount
from tests.support.sent import notices, sent


async def follow_each_other(tx: Transaction, one: Account, other: Account) -> None:
    await tx.follows.add(one.id, other.id, state=FOLLOWING, uri=f"{one.uri}/f")
    await tx.follows.add(other.id, one.id, state=FOLLOWING, uri=f"{other.uri}/f")


async def test_blocking_a_remote_person_ends_follows_both_ways_and_says_so(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    async with store.write() as tx:
        await follow_each_other(tx, ana, bo)
        await tx.notifications.add(ana.id, "follow", bo.id)
        found = await blocking.block(tx, ana, bo)
        again = await blocking.block(tx, ana, bo)
    assert found == again
    assert (found.blocking, found.following, found.followed_by) == (True, False, False)
    (_, undo), (_, reject), (inbox, block) = await sent(store)
    assert inbox == bo.inbox
    assert isinstance(undo, types.Undo)
    assert isinstance(reject, types.Reject)
    assert isinstance(block, types.Block)
    assert undo.object == types.Follow(id=f"{ana.uri}/f", actor=ana.uri, object=bo.uri)
    assert reject.object == types.Follow(id=f"{bo.uri}/f", actor=bo.uri, object=ana.uri)
    assert (block.actor, block.object) == (ana.uri, bo.uri)
    assert await notices(store, ana.id) == []
    assert await recount(store) == []


async def test_unblocking_takes_the_block_back_and_nothing_else(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    async with store.write() as tx:
        await blocking.block(tx, ana, bo)
        found = await blocking.unblock(tx, ana, bo)
        await blocking.unblock(tx, ana, bo)
    assert not found.blocking
    (_, block), (inbox, undo) = await sent(store)
    assert inbox == bo.inbox
    assert isinstance(undo, types.Undo)
    assert undo.object == types.Block(id=block.id, actor=ana.uri, object=bo.uri)


async def test_blocking_a_local_person_sends_nothing(store: Store) -> None:
    ana, cleo = await make_person(store, "ana"), await make_person(store, "cleo")
    async with store.write() as tx:
        await follow_each_other(tx, ana, cleo)
        await blocking.block(tx, ana, cleo)
        theirs = await following.relationship(tx, cleo, ana)
        await blocking.unblock(tx, ana, cleo)
        with pytest.raises(NotFound):
            await blocking.block(tx, ana, ana)
    assert (theirs.blocked_by, theirs.following, theirs.followed_by) == (True, False, False)
    assert await sent(store) == []
    assert await recount(store) == []
