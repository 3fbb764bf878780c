"""Only the author speaks for a post: not another server, and not another person of the same one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from fedi.activitypub import codec, types
from fedi.model.people import Account
from tests.advisories.scenes import comes, count, follows, home, known, may_see, post
from tests.builders import make_person, make_post
from tests.peer import Person, World


async def letter(world: World, bo: Person, ana: Account) -> types.Post:
    """A direct message that is here."""
    note = bo.note("<p>for ana</p>", to=(ana.uri,), cc=())
    await known(world, bo)
    assert await comes(world, bo, bo.create(note)) == 202
    assert await post(world, note.id) is not None
    return note


@pytest.mark.parametrize("host", ["evil.test", "b.test"])
@pytest.mark.parametrize("kind", ["Create", "Update", "Announce", "Announce of a Create"])
async def test_cve_2024_37903_nobody_widens_the_audience_of_anothers_post(
    world: World, host: str, kind: str
) -> None:
    """Mastodon let anybody add readers to a post that they did not write."""
    ana, cleo = await make_person(world.store), await make_person(world.store, "cleo")
    bo, eve = world.peer("b.test").person("bo"), world.peer(host).person("eve")
    await follows(world, cleo, eve)
    note = await letter(world, bo, ana)
    wide = msgspec.structs.replace(note, to=(types.PUBLIC,), cc=(cleo.uri,), content="<p>for all</p>")
    wide = msgspec.structs.replace(wide, updated=world.services.now())
    head: dict[str, Any] = {"id": eve.new_id(), "actor": eve.uri, "to": (types.PUBLIC,)}
    create = types.Create(**{**head, "actor": bo.uri, "id": f"{note.id}/activity"}, object=wide)
    forged = {
        "Create": types.Create(**head, object=wide),
        "Update": types.Update(**head, object=wide),
        "Announce": types.Announce(**head, object=note.id, inlined=wide),
        "Announce of a Create": types.Announce(**head, object=create.id or "", wrapped=create),
    }[kind]
    assert await comes(world, eve, forged) in (202, 400)
    kept = await post(world, note.id)
    assert kept is not None
    assert (kept.visibility, kept.content) == ("direct", "<p>for ana</p>")
    assert not await may_see(world, kept, cleo)
    assert note.id not in await home(world, cleo)


async def test_cve_2024_37903_an_update_of_ones_own_post_changes_neither_author_nor_readers(
    world: World,
) -> None:
    ana, cleo = await make_person(world.store), await make_person(world.store, "cleo")
    bo = world.peer("b.test").person("bo")
    await follows(world, cleo, bo)
    note = await letter(world, bo, ana)
    changed = msgspec.structs.replace(
        note, to=(types.PUBLIC,), content="<p>new</p>", updated=world.services.now()
    )
    update = types.Update(id=bo.new_id(), actor=bo.uri, object=changed, to=(types.PUBLIC,))
    assert await comes(world, bo, update) == 202
    kept = await post(world, note.id)
    assert kept is not None
    assert kept.visibility == "direct"
    assert not await may_see(world, kept, cleo)


@pytest.mark.parametrize("author", [1, True, [], {"id": 7}, "bo", None])
async def test_nodebb_an_author_that_is_no_uri_is_refused(world: World, author: Any) -> None:
    """NodeBB took a number for the id of one of its own users."""
    ana, eve = await make_person(world.store), world.peer("evil.test").person("eve")
    await follows(world, ana, eve)
    document = codec.render(eve.create(eve.note()))
    document["object"]["attributedTo"] = author
    assert await comes(world, eve, document) == 400
    assert await count(world, "posts") == 0


async def test_section_13_a_create_of_several_objects_believes_none_of_somebody_else(world: World) -> None:
    """GoToSocial's documentation sends the votes of a poll as one list."""
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    eve = world.peer("evil.test").person("eve")
    await follows(world, ana, eve)
    neighbour = world.peer("evil.test").person("mal")
    mine, forged, near = eve.note("<p>mine</p>"), bo.note("<p>forged</p>"), neighbour.note("<p>near</p>")
    bo.peer.remove(forged.id)
    document = codec.render(eve.create(mine))
    inner = document["object"]
    # What is on another server makes the whole a lie, wherever in the list it stands.
    for objects in ([inner, codec.render(forged)], [codec.render(forged), inner]):
        document["object"] = objects
        assert await comes(world, eve, document) == 400
    assert await count(world, "posts") == 0
    document["object"] = [inner, {**codec.render(near), "cc": [ana.uri]}, 7, [inner], "https://x.test/"]
    assert await comes(world, eve, document) == 202
    assert await post(world, mine.id) is not None
    assert await post(world, near.id) is None
    assert await count(world, "posts") == 1


@pytest.mark.parametrize("kind", ["Delete", "Undo"])
async def test_what_one_takes_back_before_it_came_keeps_out_nothing_of_a_neighbour(
    world: World, kind: str
) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    eve = world.peer("b.test").person("eve")
    await follows(world, ana, bo, eve)
    note = bo.note()
    head: dict[str, Any] = {"id": eve.new_id(), "actor": eve.uri, "object": note.id}
    assert await comes(world, eve, types.Delete(**head) if kind == "Delete" else types.Undo(**head)) == 202
    assert await comes(world, bo, bo.create(note)) == 202
    assert await post(world, note.id) is not None


