"""Announce: boosts known and fetched, what may be boosted, what groups pass on."""

from __future__ import annotations

from typing import Any

import pytest

from fedi.activitypub import types
from fedi.errors import NotAllowed
from fedi.model.people import Account
from fedi.social import boosting
from fedi.store.store import Store
from tests.builders import make_person, make_post, make_stranger
from tests.support.posts import (
    Origins,
    account,
    by_id,
    by_uri,
    created,
    follow,
    home,
    jobs,
    new_uri,
    note,
    take,
    told,
)


def announced(actor: Account, uri: str, **values: Any) -> types.Announce:
    return types.Announce(
        **{
            "id": new_uri(actor, "boosts"),
            "actor": actor.uri,
            "to": (types.PUBLIC,),
            "cc": (actor.followers_uri or "",),
            "object": uri,
            **values,
        }
    )


def undone(activity: types.Announce) -> types.Undo:
    return types.Undo(id=f"{activity.id}/undo", actor=activity.actor, object=activity)


async def test_a_boost_of_a_local_post_is_counted_told_and_shown(store: Store) -> None:
    ana, cleo = await make_person(store), await make_person(store, "cleo")
    bo = await make_stranger(store)
    await follow(store, cleo, bo)
    post = await make_post(store, ana)
    boost = announced(bo, post.uri)
    await take(store, bo, boost, boost, announced(bo, post.uri))
    stored = await by_uri(store, boost.id or "")
    assert stored is not None
    assert (stored.boost_of_id, stored.visibility) == (post.id, "public")
    assert (await by_id(store, post.id)).boosts_count == 1
    assert await told(store, ana) == [("reblog", bo.id, post.id)]
    assert await home(store, cleo) == [stored.id]


@pytest.mark.parametrize("by", ["undo", "undo by id", "delete", "undo of the object"])
async def test_a_boost_is_taken_back_and_does_not_return(store: Store, by: str) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    post = await make_post(store, ana)
    boost = announced(bo, post.uri)
    back: dict[str, Any] = {
        "undo": undone(boost),
        "undo by id": types.Undo(id=new_uri(bo), actor=bo.uri, object=boost.id or ""),
        "delete": types.Delete(id=new_uri(bo), actor=bo.uri, object=boost.id or ""),
        "undo of the object": undone(types.Announce(actor=bo.uri, object=post.uri)),
    }
    await take(store, bo, boost, back[by], boost)
    assert await by_uri(store, boost.id or "") is None
    assert (await by_id(store, post.id)).boosts_count == 0
    assert await told(store, ana) == []


