"""Favourites, reactions and pins in the store."""

from __future__ import annotations

from fedi.store.paging import Range
from fedi.store.store import Store
from tests.builders import make_person, make_post, make_stranger
from tests.support.posts import by_id


async def test_who_favourited_and_boosted_is_listed_in_pages(store: Store) -> None:
    ana = await make_person(store)
    post = await make_post(store, ana)
    people = [await make_stranger(store, f"p{number}") for number in range(3)]
    hidden = await make_stranger(store, "gone", suspended_at=1)
    async with store.write() as tx:
        for person in (*people, hidden):
            await tx.interactions.favourite(person.id, post.id, f"{person.uri}/l")
    for person in people:
        await make_post(store, person, boost_of_id=post.id)
    await make_post(store, ana, boost_of_id=post.id, visibility="private")
    async with store.read() as tx:
        for listed in (tx.interactions.favouriters, tx.interactions.boosters):
            page = await listed(post.id, Range(2))
            assert [person.id for _, person in page] == [people[2].id, people[1].id]
            rest = await listed(post.id, Range(2, max_id=page[-1][0]))
            assert [person.id for _, person in rest] == [people[0].id]
            after = await listed(post.id, Range(1, min_id=rest[0][0]))
            assert [person.id for _, person in after] == [people[1].id]


async def test_a_persons_favourites_are_listed_in_pages(store: Store) -> None:
    ana = await make_person(store)
    posts = [await make_post(store, ana) for _ in range(3)]
    async with store.write() as tx:
        for post in posts:
            assert await tx.interactions.favourite(ana.id, post.id, f"{post.uri}/l")
            assert not await tx.interactions.favourite(ana.id, post.id, f"{post.uri}/again")
        page = await tx.bookmarks.favourites(ana.id, Range(2))
        rest = await tx.bookmarks.favourites(ana.id, Range(2, max_id=page[-1][0]))
        assert [post_id for _, post_id in (*page, *rest)] == [post.id for post in reversed(posts)]
        assert await tx.interactions.liked_by_uri(ana.id, f"{posts[0].uri}/l") == posts[0].id
        assert await tx.interactions.unfavourite(ana.id, posts[0].id) == f"{posts[0].uri}/l"
        assert await tx.interactions.unfavourite(ana.id, posts[0].id) is None
    assert (await by_id(store, posts[0].id)).favourites_count == 0
    assert (await by_id(store, posts[1].id)).favourites_count == 1


async def test_reactions_are_counted_by_emoji(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    post = await make_post(store, ana)
    async with store.write() as tx:
        assert await tx.interactions.react(
            bo.id, post.id, ":b:", "https://b.test/b.png", "https://b.test/1", 2
        )
        assert await tx.interactions.react(bo.id, post.id, "🎉", None, "https://b.test/2", 2)
        assert not await tx.interactions.react(bo.id, post.id, "👍", None, "https://b.test/3", 2)
        assert await tx.interactions.react(ana.id, post.id, "🎉", None, "https://a.test/1", 2)
        assert not await tx.interactions.react(ana.id, post.id, "🎉", None, "https://a.test/2", 2)
        found = await tx.interactions.reactions(post.id, ana.id)
        assert [(one.emoji, one.url, one.count, one.mine) for one in found] == [
            ("🎉", None, 2, True),
            (":b:", "https://b.test/b.png", 1, False),
        ]
        assert await tx.interactions.unreact(ana.id, "https://b.test/1") is None
        assert await tx.interactions.unreact(bo.id, "https://b.test/1") == post.id
        assert await tx.interactions.unreact_all(bo.id, post.id)
        assert not await tx.interactions.unreact_all(bo.id, post.id)
        assert [one.emoji for one in await tx.interactions.reactions(post.id)] == ["🎉"]


async def test_pins_come_last_first_and_end_at_the_limit(store: Store) -> None:
    ana = await make_person(store)
    posts = [await make_post(store, ana) for _ in range(3)]
    async with store.write() as tx:
        assert [await tx.featured.add(ana.id, post.id, 2) for post in posts] == [True, True, None]
        assert await tx.featured.add(ana.id, posts[0].id, 2) is False
        assert [post.id for post in await tx.featured.of(ana.id)] == [posts[1].id, posts[0].id]
        assert await tx.featured.remove(ana.id, posts[0].id)
        assert not await tx.featured.remove(ana.id, posts[0].id)
