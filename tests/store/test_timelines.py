"""What gets into homes, and what stays out."""

from __future__ import annotations

from fedi.model.people import Account
from fedi.store.paging import Range
from fedi.store.store import Store
from fedi.store.timelines import DAY_MS, KEPT, KEPT_READY_MS
from tests.builders import make_person, make_post, make_stranger


async def follow(store: Store, follower: Account, followee: Account, *, show_reblogs: bool = True) -> None:
    async with store.write() as tx:
        await tx.follows.add(
            follower.id,
            followee.id,
            state="following",
            uri=f"{follower.uri}#{followee.id}",
            show_reblogs=show_reblogs,
        )


async def entries(store: Store, account: Account) -> list[int]:
    async with store.read() as tx:
        rows = await tx.db.rows(
            "SELECT post_id FROM home_entries WHERE account_id = :id ORDER BY post_id", {"id": account.id}
        )
    return [row["post_id"] for row in rows]


async def push(store: Store, author: Account, content: str = "x", **values: object) -> int:
    post = await make_post(store, author, content, **values)
    async with store.write() as tx:
        await tx.timelines.push(post.id, author)
    return post.id


async def test_a_post_reaches_followers_and_its_author(store: Store) -> None:
    ana, bo, cy = (
        await make_person(store, "ana"),
        await make_person(store, "bo"),
        await make_person(store, "cy"),
    )
    await follow(store, bo, ana)
    post = await push(store, ana)
    async with store.write() as tx:
        await tx.timelines.push(post, ana)
    assert await entries(store, ana) == await entries(store, bo) == [post]
    assert await entries(store, cy) == []


async def test_who_was_away_gets_nothing_until_they_return(store: Store) -> None:
    ana, far = await make_person(store, "ana"), await make_stranger(store)
    await follow(store, ana, far)
    async with store.write() as tx:
        await tx.db.run("UPDATE users SET seen_at = :then", {"then": tx.now - KEPT_READY_MS - 1})
    post = await push(store, far)
    assert await entries(store, ana) == []
    async with store.write() as tx:
        await tx.timelines.rebuild(ana.id)
    assert await entries(store, ana) == [post]


async def test_old_posts_are_no_news(store: Store) -> None:
    ana, far = await make_person(store, "ana"), await make_stranger(store)
    await follow(store, ana, far)
    post = await make_post(store, far)
    async with store.write() as tx:
        await tx.timelines.push(post.id, far, created=tx.now - 20 * DAY_MS)
    assert await entries(store, ana) == []


async def test_posts_of_pulled_authors_are_only_in_their_own_home(store: Store) -> None:
    ana, star = await make_person(store, "ana"), await make_person(store, "star", pulled=True)
    await follow(store, ana, star)
    post = await push(store, star)
    assert await entries(store, ana) == []
    assert await entries(store, star) == [post]


async def test_boosts_that_are_not_wanted_stay_out(store: Store) -> None:
    ana, bo, far = await make_person(store, "ana"), await make_person(store, "bo"), await make_stranger(store)
    cy = await make_person(store, "cy")
    await follow(store, ana, far)
    await follow(store, bo, far, show_reblogs=False)
    original = await make_post(store, cy)
    boost = await push(store, far, boost_of_id=original.id)
    assert await entries(store, ana) == [boost]
    assert await entries(store, bo) == []


async def test_a_boost_of_what_is_there_stays_out(store: Store) -> None:
    ana, far = await make_person(store, "ana"), await make_stranger(store)
    await follow(store, ana, far)
    original = await push(store, ana)
    await push(store, far, boost_of_id=original)
    assert await entries(store, ana) == [original]


