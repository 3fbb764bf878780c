"""Blocked is blocked: in every spelling, under every handle, and in everybody else's hands."""

from __future__ import annotations

import pytest

from fedi.activitypub import types
from fedi.activitypub.keys import SigningKey
from fedi.errors import NotAllowed
from fedi.social import receiving
from tests.advisories.scenes import body_of, comes, count, follows, home, known, post, signed
from tests.builders import make_person, make_post
from tests.peer import World
from tests.support.defederated import block_domain


async def block(world: World, name: str) -> None:
    async with world.store.write() as tx:
        await block_domain(tx, name)
    await world.services.refresh()


@pytest.mark.parametrize("host", ["B.test", "b.test.", "b.test:443", "sub.B.TEST", "xn--bcher-kva.B.test"])
async def test_ghsa_v3xf_c9qf_j667_cve_2023_42451_no_spelling_of_a_blocked_host_gets_in(
    world: World, host: str
) -> None:
    """Mastodon compared names as they were written."""
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    await known(world, bo)
    await block(world, "b.test")
    body = body_of(types.Follow(id=bo.new_id(), actor=bo.uri, object=ana.uri))
    key = SigningKey(bo.key_id.replace("b.test", host), bo.pair.private_pem)
    fetched = len(bo.peer.fetched)
    assert await world.post("/inbox", body, signed(world, bo, body, key=key)) in (401, 403)
    assert len(bo.peer.fetched) == fetched
    assert await count(world, "received") == 0


async def test_a_blocked_domain_does_not_act_from_another_server(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("hosting.test").person("bo")
    world.peer("b.test").finger("bo@b.test", bo.uri)
    bo.peer.webfinger["acct:bo@hosting.test"] = world.peer("b.test").webfinger["acct:bo@b.test"]
    follow = types.Follow(id=bo.new_id(), actor=bo.uri, object=ana.uri)
    assert await comes(world, bo, follow) == 202
    world.services.signers.forget((await known(world, bo)).id)
    assert (await known(world, bo)).domain == "b.test"
    await block(world, "b.test")
    assert await comes(world, bo, bo.create(bo.note(cc=(ana.uri,)))) == 403


@pytest.mark.parametrize("by", ["person", "server"])
async def test_ghsa_5h2f_wg8j_xqwp_a_boost_brings_in_nobody_who_is_suspended(world: World, by: str) -> None:
    """Mastodon (CVE-2026-23961): what suspended people had posted came back by boosts, and new posts came in."""
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    eve = world.peer("evil.test").person("eve")
    await follows(world, ana, bo, eve)
    old, new = eve.note("<p>old</p>"), eve.note("<p>new</p>")
    assert await comes(world, eve, eve.create(old)) == 202
    account = await known(world, eve)
    async with world.store.write() as tx:
        if by == "person":
            await tx.people.update(account.id, suspended_at=tx.now)
        else:
            await block_domain(tx, "evil.test")
    await world.services.refresh()
    world.services.signers.forget(account.id)
    for note in (old, new):
        announce = types.Announce(id=bo.new_id(), actor=bo.uri, object=note.id, to=(types.PUBLIC,))
        assert await comes(world, bo, announce) == 202
        assert await post(world, announce.id or "") is None
    assert await post(world, new.id) is None
    assert new.id not in await home(world, ana)
    with pytest.raises(NotAllowed):
        await receiving.fetch(world.services, new.id)


async def test_whom_one_blocks_does_not_boost_one(world: World) -> None:
    ana, eve = await make_person(world.store), world.peer("evil.test").person("eve")
    local, account = await make_post(world.store, ana), await known(world, eve)
    async with world.store.write() as tx:
        await tx.blocks.add(ana.id, account.id, f"{ana.uri}/blocks/1")
    announce = types.Announce(id=eve.new_id(), actor=eve.uri, object=local.uri, to=(types.PUBLIC,))
    assert await comes(world, eve, announce) == 202
    assert await post(world, announce.id or "") is None
    found = await post(world, local.uri)
    assert found is not None
    assert found.boosts_count == 0
