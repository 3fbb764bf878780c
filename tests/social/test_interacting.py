"""Boosting, favouriting, pinning and reporting by local people, and what is sent for it."""

from __future__ import annotations

import pytest

from fedi.activitypub import codec, types
from fedi.errors import NotAllowed, NotFound, Unprocessable
from fedi.social import boosting, favouriting, pinning, reporting
from fedi.social.reporting import Complaint
from fedi.store.paging import Range
from fedi.store.reports import Wanted
from fedi.store.store import Store
from tests.builders import build_post, make_person, make_post, make_stranger
from tests.support.posts import block, by_id, follow, home, told
from tests.support.sent import sent


async def to_followers(store: Store) -> list[tuple[str, bool]]:
    """(type, may be fetched) of what went to followers."""
    async with store.read() as tx:
        rows = await tx.db.rows(
            "SELECT type, public FROM activities WHERE fan_out_since IS NOT NULL ORDER BY id"
        )
    return [(row["type"], bool(row["public"])) for row in rows]


# --- boosts -------------------------------------------------------------------------------------------


async def test_a_boost_goes_to_the_author_and_to_followers_once(store: Store) -> None:
    ana, cleo, bo = await make_person(store), await make_person(store, "cleo"), await make_stranger(store)
    await follow(store, cleo, ana)
    post = await make_post(store, bo)
    async with store.write() as tx:
        boost = await boosting.boost(tx, ana, post)
        assert (await boosting.boost(tx, ana, boost)).id == boost.id
    assert (await by_id(store, post.id)).boosts_count == 1
    assert await home(store, cleo) == [boost.id]
    [(inbox, activity)] = await sent(store)
    assert inbox == bo.shared_inbox
    assert isinstance(activity, types.Announce)
    assert (activity.id, activity.object) == (f"https://a.test/ap/posts/{boost.id}/activity", post.uri)
    assert (activity.to, activity.cc) == ((types.PUBLIC,), (ana.followers_uri, bo.uri))
    assert await to_followers(store) == [("Announce", True)]
    async with store.write() as tx:
        assert (await boosting.unboost(tx, ana, post)).id == post.id
        await boosting.unboost(tx, ana, post)
    assert (await by_id(store, post.id)).boosts_count == 0
    undo = (await sent(store))[-1][1]
    assert isinstance(undo, types.Undo)
    assert isinstance(undo.object, types.Announce)
    assert undo.object.id == activity.id
    assert await to_followers(store) == [("Announce", True), ("Undo", True)]
    async with store.write() as tx:
        assert (await boosting.boost(tx, ana, post)).id != boost.id


