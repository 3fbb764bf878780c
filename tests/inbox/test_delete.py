"""Delete: what goes, what stays out, and whose word counts."""

from __future__ import annotations

import pytest

from fedi.activitypub import types
from fedi.errors import NotAllowed
from fedi.model.people import Account
from fedi.store.store import Store
from tests.builders import make_person, make_post, make_stranger
from tests.support.posts import (
    account,
    by_id,
    by_uri,
    created,
    follow,
    home,
    mention,
    new_uri,
    note,
    take,
    told,
)


def deleted(actor: Account, uri: str) -> types.Delete:
    return types.Delete(id=new_uri(actor, "deletes"), actor=actor.uri, object=uri)


async def test_a_deleted_post_leaves_nothing_and_never_comes_back(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    await follow(store, ana, bo)
    parent = await make_post(store, ana)
    post = note(bo, in_reply_to=parent.uri, tags=(mention(ana), types.Hashtag(name="#x")), cc=(ana.uri,))
    await take(store, bo, created(post))
    assert (await by_id(store, parent.id)).replies_count == 1
    await take(store, bo, deleted(bo, post.id), deleted(bo, post.id), created(post))
    assert await by_uri(store, post.id) is None
    assert (await by_id(store, parent.id)).replies_count == 0
    assert (await account(store, bo.id)).posts_count == 0
    assert await home(store, ana) == []
    assert await told(store, ana) == []
    async with store.read() as tx:
        assert await tx.tombstones.has(post.id)
        for table in ("mentions", "post_tags"):
            assert await tx.db.value(f"SELECT COUNT(*) FROM {table}") == 0


async def test_a_delete_that_comes_before_its_create_keeps_it_out(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    await follow(store, ana, bo)
    post = note(bo)
    await take(store, bo, deleted(bo, post.id), created(post))
    assert await by_uri(store, post.id) is None


async def test_nobody_else_on_the_server_can_keep_a_post_out(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    mallory = await make_stranger(store, "mallory")
    await follow(store, ana, bo)
    post = note(bo)
    await take(store, mallory, deleted(mallory, post.id))
    await take(store, bo, created(post))
    assert await by_uri(store, post.id) is not None


async def test_only_the_author_deletes(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    mallory, eve = await make_stranger(store, "mallory"), await make_stranger(store, "eve", "e.test")
    await follow(store, ana, bo)
    post, own = note(bo), await make_post(store, ana)
    await take(store, bo, created(post))
    for actor, uri in ((mallory, post.id), (eve, post.id), (mallory, own.uri)):
        with pytest.raises(NotAllowed):
            await take(store, actor, deleted(actor, uri))
    assert await by_uri(store, post.id) is not None
    assert await by_uri(store, own.uri) is not None


async def test_answers_outlive_what_they_answered(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    await follow(store, ana, bo)
    post = note(bo)
    await take(store, bo, created(post))
    stored = await by_uri(store, post.id)
    assert stored is not None
    answer = await make_post(
        store, ana, in_reply_to_id=stored.id, in_reply_to_account_id=bo.id, in_reply_to_uri=post.id
    )
    await take(store, bo, deleted(bo, post.id))
    left = await by_id(store, answer.id)
    assert (left.in_reply_to_id, left.in_reply_to_uri) == (None, post.id)


async def test_a_person_who_deletes_themselves_is_purged(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    await follow(store, ana, bo)
    post = note(bo)
    await take(store, bo, created(post), deleted(bo, bo.uri))
    assert await by_uri(store, post.id) is None
    assert (await account(store, bo.id)).deleted_at is not None


async def test_deleting_a_boosted_post_takes_its_boosts(store: Store) -> None:
    ana, bo, cy = await make_person(store), await make_stranger(store), await make_stranger(store, "cy")
    await follow(store, ana, bo)
    await follow(store, ana, cy)
    post = note(bo)
    boost = types.Announce(id=new_uri(cy), actor=cy.uri, to=(types.PUBLIC,), object=post.id)
    await take(store, bo, created(post))
    await take(store, cy, boost)
    assert (await account(store, cy.id)).posts_count == 1
    await take(store, bo, deleted(bo, post.id))
    assert await by_uri(store, boost.id or "") is None
    assert (await account(store, cy.id)).posts_count == 0
    assert await home(store, ana) == []
