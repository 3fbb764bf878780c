"""Follow: accepted, asked of a person, or refused; repeated, late, and by the thousand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from fedi.activitypub import types
from fedi.errors import Malformed, NotAllowed
from fedi.inbox import follow, undo
from fedi.model.people import Account
from fedi.net.signers import Verified
from fedi.social import following
from fedi.store.database import Connection, Params, Row, Step
from fedi.store.store import Store, Transaction
from tests.builders import make_person, make_stranger
from tests.store.recount import recount
from tests.support.sent import notices, sent

MOST_STATEMENTS = 16


def asks(bo: Account, ana: Account, number: int = 1) -> types.Follow:
    return types.Follow(id=f"{bo.uri}/follows/{number}", actor=bo.uri, object=ana.uri)


async def handle(store: Store, activity: types.Follow, sender: Account) -> None:
    async with store.write() as tx:
        await follow.handle(activity, Verified(sender, ""), tx)


async def test_an_open_account_accepts_and_its_person_is_told(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    await handle(store, asks(bo, ana), bo)
    [(inbox, accept)] = await sent(store)
    assert inbox == bo.inbox
    assert isinstance(accept, types.Accept)
    assert (accept.actor, accept.object) == (ana.uri, asks(bo, ana))
    assert await notices(store, ana.id) == [("follow", bo.id)]
    assert await recount(store) == []


async def test_a_locked_account_asks_its_person(store: Store) -> None:
    ana, bo = await make_person(store, "ana", locked=True), await make_stranger(store, "bo")
    await handle(store, asks(bo, ana), bo)
    await handle(store, asks(bo, ana), bo)
    assert await sent(store) == []
    assert await notices(store, ana.id) == [("follow_request", bo.id)]
    async with store.read() as tx:
        assert not await tx.follows.followers(ana.id)


async def test_what_was_asked_of_a_locked_account_is_accepted_once_it_is_open(store: Store) -> None:
    ana, bo = await make_person(store, "ana", locked=True), await make_stranger(store, "bo")
    await handle(store, asks(bo, ana), bo)
    async with store.write() as tx:
        await tx.people.update(ana.id, locked=False)
    await handle(store, asks(bo, ana), bo)
    assert len(await sent(store)) == 1
    assert await recount(store) == []
    async with store.read() as tx:
        assert [one.account.id for one in await tx.follows.followers(ana.id)] == [bo.id]


async def test_a_repeated_follow_is_answered_again_and_told_once(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    for number in (1, 1, 2):
        await handle(store, asks(bo, ana, number), bo)
    answers = [activity.object for _, activity in await sent(store) if isinstance(activity, types.Accept)]
    assert answers == [asks(bo, ana, 1), asks(bo, ana, 1), asks(bo, ana, 2)]
    assert await notices(store, ana.id) == [("follow", bo.id)]
    async with store.read() as tx:
        kept = await tx.follows.between(bo.id, ana.id)
    assert kept is not None
    assert kept.uri == asks(bo, ana, 2).id
    assert await recount(store) == []


async def test_who_is_blocked_or_comes_too_late_is_rejected(store: Store) -> None:
    ana = await make_person(store, "ana")
    moved = await make_person(store, "moved", moved_to_uri="https://c.test/users/moved")
    bo = await make_stranger(store, "bo")
    async with store.write() as tx:
        await tx.blocks.add(ana.id, bo.id, "https://a.test/1")
        server = await tx.people.by_uri("https://a.test/actor")
    assert server is not None
    for person in (ana, moved, server):
        await handle(store, asks(bo, person), bo)
    answers = [activity for _, activity in await sent(store)]
    assert [type(answer) for answer in answers] == [types.Reject] * 3
    async with store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM follows") == 0
    assert await notices(store, ana.id) == []


async def test_only_somebody_here_can_be_followed(store: Store) -> None:
    bo, cy = await make_stranger(store, "bo"), await make_stranger(store, "cy")
    gone = await make_person(store, "gone", deleted_at=1)
    nobody = types.Follow(id="https://b.test/f/1", actor=bo.uri, object="https://a.test/ap/users/1")
    for activity in (nobody, asks(bo, cy), asks(bo, gone)):
        with pytest.raises(NotAllowed):
            await handle(store, activity, bo)
    assert await sent(store) == []


async def test_a_follow_without_an_id_cannot_be_answered(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    with pytest.raises(Malformed):
        await handle(store, types.Follow(actor=bo.uri, object=ana.uri), bo)


async def test_a_follow_that_comes_after_its_undo_stays_out_for_a_while(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    late = asks(bo, ana)
    async with store.write() as tx:
        taken_back = types.Undo(id=f"{bo.uri}/undo", actor=bo.uri, object=late)
        await undo.handle(taken_back, Verified(bo, ""), tx)
        await follow.handle(late, Verified(bo, ""), tx)
        assert await tx.follows.between(bo.id, ana.id) is None
        # Misskey gives every follow between two people the same id.
        await tx.db.run("UPDATE tombstones SET deleted_at = :then", {"then": tx.now - follow.LATE_MS})
        await follow.handle(late, Verified(bo, ""), tx)
        assert await tx.follows.between(bo.id, ana.id) is not None


async def test_following_again_with_the_same_id_works(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    for _ in range(2):
        async with store.write() as tx:
            await follow.handle(asks(bo, ana), Verified(bo, ""), tx)
            assert (await following.relationship(tx, ana, bo)).followed_by
            taken_back = types.Undo(id=f"{bo.uri}/undo", actor=bo.uri, object=asks(bo, ana))
            await undo.handle(taken_back, Verified(bo, ""), tx)
            assert not (await following.relationship(tx, ana, bo)).followed_by
    assert await recount(store) == []


class Counting:
    """A connection that counts statements."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self.count = 0

    async def rows(self, sql: str, params: Params | None = None) -> Sequence[Row]:
        self.count += 1
        return await self._db.rows(sql, params)

    async def row(self, sql: str, params: Params | None = None) -> Row | None:
        self.count += 1
        return await self._db.row(sql, params)

    async def value(self, sql: str, params: Params | None = None) -> Any:
        self.count += 1
        return await self._db.value(sql, params)

    async def run(self, sql: str, params: Params | None = None) -> int:
        self.count += 1
        return await self._db.run(sql, params)

    async def run_many(self, sql: str, params: Sequence[Params]) -> None:
        self.count += 1
        await self._db.run_many(sql, params)

    async def each(self, steps: Sequence[Step]) -> list[Sequence[Row]]:
        self.count += len(steps)
        return await self._db.each(steps)


async def test_a_follow_costs_few_statements_whoever_else_follows(store: Store) -> None:
    ana = await make_person(store, "ana")
    counts = []
    for number in range(4):
        bo = await make_stranger(store, f"bo{number}", f"{number}.test")
        async with store.database.writing() as db:
            counting = Counting(db)
            tx = Transaction(counting, store.ids, store.clock())
            await follow.handle(asks(bo, ana), Verified(bo, ""), tx)
            counts.append(counting.count)
    assert len(set(counts)) == 1
    assert counts[0] <= MOST_STATEMENTS
