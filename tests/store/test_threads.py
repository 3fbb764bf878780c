"""Conversations: ancestors, descendants, their order and their bounds."""

from __future__ import annotations

from typing import Any

from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.store.store import Store
from tests.builders import make_person, make_post, make_stranger
from tests.support.posts import block


async def answer(store: Store, author: Account, parent: Post, **values: Any) -> Post:
    return await make_post(
        store,
        author,
        in_reply_to_id=parent.id,
        in_reply_to_account_id=parent.account_id,
        in_reply_to_uri=parent.uri,
        **values,
    )


async def test_a_thread_up_and_down(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    root = await make_post(store, ana)
    first = await answer(store, bo, root)
    under = await answer(store, ana, first)
    second = await answer(store, bo, root)
    own = await answer(store, ana, root)
    await make_post(store, bo, boost_of_id=root.id)
    async with store.read() as tx:
        assert [post.id for post in await tx.posts.ancestors(under)] == [root.id, first.id]
        assert await tx.posts.ancestors(root) == []
        # What the author adds comes first, then by time, each with what answers it.
        assert [post.id for post in await tx.posts.descendants(root)] == [
            own.id,
            first.id,
            under.id,
            second.id,
        ]
        assert await tx.posts.descendants(under) == []


async def test_walks_are_bounded(store: Store) -> None:
    ana = await make_person(store)
    posts = [await make_post(store, ana)]
    for _ in range(6):
        posts.append(await answer(store, ana, posts[-1]))
    async with store.read() as tx:
        assert [post.id for post in await tx.posts.ancestors(posts[-1], limit=2)] == [
            posts[4].id,
            posts[5].id,
        ]
        assert len(await tx.posts.descendants(posts[0], depth=3)) == 3
        assert [post.id for post in await tx.posts.descendants(posts[0], limit=2)] == [
            posts[1].id,
            posts[2].id,
        ]


async def test_a_circle_ends(store: Store) -> None:
    bo = await make_stranger(store)
    first = await make_post(store, bo)
    second = await answer(store, bo, first)
    async with store.write() as tx:
        await tx.db.run(
            "UPDATE posts SET in_reply_to_id = :second WHERE id = :first",
            {"first": first.id, "second": second.id},
        )
        turned = await tx.posts.by_id(first.id)
        assert turned is not None
        assert {post.id for post in await tx.posts.ancestors(turned)} <= {second.id}
        assert [post.id for post in await tx.posts.descendants(turned)] == [second.id]


async def test_answers_of_whom_the_author_blocks_are_left_out_for_everybody(store: Store) -> None:
    ana, bo, cy = await make_person(store), await make_stranger(store), await make_stranger(store, "cy")
    root = await make_post(store, ana)
    unwanted = await answer(store, bo, root)
    await answer(store, cy, unwanted)
    wanted = await answer(store, cy, root)
    await block(store, ana, bo)
    async with store.read() as tx:
        assert [post.id for post in await tx.posts.descendants(root)] == [wanted.id]