async def test_answers_reach_who_follows_both(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_person(store, "bo")
    far, other = await make_stranger(store), await make_stranger(store, "di")
    await follow(store, ana, far)
    await follow(store, bo, far)
    await follow(store, bo, other)
    asked = await make_post(store, other)
    answer = await push(store, far, in_reply_to_id=asked.id, in_reply_to_account_id=other.id)
    unknown = await push(store, far, in_reply_to_uri="https://c.test/1")
    assert await entries(store, bo) == [answer]
    assert await entries(store, ana) == []
    to_ana = await push(store, far, in_reply_to_account_id=ana.id)
    thread = await push(store, far, in_reply_to_account_id=far.id)
    assert await entries(store, ana) == [to_ana, thread]
    assert unknown not in await entries(store, bo)


async def test_direct_posts_reach_whom_they_mention(store: Store) -> None:
    ana, bo, far = await make_person(store, "ana"), await make_person(store, "bo"), await make_stranger(store)
    await follow(store, ana, far)
    await follow(store, bo, far)
    post = await make_post(store, far, visibility="direct")
    async with store.write() as tx:
        await tx.db.run(
            "INSERT INTO mentions (post_id, account_id) VALUES (:post, :ana)",
            {"post": post.id, "ana": ana.id},
        )
        await tx.timelines.push(post.id, far)
    assert await entries(store, ana) == [post.id]
    assert await entries(store, bo) == []


async def test_a_dropped_post_takes_its_boosts_along(store: Store) -> None:
    ana, far = await make_person(store, "ana"), await make_stranger(store)
    await follow(store, ana, far)
    original = await make_post(store, far)
    boost = await push(store, far, boost_of_id=original.id)
    kept = await push(store, far)
    assert await entries(store, ana) == [boost, kept]
    async with store.write() as tx:
        await tx.timelines.drop(original.id)
    assert await entries(store, ana) == [kept]


async def test_merging_and_unmerging_an_author(store: Store) -> None:
    ana, far, other = (
        await make_person(store, "ana"),
        await make_stranger(store),
        await make_stranger(store, "di"),
    )
    posts = [(await make_post(store, far)).id for _ in range(3)]
    theirs = (await make_post(store, other)).id
    await follow(store, ana, far)
    await follow(store, ana, other)
    async with store.write() as tx:
        await tx.timelines.merge(ana.id, far.id)
    assert await entries(store, ana) == posts
    async with store.write() as tx:
        await tx.timelines.merge(ana.id, other.id)
        await tx.timelines.unmerge(ana.id, far.id)
    assert await entries(store, ana) == [theirs]


async def test_a_home_is_trimmed(store: Store) -> None:
    ana = await make_person(store, "ana")
    async with store.write() as tx:
        ids = [tx.new_id() for _ in range(KEPT + 5)]
        await tx.db.run_many(
            "INSERT INTO posts (id, uri, account_id, local, visibility, created_at) "
            "VALUES (:id, :uri, :me, TRUE, 'public', 1)",
            [{"id": one, "uri": f"https://a.test/ap/posts/{one}", "me": ana.id} for one in ids],
        )
        await tx.db.run(
            "INSERT INTO home_entries (account_id, post_id) SELECT :me, id FROM posts", {"me": ana.id}
        )
        await tx.timelines.trim(ana.id)
    assert await entries(store, ana) == ids[5:]


async def follow_tag(store: Store, account: Account, tag: str) -> None:
    async with store.write() as tx:
        await tx.followed_tags.add(account.id, tag)
        await tx.timelines.merge_tag(account.id, tag)


async def unfollow_tag(store: Store, account: Account, tag: str) -> None:
    async with store.write() as tx:
        await tx.followed_tags.remove(account.id, tag)
        await tx.timelines.unmerge_tag(account.id, tag)


async def test_followed_hashtags_bring_public_posts_home(store: Store) -> None:
    ana, far = await make_person(store, "ana"), await make_stranger(store)
    silenced = await make_stranger(store, "di", silenced_at=1)
    star = await make_person(store, "star", pulled=True)
    before = await push(store, far, tags=("cats",))
    await follow_tag(store, ana, "cats")
    await follow_tag(store, ana, "dogs")
    both = await push(store, far, tags=("cats", "dogs"))
    famous = await push(store, star, tags=("cats",))
    answer = await push(store, far, tags=("cats",), in_reply_to_uri="https://c.test/1")
    expected = [before, both, famous, answer]
    for values in ({"visibility": "unlisted"}, {"visibility": "private"}, {"visibility": "direct"}):
        await push(store, far, tags=("cats",), **values)
    await push(store, silenced, tags=("cats",))
    await push(store, far, tags=("birds",))
    assert await entries(store, ana) == expected
    async with store.write() as tx:
        await tx.timelines.rebuild(ana.id)
    assert await entries(store, ana) == expected
    await unfollow_tag(store, ana, "cats")
    assert await entries(store, ana) == [both]
    await unfollow_tag(store, ana, "dogs")
    assert await entries(store, ana) == []


async def test_a_post_stays_while_there_is_a_reason_for_it(store: Store) -> None:
    ana, far = await make_person(store, "ana"), await make_stranger(store)
    await follow(store, ana, far)
    await follow_tag(store, ana, "cats")
    own = await push(store, ana, tags=("cats",))
    tagged, plain = await push(store, far, tags=("cats",)), await push(store, far)
    async with store.write() as tx:
        await tx.timelines.unmerge(ana.id, far.id)
    assert await entries(store, ana) == [own, tagged]
    async with store.write() as tx:
        await tx.timelines.merge(ana.id, far.id)
    await unfollow_tag(store, ana, "cats")
    assert await entries(store, ana) == [own, tagged, plain]


async def test_languages_that_were_not_chosen_stay_out(store: Store) -> None:
    ana, far = await make_person(store, "ana"), await make_stranger(store)
    star = await make_person(store, "star", pulled=True)
    for author in (far, star):
        await follow(store, ana, author)
        async with store.write() as tx:
            known = await tx.follows.between(ana.id, author.id)
            assert known is not None
            await tx.follows.choose(known, show_reblogs=True, notify=False, languages=("en", "fr"))
    wanted = [
        await push(store, author, language=code) for author in (far, star) for code in ("en", "fr", None)
    ]
    for author in (far, star):
        await push(store, author, language="de")
    assert await entries(store, ana) == wanted[:3]
    async with store.write() as tx:
        await tx.timelines.rebuild(ana.id)
        which = await tx.lists.add(ana.id, "all", "list", False)
        await tx.lists.join(which, await tx.lists.may_join(ana.id, [far.id, star.id]))
    assert await entries(store, ana) == wanted[:3]
    async with store.read() as tx:
        home = await tx.timelines.home(ana.id, Range())
        listed = await tx.timelines.of_list(which, Range())
    assert [post.id for post in home.posts] == [post.id for post in listed.posts] == wanted[::-1]
