"""Who may see what, and only after somebody said so."""

from __future__ import annotations

import pytest

from fedi.activitypub import types
from fedi.social import following
from tests.advisories.scenes import comes, home, known, may_see, post, settle
from tests.builders import make_person, make_post
from tests.peer import Person, World


async def asks(world: World, name: str, bo: Person) -> tuple[types.Follow, following.Relationship]:
    """A local person asks to follow somebody who approves followers, though the profile says otherwise."""
    ana, account = await make_person(world.store, name), await known(world, bo)
    async with world.store.write() as tx:
        between = await following.ask(tx, ana, account)
    await settle(world)
    return bo.received(types.Follow)[-1], between


@pytest.mark.parametrize("form", ["embedded", "by id", "embedded, with a fragment id"])
async def test_cve_2025_30741_private_posts_are_seen_after_the_accept_and_not_before(
    world: World, form: str
) -> None:
    """Pixelfed counted a follow as accepted by itself, and showed everybody there what was for followers."""
    bo, eve = world.peer("b.test").person("bo"), world.peer("evil.test").person("eve")
    follow, between = await asks(world, "ana", bo)
    assert (between.following, between.requested) == (False, True)
    ana, cleo = await _local(world, "ana"), await make_person(world.store, "cleo")
    note = bo.note("<p>private</p>", to=(f"{bo.uri}/followers",), cc=(cleo.uri,))
    assert await comes(world, bo, bo.create(note)) == 202
    kept = await post(world, note.id)
    assert kept is not None
    assert kept.visibility == "private"
    assert not await may_see(world, kept, ana)
    forged = types.Accept(id=eve.new_id(), actor=eve.uri, object=follow)
    assert await comes(world, eve, forged) == 202
    assert not await may_see(world, kept, ana)
    accept = types.Accept(
        # Mastodon's ids of Accept have a fragment (PROTOCOL section 13).
        id=f"{bo.uri}#accepts/follows/1" if "fragment" in form else bo.new_id(),
        actor=bo.uri,
        object=follow.id or "" if form == "by id" else follow,
    )
    assert await comes(world, bo, accept) == 202
    assert await may_see(world, kept, ana)
    assert not await may_see(world, kept, await make_person(world.store, "dora"))


async def test_cve_2025_30741_who_asks_to_follow_a_locked_person_is_sent_nothing(world: World) -> None:
    ana = await make_person(world.store, locked=True)
    eve = world.peer("evil.test").person("eve")
    follow = types.Follow(id=f"{eve.uri}#follows/1", actor=eve.uri, object=ana.uri)
    assert await comes(world, eve, follow) == 202
    assert await comes(world, eve, types.Accept(id=eve.new_id(), actor=eve.uri, object=follow)) == 202
    secret = await make_post(world.store, ana, visibility="private")
    assert eve.received(types.Accept) == []
    assert not await may_see(world, secret, await known(world, eve))
    assert (await eve.gets(secret.uri.removeprefix(world.url))).status_code == 404


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_ghsa_gwhw_gcjx_72v8_and_ghsa_ccpr_m53r_mfwr_what_is_private_is_not_there(
    world: World, visibility: str
) -> None:
    """Mastodon told by its status that a private post exists, and let caches hand on what one signer had got."""
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    eve = world.peer("evil.test").person("eve")
    account = await known(world, bo)
    secret = await make_post(world.store, ana, visibility=visibility)
    async with world.store.write() as tx:
        await tx.posts.mention(secret.id, [account.id])
    path = secret.uri.removeprefix(world.url)
    shown, hidden = await bo.gets(path), await eve.gets(path)
    nothing = await eve.gets(f"/ap/posts/{secret.id + 1}")
    assert (shown.status_code, hidden.status_code, nothing.status_code) == (200, 404, 404)
    assert await hidden.get_data() == await nothing.get_data()
    assert "Signature" in shown.headers["Vary"]
    assert "no-store" in shown.headers["Cache-Control"]


async def test_section_13_an_undo_by_id_alone_is_understood(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    local = await make_post(world.store, ana)
    for activity in (
        types.Follow(id=f"{bo.uri}#follows/1", actor=bo.uri, object=ana.uri),
        types.Like(id=f"{bo.uri}#likes/1", actor=bo.uri, object=local.uri),
        types.Announce(id=bo.new_id(), actor=bo.uri, object=local.uri, to=(types.PUBLIC,)),
    ):
        assert await comes(world, bo, activity) == 202
        undo = types.Undo(id=f"{activity.id}/undo", actor=bo.uri, object=activity.id or "")
        assert await comes(world, bo, undo) == 202
    found = await post(world, local.uri)
    assert found is not None
    assert (found.favourites_count, found.boosts_count) == (0, 0)
    async with world.store.read() as tx:
        account = await tx.people.by_id(ana.id)
    assert account is not None
    assert account.followers_count == 0
    assert await home(world, ana) == set()


async def _local(world: World, name: str) -> following.Account:
    async with world.store.read() as tx:
        account = await tx.people.by_handle(f"{name}@a.test")
    assert account is not None
    return account
