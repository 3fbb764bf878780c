"""The jobs that fetch posts and actors, and may run twice."""

from __future__ import annotations

import pytest

from fedi.activitypub import types
from fedi.errors import NotAllowed, RemoteInvalid
from fedi.social import receiving
from fedi.store.store import Store
from tests.builders import make_person, make_stranger
from tests.support.posts import Origins, account, at, by_uri, created, follow, jobs, mention, note, take


async def ask(store: Store, uri: str, *, wanted: bool = True) -> None:
    async with store.write() as tx:
        await receiving.ask_origin(tx, uri, wanted=wanted)


async def test_a_post_is_taken_as_its_origin_has_it(store: Store) -> None:
    await make_person(store)
    bo, origins = await make_stranger(store), Origins(store)
    post = note(bo)
    origins.documents[post.id] = post
    await ask(store, post.id)
    payloads = await jobs(store, "fetch_post")
    await origins.work()
    await receiving.run(origins, payloads[0])  # type: ignore[arg-type]
    assert await by_uri(store, post.id) is not None
    assert (await account(store, bo.id)).posts_count == 1
    origins.documents[post.id] = note(bo, "<p>new</p>", id=post.id, updated=at(store.clock() + 1_000))
    await ask(store, post.id)
    await origins.work()
    stored = await by_uri(store, post.id)
    assert stored is not None
    assert stored.content == "<p>new</p>"


async def test_a_post_that_is_gone_there_goes_here(store: Store) -> None:
    ana, bo, origins = await make_person(store), await make_stranger(store), Origins(store)
    await follow(store, ana, bo)
    gone, missing = note(bo), note(bo)
    await take(store, bo, created(gone), created(missing))
    origins.documents[gone.id] = None
    for post in (gone, missing):
        await ask(store, post.id)
    await origins.work()
    for post in (gone, missing):
        assert await by_uri(store, post.id) is None
        async with store.read() as tx:
            assert await tx.tombstones.has(post.id)


async def test_what_is_fetched_and_concerns_nobody_is_dropped(store: Store) -> None:
    ana, bo, origins = await make_person(store), await make_stranger(store), Origins(store)
    plain, named = note(bo), note(bo, tags=(mention(ana),), cc=(ana.uri,))
    for post in (plain, named):
        origins.documents[post.id] = post
        await ask(store, post.id, wanted=False)
    await origins.work()
    assert await by_uri(store, plain.id) is None
    assert await by_uri(store, named.id) is not None


async def test_an_unknown_author_is_fetched_too(store: Store) -> None:
    await make_person(store)
    origins = Origins(store)
    actor = types.Actor(
        id="https://n.test/u/new", preferred_username="new", inbox="https://n.test/u/new/inbox"
    )
    post = types.Post(id="https://n.test/1", attributed_to=actor.id, content="<p>x</p>", to=(types.PUBLIC,))
    origins.documents |= {actor.id: actor, post.id: post}
    await ask(store, post.id)
    await origins.work()
    stored = await by_uri(store, post.id)
    assert stored is not None
    assert (await account(store, stored.account_id)).uri == actor.id
    origins.documents[actor.id] = types.Actor(
        id=actor.id, preferred_username="new", name="Renamed", inbox=actor.inbox
    )
    async with store.write() as tx:
        await tx.jobs.add("refresh_actor", {"uri": actor.id})
    await origins.work()
    assert (await account(store, stored.account_id)).name == "Renamed"


async def test_nothing_is_fetched_from_a_blocked_server(store: Store) -> None:
    bo, origins = await make_stranger(store), Origins(store)
    await make_person(store)
    origins.blocked.add("b.test")
    post = note(bo)
    origins.documents[post.id] = post
    with pytest.raises(NotAllowed):
        await receiving.fetch(origins, post.id)  # type: ignore[arg-type]
    assert origins.fetched == []


async def test_posts_of_the_suspended_and_things_that_are_no_posts_are_refused(store: Store) -> None:
    await make_person(store)
    bad, origins = await make_stranger(store, "bad", suspended_at=1), Origins(store)
    post = note(bad)
    actor = types.Actor(id=bad.uri, preferred_username="bad", inbox=bad.inbox)
    origins.documents |= {post.id: post, bad.uri: actor}
    with pytest.raises(NotAllowed):
        await receiving.fetch(origins, post.id)  # type: ignore[arg-type]
    with pytest.raises(RemoteInvalid):
        await receiving.fetch(origins, bad.uri)  # type: ignore[arg-type]
