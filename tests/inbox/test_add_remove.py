"""Add and Remove: pins of remote people."""

from __future__ import annotations

import pytest

from fedi.activitypub import types
from fedi.errors import NotAllowed
from fedi.model.people import Account
from fedi.store.store import Store
from tests.builders import make_person, make_post, make_stranger
from tests.support.posts import Origins, follow, jobs, note, take

FEATURED = "https://b.test/users/bo/featured"


async def pins(store: Store, account: Account) -> list[str]:
    async with store.read() as tx:
        return [post.uri for post in await tx.featured.of(account.id)]


def added(actor: Account, uri: str, target: str = FEATURED) -> types.Add:
    return types.Add(actor=actor.uri, object=uri, target=target)


async def test_a_pin_is_kept_until_it_is_taken_off(store: Store) -> None:
    bo = await make_stranger(store, featured_uri=FEATURED)
    post = await make_post(store, bo)
    await take(store, bo, added(bo, post.uri), added(bo, post.uri))
    assert await pins(store, bo) == [post.uri]
    await take(store, bo, types.Remove(actor=bo.uri, object=post.uri, target="https://b.test/other"))
    assert await pins(store, bo) == [post.uri]
    await take(store, bo, types.Remove(actor=bo.uri, object=post.uri, target=FEATURED))
    assert await pins(store, bo) == []


async def test_other_collections_and_other_peoples_posts_are_left_alone(store: Store) -> None:
    bo, cy = await make_stranger(store, featured_uri=FEATURED), await make_stranger(store, "cy")
    own, others = await make_post(store, bo), await make_post(store, cy)
    await take(store, bo, added(bo, own.uri, "https://b.test/other"))
    await take(store, cy, added(cy, own.uri))
    with pytest.raises(NotAllowed):
        await take(store, bo, added(bo, others.uri))
    assert await pins(store, bo) == []


async def test_an_unknown_pin_of_somebody_followed_is_fetched(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store, featured_uri=FEATURED)
    post = note(bo)
    await take(store, bo, added(bo, post.id))
    assert await jobs(store, "fetch_post") == []
    await follow(store, ana, bo)
    await take(store, bo, added(bo, post.id))
    origins = Origins(store)
    origins.documents[post.id] = post
    await origins.work()
    assert await pins(store, bo) == [post.id]