async def test_an_undo_that_comes_first_keeps_its_boost_out(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    post = await make_post(store, ana)
    boost = announced(bo, post.uri)
    await take(store, bo, undone(boost), boost)
    assert await by_uri(store, boost.id or "") is None


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_what_was_not_shown_to_everybody_is_not_boosted(store: Store, visibility: str) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    post = await make_post(store, ana, visibility=visibility)
    with pytest.raises(NotAllowed):
        await take(store, bo, announced(bo, post.uri))


async def test_an_author_boosts_their_own_followers_only_post_inlined(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    await follow(store, ana, bo)
    private = note(bo, to=(bo.followers_uri or "",), cc=())
    boost = announced(bo, private.id, inlined=private)
    await take(store, bo, boost)
    stored, original = await by_uri(store, boost.id or ""), await by_uri(store, private.id)
    assert stored is not None
    assert original is not None
    assert (original.visibility, stored.visibility) == ("private", "private")


async def test_an_inlined_post_of_somebody_else_is_fetched(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    victim = await make_stranger(store, "victim")
    await follow(store, ana, bo)
    forged = note(victim, "<p>forged</p>")
    await take(store, bo, announced(bo, forged.id, inlined=forged))
    assert await by_uri(store, forged.id) is None
    assert [job["object"] for job in await jobs(store, "fetch_announced")] == [forged.id]


async def test_boosts_of_remote_posts_by_people_nobody_follows_are_dropped(store: Store) -> None:
    bo, cy = await make_stranger(store), await make_stranger(store, "cy")
    post = await make_post(store, cy)
    await take(store, bo, announced(bo, post.uri), announced(bo, "https://c.test/notes/unknown"))
    assert (await by_id(store, post.id)).boosts_count == 0
    assert await jobs(store, "fetch_announced") == []


async def test_an_unknown_post_is_fetched_from_its_origin_then_boosted_once(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    far = await make_stranger(store, "far", "c.test")
    await follow(store, ana, bo)
    origins = Origins(store)
    post = note(far, "<p>from afar</p>")
    origins.documents[post.id] = post
    boost = announced(bo, post.id)
    await take(store, bo, boost)
    payloads = await jobs(store, "fetch_announced")
    await origins.work()
    await boosting.run(origins, payloads[0])  # type: ignore[arg-type]  # may run twice
    stored, original = await by_uri(store, boost.id or ""), await by_uri(store, post.id)
    assert stored is not None
    assert original is not None
    assert (original.account_id, original.boosts_count) == (far.id, 1)
    assert await home(store, ana) == [stored.id]
    assert await jobs(store, "fetch_announced") == []
    assert (await account(store, far.id)).posts_count == 1


async def test_what_is_fetched_and_not_public_is_not_kept(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    far = await make_stranger(store, "far", "c.test")
    await follow(store, ana, bo)
    origins = Origins(store)
    secret = note(far, to=(far.followers_uri or "",), cc=())
    origins.documents[secret.id] = secret
    await take(store, bo, announced(bo, secret.id))
    with pytest.raises(NotAllowed):
        await origins.work()
    assert await by_uri(store, secret.id) is None


async def test_a_deleted_post_is_not_fetched_again(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    cy = await make_stranger(store, "cy")
    await follow(store, ana, bo)
    await follow(store, ana, cy)
    post = note(cy)
    await take(store, cy, created(post), types.Delete(id=new_uri(cy), actor=cy.uri, object=post.id))
    await take(store, bo, announced(bo, post.id))
    assert await jobs(store, "fetch_announced") == []


async def test_a_boost_of_a_boost_is_refused(store: Store) -> None:
    ana, bo = await make_person(store), await make_stranger(store)
    await follow(store, ana, bo)
    post = await make_post(store, ana)
    boost = announced(bo, post.uri)
    await take(store, bo, boost)
    with pytest.raises(NotAllowed):
        await take(store, bo, announced(bo, boost.id or ""))


# --- groups (FEP-1b12) ----------------------------------------------------------------------------------


async def test_what_a_group_passes_on_is_taken_from_its_origin(store: Store) -> None:
    ana = await make_person(store)
    group = await make_stranger(store, "group", "lemmy.test", type="Group")
    member = await make_stranger(store, "member", "m.test")
    await follow(store, ana, group)
    page = await make_post(store, ana)
    origins = Origins(store)
    claimed = note(member, "<p>as the group says</p>", in_reply_to=page.uri)
    origins.documents[claimed.id] = note(member, "<p>as it is</p>", id=claimed.id, in_reply_to=page.uri)
    await take(store, group, announced(group, f"{claimed.id}/create", wrapped=created(claimed)))
    assert await by_uri(store, claimed.id) is None
    await origins.work()
    stored = await by_uri(store, claimed.id)
    assert stored is not None
    assert stored.content == "<p>as it is</p>"
    deletion = types.Delete(id=new_uri(member), actor=member.uri, object=claimed.id)
    passed_on = announced(group, deletion.id or "", wrapped=deletion)
    await take(store, group, passed_on)
    await origins.work()
    assert await by_uri(store, claimed.id) is not None  # its origin still has it
    origins.documents[claimed.id] = None
    await take(store, group, passed_on)
    await origins.work()
    assert await by_uri(store, claimed.id) is None


async def test_likes_and_strangers_that_a_group_passes_on_cost_no_request(store: Store) -> None:
    ana = await make_person(store)
    group = await make_stranger(store, "group", "lemmy.test", type="Group")
    member = await make_stranger(store, "member", "m.test")
    await follow(store, ana, group)
    page = await make_post(store, ana)
    vote = types.Like(id=new_uri(member), actor=member.uri, object=page.uri)
    for wrapped in (vote, created(note(member)), created(note(member, in_reply_to="https://x.test/1"))):
        await take(store, group, announced(group, wrapped.id or "", wrapped=wrapped))
    assert await jobs(store, "fetch_post") == []
    assert (await by_id(store, page.id)).favourites_count == 0
