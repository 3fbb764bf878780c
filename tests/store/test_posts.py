"""Posts in the store: added once, counted, filed, deleted with what hangs on them, seen by whom they may be."""

from __future__ import annotations

import pytest

from fedi.model.posts import Attachment, MentionedAccount, Post, may_see
from fedi.store.store import Store
from tests.builders import build_post, make_person, make_post, make_stranger
from tests.support.posts import account, block, by_id, follow


async def test_a_post_comes_back_as_it_was(store: Store) -> None:
    ana = await make_person(store)
    async with store.write() as tx:
        post = build_post(
            tx,
            ana,
            title="T",
            summary="s",
            sensitive=True,
            language="en",
            tags=("one", "two"),
            mentions=(MentionedAccount(ana.id, ana.uri, "ana", "ana", ana.uri),),
            attachments=(Attachment(id="1", type="image", url="https://a.test/1", focus=(0.5, -1.0)),),
        )
        assert await tx.posts.add(post, [ana.id, ana.id])
        assert not await tx.posts.add(post)
        assert await tx.posts.by_id(post.id) == post
        assert await tx.posts.by_uris([post.uri, "x"]) == {post.uri: post}
        assert await tx.posts.by_ids([post.id, 1]) == {post.id: post}
        assert not await tx.posts.by_ids([])
        assert not await tx.posts.by_uris([])
        assert await tx.posts.mentioned_ids(post.id) == {ana.id}
        assert [one.id for one in await tx.posts.mentioned(post.id)] == [ana.id]
    assert (await account(store, ana.id)).posts_count == 1


async def test_counts_follow_what_everybody_may_see(store: Store) -> None:
    ana = await make_person(store)
    first = await make_post(store, ana)
    answers = [
        await make_post(store, ana, visibility=visibility, in_reply_to_id=first.id)
        for visibility in ("public", "unlisted", "private", "direct")
    ]
    assert (await by_id(store, first.id)).replies_count == 2
    assert (await account(store, ana.id)).posts_count == 4
    async with store.write() as tx:
        for answer in answers:
            await tx.posts.delete(answer)
    assert (await by_id(store, first.id)).replies_count == 0
    assert (await account(store, ana.id)).posts_count == 1


async def test_the_last_post_is_the_newest_not_the_one_that_came_last(store: Store) -> None:
    bo = await make_stranger(store)
    await make_post(store, bo, created_at=5_000)
    await make_post(store, bo, created_at=3_000)
    assert (await account(store, bo.id)).last_post_at == 5_000


async def test_one_boost_for_each_account(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    post = await make_post(store, ana)
    boost = await make_post(store, bo, boost_of_id=post.id)
    async with store.write() as tx:
        assert not await tx.posts.add(build_post(tx, bo, boost_of_id=post.id))
        assert await tx.posts.boost_by(bo.id, post.id) == boost
    assert (await by_id(store, post.id)).boosts_count == 1
    async with store.write() as tx:
        await tx.posts.delete(boost)
        assert await tx.posts.boost_by(bo.id, post.id) is None
    assert (await by_id(store, post.id)).boosts_count == 0


async def test_deleting_a_post_takes_what_hangs_on_it(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    post = await make_post(store, ana, tags=("x",))
    boost = await make_post(store, cleo, boost_of_id=post.id)
    async with store.write() as tx:
        await tx.posts.mention(post.id, [cleo.id])
        await tx.posts.edit(post, post)
        await tx.featured.add(ana.id, post.id, 5)
        await tx.interactions.favourite(cleo.id, post.id, "https://a.test/l")
        await tx.interactions.react(cleo.id, post.id, "🎉", None, "https://a.test/r", 9)
        for shown in (post, boost):
            await tx.notifications.add(ana.id, "status", cleo.id, shown.id)
        await tx.timelines.push(boost.id, cleo)
        await tx.posts.delete(post)
        for table in (
            "posts", "mentions", "post_tags", "post_edits", "featured", "favourites", "reactions",
            "notifications", "home_entries",
        ):  # fmt: skip
            assert await tx.db.value(f"SELECT COUNT(*) FROM {table}") == 0, table
    assert (await account(store, cleo.id)).posts_count == 0


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
async def test_who_sees_what_is_the_rule_of_the_model(store: Store, visibility: str) -> None:
    ana, follower = await make_person(store), await make_person(store, "follower")
    named, stranger = await make_person(store, "named"), await make_person(store, "stranger")
    blocked = await make_person(store, "blocked")
    await follow(store, follower, ana)
    await follow(store, blocked, ana)
    await block(store, ana, blocked)
    post = await make_post(store, ana, visibility=visibility)
    async with store.write() as tx:
        await tx.posts.mention(post.id, [named.id])
    open_to_all = visibility in ("public", "unlisted")
    expected = {
        None: open_to_all,
        ana.id: True,
        follower.id: visibility != "direct",
        named.id: True,
        stranger.id: open_to_all,
        blocked.id: False,
    }
    async with store.read() as tx:
        for viewer, seen in expected.items():
            assert await tx.posts.may_see(post, viewer) is seen
            assert bool(await tx.posts.seen_by(viewer, [post])) is seen
            assert may_see(post, await tx.posts.viewer(post, viewer)) is seen


async def test_lists_leave_out_whom_the_viewer_blocks(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    posts = [await make_post(store, author) for author in (bo, ana, bo, ana)]
    async with store.read() as tx:
        assert await tx.posts.seen_by(ana.id, posts) == posts
        assert await tx.posts.seen_by(ana.id, []) == []
    await block(store, ana, bo)
    async with store.read() as tx:
        assert await tx.posts.seen_by(ana.id, posts) == [posts[1], posts[3]]
        assert await tx.posts.may_see(posts[0], ana.id)


async def test_flags_of_many_posts(store: Store) -> None:
    ana = await make_person(store)
    posts = [await make_post(store, ana) for _ in range(4)]
    await make_post(store, ana, boost_of_id=posts[1].id)
    async with store.write() as tx:
        await tx.interactions.favourite(ana.id, posts[0].id, "https://a.test/l")
        await tx.featured.add(ana.id, posts[2].id, 5)
        flags = await tx.posts.flags_for(ana.id, [post.id for post in posts])
        nothing = await tx.posts.flags_for(None, [post.id for post in posts])
    assert [*flags.favourited, *flags.boosted, *flags.pinned] == [post.id for post in posts[:3]]
    assert [*nothing.favourited, *nothing.boosted, *nothing.pinned] == []


async def test_holders_of_a_post_nobody_touched(store: Store) -> None:
    ana = await make_person(store)
    post: Post = await make_post(store, ana)
    async with store.read() as tx:
        assert await tx.posts.holders(post) == ()
