"""Update: edits with history, silent refreshes, profiles."""

from __future__ import annotations

import pytest

from fedi.activitypub import types
from fedi.errors import NotAllowed
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.store.store import Store
from tests.builders import make_person, make_stranger
from tests.support.posts import account, at, by_uri, created, follow, jobs, mention, new_uri, note, take, told

HOUR = 3_600_000


def updated(post: types.Post) -> types.Update:
    return types.Update(id=f"{post.id}#updates/1", actor=post.attributed_to, object=post)


async def followed(store: Store) -> tuple[Account, Account]:
    ana, bo = await make_person(store), await make_stranger(store)
    await follow(store, ana, bo)
    return ana, bo


async def test_a_newer_form_replaces_the_text_and_the_old_one_is_kept(store: Store) -> None:
    ana, bo = await followed(store)
    now = store.clock()
    post = note(bo, "<p>one</p>", published=at(now - HOUR), tags=(types.Hashtag(name="#old"),))
    await take(store, bo, created(post))
    newer = note(
        bo,
        "<p>two</p>",
        id=post.id,
        summary="careful",
        updated=at(now - 1_000),
        tags=(types.Hashtag(name="#new"), mention(ana)),
        cc=(ana.uri,),
    )
    await take(store, bo, updated(newer), updated(newer))
    stored = await by_uri(store, post.id)
    assert stored is not None
    assert (stored.content, stored.summary, stored.sensitive) == ("<p>two</p>", "careful", True)
    assert (stored.visibility, stored.edited_at, stored.tags) == ("public", now - 1_000, ("new",))
    async with store.read() as tx:
        history = await tx.posts.edits(stored.id)
        tags = await tx.db.rows("SELECT tag FROM post_tags WHERE post_id = :id", {"id": stored.id})
    assert [(form.content, form.created_at) for form in history] == [("<p>one</p>", stored.created_at)]
    assert [row["tag"] for row in tags] == ["new"]
    assert await told(store, ana) == [("mention", bo.id, stored.id)]


@pytest.mark.parametrize("age", [None, 2 * HOUR, HOUR])
async def test_the_same_or_an_older_form_changes_nothing(store: Store, age: int | None) -> None:
    _, bo = await followed(store)
    now = store.clock()
    post = note(bo, "<p>one</p>", published=at(now - 3 * HOUR), updated=at(now - HOUR))
    await take(store, bo, created(post))
    older = note(bo, "<p>two</p>", id=post.id, updated=at(now - age) if age else None)
    await take(store, bo, updated(older))
    stored = await by_uri(store, post.id)
    assert stored is not None
    assert stored.content == "<p>one</p>"
    async with store.read() as tx:
        assert await tx.posts.edits(stored.id) == []


async def test_a_mention_that_an_edit_removes_is_remembered_as_removed(store: Store) -> None:
    ana, bo = await followed(store)
    now = store.clock()
    post = note(bo, tags=(mention(ana),), cc=(ana.uri,), published=at(now - HOUR))
    await take(store, bo, created(post))
    await take(store, bo, updated(note(bo, id=post.id, updated=at(now))))
    stored = await by_uri(store, post.id)
    assert stored is not None
    assert stored.mentions == ()
    async with store.read() as tx:
        assert await tx.posts.mentioned_ids(stored.id) == set()
        assert await tx.posts.mentioned_ids(stored.id, removed=True) == {ana.id}


async def test_who_boosted_it_here_is_told(store: Store) -> None:
    ana, bo = await followed(store)
    now = store.clock()
    post = note(bo, published=at(now - HOUR))
    await take(store, bo, created(post))
    stored = await by_uri(store, post.id)
    assert stored is not None
    async with store.write() as tx:
        await tx.posts.add(_boost(tx.new_id(), ana, stored.id, now))
    await take(store, bo, updated(note(bo, "<p>two</p>", id=post.id, updated=at(now))))
    assert await told(store, ana) == [("update", bo.id, stored.id)]


def _boost(post_id: int, booster: Account, of: int, now: int) -> Post:
    return Post(
        id=post_id,
        uri=f"https://a.test/ap/posts/{post_id}/activity",
        account_id=booster.id,
        local=True,
        visibility="public",
        boost_of_id=of,
        created_at=now,
    )


async def test_only_the_author_edits(store: Store) -> None:
    ana, bo = await followed(store)
    mallory = await make_stranger(store, "mallory")
    post = note(bo, "<p>one</p>")
    await take(store, bo, created(post))
    forged = note(bo, "<p>forged</p>", id=post.id, updated=at(store.clock() + HOUR))
    with pytest.raises(NotAllowed):
        await take(store, mallory, types.Update(id=new_uri(mallory), actor=mallory.uri, object=forged))
    posing = note(
        bo, "<p>forged</p>", id=post.id, attributed_to=mallory.uri, updated=at(store.clock() + HOUR)
    )
    with pytest.raises(NotAllowed):
        await take(store, mallory, types.Update(id=new_uri(mallory), actor=mallory.uri, object=posing))
    stored = await by_uri(store, post.id)
    assert stored is not None
    assert stored.content == "<p>one</p>"
    assert await told(store, ana) == []


async def test_an_edit_of_an_unknown_post_is_a_late_create_unless_it_is_old(store: Store) -> None:
    _, bo = await followed(store)
    now = store.clock()
    young = note(bo, published=at(now - HOUR), updated=at(now))
    old = note(bo, published=at(now - 25 * HOUR), updated=at(now))
    await take(store, bo, updated(young), updated(old))
    assert await by_uri(store, young.id) is not None
    assert await by_uri(store, old.id) is None


async def test_a_changed_profile_is_taken_over(store: Store) -> None:
    bo = await make_stranger(store)
    actor = types.Actor(
        id=bo.uri,
        preferred_username="bo",
        name="Bo the second",
        inbox=bo.inbox,
        shared_inbox=bo.shared_inbox,
        followers=bo.followers_uri,
    )
    await take(store, bo, types.Update(id=new_uri(bo), actor=bo.uri, object=actor))
    assert (await account(store, bo.id)).name == "Bo the second"
    mallory = await make_stranger(store, "mallory")
    with pytest.raises(NotAllowed):
        await take(store, mallory, types.Update(id=new_uri(mallory), actor=mallory.uri, object=actor))


async def test_updates_by_reference_are_looked_up_by_jobs(store: Store) -> None:
    _, bo = await followed(store)
    post = note(bo)
    await take(store, bo, created(post))
    for uri in (bo.uri, post.id, "https://b.test/notes/unknown"):
        await take(store, bo, types.Update(id=new_uri(bo), actor=bo.uri, object=uri))
    assert [job["uri"] for job in await jobs(store, "refresh_actor")] == [bo.uri]
    assert [job["uri"] for job in await jobs(store, "fetch_post")] == [post.id]
