"""Notices: once each, to people here, not from whom they blocked."""

from __future__ import annotations

import pytest

from fedi.social.notifying import notify
from fedi.store.store import Store
from tests.api.conftest import Counting
from tests.builders import make_person, make_post, make_stranger


async def types(store: Store, account_id: int, **how: object) -> list[str]:
    async with store.read() as tx:
        return [notice.type for notice in await tx.notifications.list(account_id, **how)]  # type: ignore[arg-type]


async def test_a_notice_is_given_once(store: Store) -> None:
    ana, far = await make_person(store), await make_stranger(store)
    async with store.write() as tx:
        await notify(tx, ana.id, "follow", far.id)
        await notify(tx, ana.id, "follow", far.id)
    async with store.write() as tx:
        assert not await tx.notifications.add(ana.id, "follow", far.id)
    assert await types(store, ana.id) == ["follow"]


async def test_what_a_notice_is_about_makes_it_another_one(store: Store) -> None:
    ana, far = await make_person(store), await make_stranger(store)
    async with store.write() as tx:
        assert await tx.notifications.add(ana.id, "admin.report", far.id, 0, 5)
        assert await tx.notifications.add(ana.id, "admin.report", far.id, 0, 6)
        assert not await tx.notifications.add(ana.id, "admin.report", far.id, 0, 6)
        assert [one.about_id for one in await tx.notifications.list(ana.id)] == [6, 5]


async def test_nobody_hears_of_themselves_and_strangers_hear_nothing(store: Store) -> None:
    ana, far = await make_person(store), await make_stranger(store)
    post = await make_post(store, ana)
    async with store.write() as tx:
        await notify(tx, ana.id, "favourite", ana.id, post.id)
        await notify(tx, far.id, "follow", ana.id)
        await notify(tx, ana.id, "poll", ana.id, post.id)
    assert await types(store, ana.id) == ["poll"]


async def test_nothing_from_whom_they_blocked_before_or_after(store: Store) -> None:
    ana, far, other = await make_person(store), await make_stranger(store), await make_stranger(store, "di")
    async with store.write() as tx:
        await tx.blocks.add(ana.id, far.id, "x")
        assert not await tx.notifications.add(ana.id, "follow", far.id)
        assert await tx.notifications.add(ana.id, "follow", other.id)
        await tx.blocks.add(ana.id, other.id, "y")
    assert await types(store, ana.id) == []


async def test_what_is_gone_when_the_transaction_ends_is_told_to_nobody(store: Store) -> None:
    ana, far = await make_person(store), await make_stranger(store)
    post = await make_post(store, far)
    async with store.write() as tx:
        await notify(tx, ana.id, "mention", far.id, post.id)
        await tx.posts.delete(post)
        await notify(tx, ana.id, "follow", far.id)
        await tx.notifications.remove(account_id=ana.id, type="follow", from_id=far.id)
    assert await types(store, ana.id) == []


async def test_lists_by_type_sender_and_page(store: Store) -> None:
    ana, far, other = await make_person(store), await make_stranger(store), await make_stranger(store, "di")
    post = await make_post(store, ana)
    async with store.write() as tx:
        await notify(tx, ana.id, "follow", far.id)
        await notify(tx, ana.id, "favourite", far.id, post.id)
        await notify(tx, ana.id, "reblog", other.id, post.id)
        await notify(tx, ana.id, "mention", other.id, post.id)
        ids = [notice.id for notice in await tx.notifications.list(ana.id)]
    assert await types(store, ana.id, types=["follow", "reblog"]) == ["reblog", "follow"]
    assert await types(store, ana.id, exclude_types=["follow", "reblog"]) == ["mention", "favourite"]
    assert await types(store, ana.id, types=["follow"], exclude_types=["follow"]) == []
    assert await types(store, ana.id, from_id=far.id) == ["favourite", "follow"]
    assert await types(store, ana.id, max_id=ids[0], limit=2) == ["reblog", "favourite"]
    assert await types(store, ana.id, min_id=ids[3], limit=2) == ["reblog", "favourite"]
    assert await types(store, ana.id, since_id=ids[3], limit=2) == ["mention", "reblog"]


async def test_removing(store: Store) -> None:
    ana, far = await make_person(store), await make_stranger(store)
    post = await make_post(store, ana)
    async with store.write() as tx:
        for kind, about in (("follow", 0), ("favourite", post.id), ("reblog", post.id)):
            await notify(tx, ana.id, kind, far.id, about)
        await tx.notifications.remove(account_id=ana.id, type="follow", from_id=far.id)
        await tx.notifications.remove(type="favourite", from_id=far.id, post_id=post.id)
        with pytest.raises(ValueError, match="which"):
            await tx.notifications.remove(type="reblog")
    assert await types(store, ana.id) == ["reblog"]
    async with store.write() as tx:
        only = (await tx.notifications.list(ana.id))[0]
        assert not await tx.notifications.dismiss(far.id, only.id)
        assert await tx.notifications.by_id(far.id, only.id) is None
        assert await tx.notifications.by_id(ana.id, only.id) == only
        assert await tx.notifications.dismiss(ana.id, only.id)
        await notify(tx, ana.id, "follow", far.id)
        await tx.notifications.clear(ana.id)
    assert await types(store, ana.id) == []


async def test_all_of_a_transaction_are_decided_in_one_statement(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    post = await make_post(store, ana)
    far = [await make_stranger(store, f"p{number}") for number in range(5)]
    statements: list[str] = []
    async with store.write() as tx:
        tx.db = Counting(tx.db, statements)
        for one in far:
            await notify(tx, ana.id, "favourite", one.id, post.id)
            await notify(tx, cleo.id, "follow", one.id)
    assert len([sql for sql in statements if "INSERT INTO notifications" in sql]) == 1
    assert len(await types(store, ana.id)) == len(await types(store, cleo.id)) == 5


async def test_who_is_blocked_asks_no_more(store: Store) -> None:
    ana, far = await make_person(store), await make_stranger(store)
    post = await make_post(store, far, visibility="direct")
    async with store.write() as tx:
        assert not await tx.notifications.add(ana.id, "mention", far.id, post.id)
        assert await tx.notice_policies.summary(ana.id) == (1, 1)
        await tx.notifications.remove(account_id=ana.id, from_id=far.id)
        assert await tx.notice_policies.summary(ana.id) == (0, 0)
