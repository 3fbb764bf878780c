"""What is where, and who may say so. The network's side of it is tested over HTTP in tests/net."""

from __future__ import annotations

import pytest

from fedi.activitypub import codec, types
from fedi.net.actors import read_document
from tests.advisories.scenes import CONTEXT, comes, count, follows, post
from tests.builders import make_person
from tests.peer import World


async def test_cve_2024_23832_a_post_under_the_name_of_another_server_is_refused(world: World) -> None:
    """Mastodon: an object was believed whatever its id, so that anybody could be impersonated."""
    ana, eve = await make_person(world.store), world.peer("evil.test").person("eve")
    await follows(world, ana, eve)
    document = codec.render(eve.create(eve.note()))
    document["object"]["id"] = "https://b.test/notes/1"
    assert await comes(world, eve, document) == 400
    assert await post(world, "https://b.test/notes/1") is None


async def test_ghsa_4qhx_hhwf_8685_an_activity_id_on_another_server_is_refused(world: World) -> None:
    """Fedify: such an id kept out the activity that really had it."""
    ana, eve = await make_person(world.store), world.peer("evil.test").person("eve")
    bo = world.peer("b.test").person("bo")
    await follows(world, ana, bo, eve)
    taken = types.Follow(id=bo.new_id(), actor=eve.uri, object=ana.uri)
    assert await comes(world, eve, taken) == 400
    assert await count(world, "received") == 0


async def test_ghsa_5wxh_3p65_r4g6_an_author_is_who_its_document_says(world: World) -> None:
    """Mastodon: not enough was asked of the ids of accounts. Here an address that answers with somebody else."""
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    carl = world.peer("b.test").person("carl")
    await follows(world, ana, carl)
    bo.peer.documents["https://b.test/alias"] = codec.render(bo.actor())
    note = bo.note(attributed_to="https://b.test/alias")
    announce = types.Announce(id=carl.new_id(), actor=carl.uri, object=note.id, to=(types.PUBLIC,))
    assert await comes(world, carl, announce) == 202
    assert note.id in bo.peer.fetched
    assert await post(world, note.id) is None


@pytest.mark.parametrize(
    "inbox", ["https://a.test/inbox", "https://victim.test/inbox", "https://127.0.0.1/inbox"]
)
async def test_cve_2026_96624_an_inbox_is_on_its_actors_server(world: World, inbox: str) -> None:
    """Fedify delivered to whatever address an actor named: other servers, or the inside of our network."""
    ana, eve = await make_person(world.store), world.peer("evil.test").person("eve")
    follow = types.Follow(id=eve.new_id(), actor=eve.uri, object=ana.uri)
    eve.peer.serve(eve.actor(inbox=inbox))
    assert await comes(world, eve, follow) in (400, 401)
    eve.peer.serve(eve.actor(shared_inbox=inbox))
    assert await comes(world, eve, follow) == 202
    async with world.store.read() as tx:
        account = await tx.people.by_uri(eve.uri)
        inboxes = await tx.db.rows("SELECT inbox FROM follower_inboxes")
    assert account is not None
    assert account.shared_inbox is None
    assert [row["inbox"] for row in inboxes] == [f"{eve.uri}/inbox"]
    assert len(eve.received(types.Accept)) == 1


@pytest.mark.parametrize("name", ["followers", "following", "outbox", "featured", "url"])
async def test_addresses_on_other_servers_are_left_out_of_an_actor(world: World, name: str) -> None:
    """Else a post to `followers` of somebody else would count as private to one's own followers."""
    eve = world.peer("evil.test").person("eve")
    document = {**codec.render(eve.actor()), "@context": CONTEXT, name: f"https://b.test/users/bo/{name}"}
    actor = await read_document(document)
    assert isinstance(actor, types.Actor)
    assert getattr(actor, name) is None