@pytest.mark.parametrize("kind", ["Follow", "Like", "Announce", "Block"])
async def test_an_undo_of_a_neighbours_id_keeps_nothing_out(world: World, kind: str) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    eve = world.peer("b.test").person("eve")
    local = await make_post(world.store, ana)
    await follows(world, ana, bo)
    head: dict[str, Any] = {"id": bo.new_id(), "actor": bo.uri}
    deed = {
        "Follow": types.Follow(**head, object=ana.uri),
        "Like": types.Like(**head, object=local.uri),
        "Announce": types.Announce(**head, object=local.uri, to=(types.PUBLIC,)),
        "Block": types.Block(**head, object=ana.uri),
    }[kind]
    undo = types.Undo(id=eve.new_id(), actor=eve.uri, object=head["id"])
    assert await comes(world, eve, undo) == 202
    assert await comes(world, bo, deed) == 202
    table = {"Follow": "follows", "Like": "favourites", "Announce": "posts", "Block": "blocks"}[kind]
    before = {"Follow": 1, "Announce": 1}.get(kind, 0)
    assert await count(world, table) == before + 1


async def test_an_activity_id_that_a_neighbour_used_first_is_still_its_owners(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    eve = world.peer("b.test").person("eve")
    await follows(world, ana, bo)
    note = bo.note()
    create = bo.create(note)
    squatting = types.Like(id=create.id, actor=eve.uri, object="https://x.test/1")
    assert await comes(world, eve, squatting) == 202
    assert await comes(world, bo, create) == 202
    assert await post(world, note.id) is not None


@pytest.mark.parametrize("kind", ["Delete", "Update"])
async def test_a_post_that_its_server_hides_from_us_is_not_deleted_on_a_strangers_word(
    world: World, kind: str
) -> None:
    """A group passes on a Delete: the origin says 404, as it does of every private post to who may not see it."""
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    eve = world.peer("evil.test").person("eve")
    await follows(world, ana, eve)
    note = await letter(world, bo, ana)
    del bo.peer.documents[note.id]
    inner_id = bo.new_id()
    inner = {"Delete": types.Delete, "Update": types.Update}[kind](id=inner_id, actor=bo.uri, object=note.id)
    announce = types.Announce(id=eve.new_id(), actor=eve.uri, object=inner_id, wrapped=inner)
    assert await comes(world, eve, announce) == 202
    assert note.id in bo.peer.fetched
    assert await post(world, note.id) is not None


async def test_nobody_pins_a_post_to_anothers_profile(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    eve = world.peer("evil.test").person("eve")
    eve.peer.serve(eve.actor(featured=f"{eve.uri}/featured"))
    await follows(world, ana, eve)
    note, own = bo.note(), eve.note()
    for pinned in (note, own):
        add = types.Add(id=eve.new_id(), actor=eve.uri, object=pinned.id, target=f"{eve.uri}/featured")
        assert await comes(world, eve, add) == 202
    author = await known(world, bo)
    async with world.store.read() as tx:
        assert await tx.featured.of(author.id) == []
        assert [one.uri for one in await tx.featured.of((await known(world, eve)).id)] == [own.id]


async def test_pins_without_an_id_can_be_set_taken_off_and_set_again(world: World) -> None:
    """Mastodon's Add says the same each time: the second is no copy of the first."""
    ana, bo = await make_person(world.store), world.peer("m.test").person("bo")
    bo.peer.serve(bo.actor(featured=f"{bo.uri}/featured"))
    await follows(world, ana, bo)
    note = bo.note()
    await comes(world, bo, bo.create(note))
    account = await known(world, bo)
    for kind, pins in ((types.Add, 1), (types.Remove, 0), (types.Add, 1), (types.Remove, 0)):
        assert await comes(world, bo, kind(actor=bo.uri, object=note.id, target=f"{bo.uri}/featured")) == 202
        async with world.store.read() as tx:
            assert len(await tx.featured.of(account.id)) == pins


async def test_a_boost_is_not_edited_into_a_post(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    local = await make_post(world.store, ana)
    await known(world, bo)
    before = world.services.now() - timedelta(minutes=1)
    announce = types.Announce(
        id=bo.new_id(), actor=bo.uri, object=local.uri, to=(types.PUBLIC,), published=before
    )
    assert await comes(world, bo, announce) == 202
    note = bo.note("<p>ana says so</p>", id=announce.id, updated=world.services.now())
    assert await comes(world, bo, types.Update(id=bo.new_id(), actor=bo.uri, object=note)) == 202
    kept = await post(world, announce.id or "")
    assert kept is not None
    assert (kept.type, kept.content) == ("Announce", "")


async def test_what_an_account_answered_counts_no_more_when_it_leaves(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    local = await make_post(world.store, ana)
    await known(world, bo)
    for _ in range(2):
        assert await comes(world, bo, bo.create(bo.note(in_reply_to=local.uri))) == 202
    found = await post(world, local.uri)
    assert found is not None
    assert found.replies_count == 2
    assert await comes(world, bo, types.Delete(id=bo.new_id(), actor=bo.uri, object=bo.uri)) == 202
    found = await post(world, local.uri)
    assert found is not None
    assert found.replies_count == 0
