"""What people decide about others goes with whom it is about."""

from __future__ import annotations

import pytest

from fedi.store.paging import Range
from fedi.store.store import Store
from tests.builders import make_person, make_post, make_stranger

TABLES = "mutes account_notes endorsements featured_tags followed_tags account_domain_blocks"


async def _counts(store: Store) -> dict[str, int]:
    async with store.read() as tx:
        return {name: await tx.db.value(f"SELECT COUNT(*) FROM {name}") for name in TABLES.split()}


@pytest.mark.parametrize("gone", ["ana", "bo"])
async def test_nothing_is_left_of_whoever_is_gone(store: Store, gone: str) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    async with store.write() as tx:
        await tx.follows.add(ana.id, bo.id, state="following", uri="https://a.test/1")
        await tx.mutes.put(ana.id, bo.id, notifications=True, expires_at=None)
        await tx.account_notes.put(ana.id, bo.id, "hm")
        assert await tx.endorsements.add(ana.id, bo.id)
        assert await tx.featured_tags.add(ana.id if gone == "ana" else bo.id, "Cats", 10)
        assert await tx.followed_tags.add(ana.id, "cats")
        assert await tx.account_domain_blocks.add(ana.id, "b.test")
    assert set((await _counts(store)).values()) == {1}
    async with store.write() as tx:
        await tx.people.purge(ana.id if gone == "ana" else bo.id)
    left = {name for name, count in (await _counts(store)).items() if count}
    assert left == (set() if gone == "ana" else {"followed_tags", "account_domain_blocks"})


async def test_an_endorsement_needs_a_follow_and_ends_with_it(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    async with store.write() as tx:
        assert not await tx.endorsements.add(ana.id, bo.id)
        follow, _ = await tx.follows.add(ana.id, bo.id, state="asked", uri="https://a.test/1")
        assert not await tx.endorsements.add(ana.id, bo.id)
        await tx.follows.accept(follow)
        assert await tx.endorsements.add(ana.id, bo.id)
        assert await tx.endorsements.add(ana.id, bo.id)
        assert [one.account.id for one in await tx.endorsements.of(ana.id, Range())] == [bo.id]
        await tx.follows.remove(ana.id, bo.id)
        assert await tx.endorsements.of(ana.id, Range()) == []


async def test_featured_tags_count_what_everybody_may_see(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_person(store, "bo")
    for author, visibility in ((ana, "public"), (ana, "unlisted"), (ana, "private"), (bo, "public")):
        await make_post(store, author, tags=("cats", "dogs"), visibility=visibility)
    async with store.write() as tx:
        assert await tx.featured_tags.add(ana.id, "Cats", 2)
        assert await tx.featured_tags.add(ana.id, "CATS", 2) is False
        assert await tx.featured_tags.add(ana.id, "birds", 2)
        assert await tx.featured_tags.add(ana.id, "dogs", 2) is None
        found = await tx.featured_tags.of(ana.id)
        assert [(one.name, one.posts_count, one.last_post_at is None) for one in found] == [
            ("birds", 0, True),
            ("Cats", 2, False),
        ]
        assert await tx.featured_tags.suggested(ana.id, 5) == ["dogs"]
        assert await tx.featured_tags.remove(ana.id, "cats") == "Cats"
        assert await tx.featured_tags.remove(ana.id, "cats") is None


async def test_whom_one_wants_nothing_of(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    cy, di = await make_stranger(store, "cy"), await make_stranger(store, "di", host="d.test")
    posts = [await make_post(store, author) for author in (bo, cy, di)]
    ids = [post.id for post in posts]
    async with store.write() as tx:
        assert [post.id for post in await tx.posts.seen_by(ana.id, posts)] == ids
        await tx.mutes.put(ana.id, bo.id, notifications=False, expires_at=None)
        await tx.account_domain_blocks.add(ana.id, "d.test")
        assert [post.id for post in await tx.posts.seen_by(ana.id, posts)] == [ids[1]]
        wanted = await tx.timelines.shown_among(ana.id, ids, wanted=True)
        assert [post.id for post in wanted.posts] == [ids[1]]
        assert len((await tx.timelines.shown_among(ana.id, ids)).posts) == 3
        assert len((await tx.timelines.shown_among(None, ids, wanted=True)).posts) == 3