async def test_a_local_author_is_told_of_a_boost_until_it_is_taken_back(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    post = await make_post(store, cleo)
    async with store.write() as tx:
        await boosting.boost(tx, ana, post, "unlisted")
    assert await told(store, cleo) == [("reblog", ana.id, post.id)]
    async with store.write() as tx:
        await boosting.unboost(tx, ana, post)
    assert await told(store, cleo) == []


async def test_only_the_author_boosts_what_followers_see(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    private = await make_post(store, cleo, visibility="private")
    direct = await make_post(store, cleo, visibility="direct")
    async with store.write() as tx:
        with pytest.raises(NotFound):
            await boosting.boost(tx, ana, private)
        with pytest.raises(NotAllowed):
            await boosting.boost(tx, cleo, direct)
        boost = await boosting.boost(tx, cleo, private)
    assert boost.visibility == "private"
    async with store.read() as tx:
        document = await tx.db.value("SELECT document FROM activities")
    announce = codec.parse_activity(codec.load(document))
    assert isinstance(announce, types.Announce)
    assert announce.inlined is not None
    assert announce.inlined.id == private.uri
    await follow(store, ana, cleo)
    async with store.write() as tx:
        with pytest.raises(NotAllowed):
            await boosting.boost(tx, ana, private)


# --- favourites ---------------------------------------------------------------------------------------


async def test_a_favourite_goes_to_the_author_once_and_is_taken_back(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    post = await make_post(store, bo)
    async with store.write() as tx:
        assert (await favouriting.favourite(tx, ana, post)).favourites_count == 1
        assert (await favouriting.favourite(tx, ana, post)).favourites_count == 1
        assert (await tx.posts.flags_for(ana.id, [post.id])).favourited == {post.id}
        assert (await favouriting.unfavourite(tx, ana, post)).favourites_count == 0
        assert (await favouriting.unfavourite(tx, ana, post)).favourites_count == 0
    [(inbox, like), (_, undo)] = await sent(store)
    assert inbox == bo.shared_inbox
    assert isinstance(like, types.Like)
    assert isinstance(undo, types.Undo)
    assert isinstance(undo.object, types.Like)
    assert (undo.object.id, undo.object.object) == (like.id, post.uri)


async def test_favouriting_a_boost_is_favouriting_the_post(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    post = await make_post(store, cleo)
    boost = await make_post(store, cleo, boost_of_id=post.id)
    async with store.write() as tx:
        assert (await favouriting.favourite(tx, ana, boost)).id == post.id
    assert await told(store, cleo) == [("favourite", ana.id, post.id)]
    assert await sent(store) == []
    async with store.write() as tx:
        await favouriting.unfavourite(tx, ana, boost)
    assert await told(store, cleo) == []


async def test_what_is_hidden_is_not_found(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    hidden, public = await make_post(store, cleo, visibility="direct"), await make_post(store, cleo)
    await block(store, cleo, ana)
    for post in (hidden, public):
        async with store.write() as tx:
            with pytest.raises(NotFound):
                await favouriting.favourite(tx, ana, post)


# --- pins ---------------------------------------------------------------------------------------------


async def test_pins_are_few_ones_own_and_told_to_followers(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    posts = [await make_post(store, ana) for _ in range(6)]
    async with store.write() as tx:
        for post in posts[:5]:
            await pinning.pin(tx, ana, post)
            await pinning.pin(tx, ana, post)
        with pytest.raises(Unprocessable):
            await pinning.pin(tx, ana, posts[5])
        await pinning.unpin(tx, ana, posts[0])
        await pinning.unpin(tx, ana, posts[0])
        await pinning.pin(tx, ana, posts[5])
        assert len(await tx.featured.of(ana.id)) == 5
        with pytest.raises(NotFound):
            await pinning.pin(tx, cleo, posts[0])
        with pytest.raises(Unprocessable):
            await pinning.pin(tx, ana, build_post(tx, ana, visibility="direct"))
    assert await to_followers(store) == [("Add", True)] * 5 + [("Remove", True), ("Add", True)]
    async with store.read() as tx:
        document = await tx.db.value("SELECT document FROM activities ORDER BY id LIMIT 1")
    added = codec.parse_activity(codec.load(document))
    assert isinstance(added, types.Add)
    assert added.id is not None
    assert (added.object, added.target, added.to) == (posts[0].uri, ana.featured_uri, (types.PUBLIC,))


async def test_a_followers_only_pin_is_told_to_followers_only(store: Store) -> None:
    ana = await make_person(store)
    post = await make_post(store, ana, visibility="private")
    async with store.write() as tx:
        await pinning.pin(tx, ana, post)
    assert await to_followers(store) == [("Add", False)]


# --- reports ------------------------------------------------------------------------------------------


async def test_a_report_is_kept_and_forwarded_by_the_server_itself(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    theirs, mine = await make_post(store, bo), await make_post(store, ana)
    async with store.write() as tx:
        await reporting.report(tx, ana, bo, Complaint(posts=[theirs, mine], comment="spam"))
    assert await sent(store) == []
    async with store.write() as tx:
        complaint = Complaint(posts=[theirs, mine], comment="spam", forward=True)
        await reporting.report(tx, ana, bo, complaint)
        reports = await tx.reports.page(Wanted(), Range())
    assert [(one.reporter_id, one.target_id, one.post_ids) for one in reports] == [
        (ana.id, bo.id, (theirs.id,))
    ] * 2
    assert [one.forwarded for one in reports] == [True, False]
    [(inbox, flag)] = await sent(store)
    assert inbox == bo.shared_inbox
    assert isinstance(flag, types.Flag)
    assert flag.actor == "https://a.test/actor"
    assert flag.objects == (bo.uri, theirs.uri)
