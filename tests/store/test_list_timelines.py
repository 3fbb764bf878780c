"""Lists of many members: the same pages, whether all of them are looked at or only the latest."""

from __future__ import annotations

import random

from fedi.store.paging import Range
from fedi.store.store import Store
from tests.builders import build_post, make_person, make_stranger


async def test_pages_are_whole_however_few_members_are_looked_at(store: Store) -> None:
    dice = random.Random(4)
    ana = await make_person(store)
    members = [await make_stranger(store, f"p{number}") for number in range(9)]
    posts: list[tuple[int, bool]] = []
    async with store.write() as tx:
        which = await tx.lists.add(ana.id, "many", "none", False)
        for one in members:
            await tx.follows.add(ana.id, one.id, state="following", uri=f"{ana.uri}#{one.id}")
        await tx.lists.join(which, await tx.lists.may_join(ana.id, [one.id for one in members]))
        for _ in range(60):
            # Some members' latest posts are answers, which this list does not show.
            is_answer = dice.random() < 0.5
            answered = {"in_reply_to_uri": "https://c.test/1"} if is_answer else {}
            post = build_post(tx, dice.choice(members), **answered)
            await tx.posts.add(post)
            posts.append((post.id, is_answer))
    expected = [post_id for post_id, is_answer in reversed(posts) if not is_answer]
    for fan in (1, 2, 4, 20):
        found: list[int] = []
        async with store.read() as tx:
            while True:
                ask = Range(limit=4, max_id=found[-1] if found else None)
                page = [post.id for post in (await tx.timelines.of_list(which, ask, fan=fan)).posts]
                if not page:
                    break
                found += page
        assert found == expected, fan
        found = []
        async with store.read() as tx:
            while True:
                ask = Range(limit=4, min_id=found[-1] if found else 0)
                page = [post.id for post in (await tx.timelines.of_list(which, ask, fan=fan)).posts]
                if not page:
                    break
                found += reversed(page)
        assert found == expected[::-1], fan
