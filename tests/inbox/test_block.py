"""Block: both follows end, and the blocker is not told anything but that."""

from __future__ import annotations

import pytest

from fedi.activitypub import types
from fedi.errors import Malformed, NotAllowed
from fedi.inbox import block
from fedi.net.signers import Verified
from fedi.social import following
from fedi.store.follows import FOLLOWING
from fedi.store.store import Store
from tests.builders import make_person, make_stranger
from tests.store.recount import recount
from tests.support.sent import notices, sent


async def test_a_remote_block_ends_follows_both_ways(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    activity = types.Block(id=f"{bo.uri}/b", actor=bo.uri, object=ana.uri)
    async with store.write() as tx:
        await tx.follows.add(ana.id, bo.id, state=FOLLOWING, uri="https://a.test/f")
        await tx.follows.add(bo.id, ana.id, state=FOLLOWING, uri="https://b.test/f")
        for _ in range(2):
            await block.handle(activity, Verified(bo, ""), tx)
        found = await following.relationship(tx, ana, bo)
        with pytest.raises(NotAllowed):
            await following.ask(tx, ana, bo)
    assert (found.blocked_by, found.following, found.followed_by) == (True, False, False)
    assert [type(activity) for _, activity in await sent(store)] == [types.Undo, types.Reject]
    assert await notices(store, ana.id) == []
    assert await recount(store) == []


async def test_a_block_of_nobody_here_or_without_an_id_is_dropped(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    cy = await make_stranger(store, "cy")
    async with store.write() as tx:
        for uri in (cy.uri, "https://a.test/ap/users/1"):
            with pytest.raises(NotAllowed):
                await block.handle(
                    types.Block(id="https://b.test/b", actor=bo.uri, object=uri), Verified(bo, ""), tx
                )
        with pytest.raises(Malformed):
            await block.handle(types.Block(actor=bo.uri, object=ana.uri), Verified(bo, ""), tx)
        assert await tx.db.value("SELECT COUNT(*) FROM blocks") == 0
