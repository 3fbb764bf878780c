"""Events: written with their fact, read by others in order, with the gaps that transactions leave."""

from __future__ import annotations

from fedi.store.events import Facts, tell
from fedi.store.store import Store, Transaction
from tests.support.posts import Counting


async def test_events_come_in_order_and_are_forgotten(store: Store) -> None:
    async with store.write() as tx:
        tell(tx, "update", 7)
        tell(tx, "notification", 8, account_id=3)
    async with store.read() as tx:
        last = await tx.events.last()
        found = await tx.events.since(0, (), 10)
        assert [(one.kind, one.subject_id, one.account_id) for one in found] == [
            ("update", 7, None),
            ("notification", 8, 3),
        ]
        assert found[-1].id == last
        assert await tx.events.since(last, (), 10) == []
        assert await tx.events.since(last, [found[0].id, last + 5], 10) == found[:1]
        assert await tx.events.since(0, (), 1) == found[:1]
    async with store.write() as tx:
        assert await tx.events.forget(tx.now + 1) == 2


async def test_however_much_there_is_to_tell_it_is_one_statement(store: Store) -> None:
    async with store.database.writing() as db:
        counting = Counting(db)
        tx = Transaction(counting, store.ids, store.clock())
        for number in range(9):
            tell(tx, "update", number)
        await tx.events.settle()
        assert len(counting.statements) == 1
        await tx.events.settle()
    async with store.read() as read:
        assert [one.subject_id for one in await read.events.since(0, (), 20)] == list(range(9))


async def test_a_rolled_back_fact_is_not_told(store: Store) -> None:
    try:
        async with store.write() as tx:
            tell(tx, "update", 7)
            raise KeyError
    except KeyError:
        pass
    async with store.read() as tx:
        assert await tx.events.since(0, (), 10) == []


async def test_a_deletion_says_what_nobody_can_look_up_any_more(store: Store) -> None:
    async with store.write() as tx:
        await tx.events.deleted(9, public=True, local=False, tags=("cats",))
        await tx.events.deleted(10, public=False, local=False, tags=())
    async with store.read() as tx:
        [event] = await tx.events.since(0, (), 10)
    assert event.payload == Facts((), True, False, ("cats",))
