"""Who carries which handle. More of it, with every order of questions, is in tests/webfinger."""

from __future__ import annotations

import pytest

from fedi.activitypub import types
from fedi.model.people import Account
from tests.advisories.scenes import comes, known
from tests.builders import make_person
from tests.peer import Person, World


async def met(world: World, person: Person) -> Account:
    """Somebody who follows a person here, after all questions about them were asked."""
    ana = await make_person(world.store, f"friend-of-{person.peer.host.replace('.', '-')}")
    follow = types.Follow(id=person.new_id(), actor=person.uri, object=ana.uri)
    assert await comes(world, person, follow) == 202
    async with world.store.read() as tx:
        account = await tx.people.by_uri(person.uri)
    assert account is not None
    return account


async def test_akkoma_2024_04_1_nobody_takes_a_handle_that_its_domain_gives_to_another(world: World) -> None:
    """Akkoma showed the handle that an actor claimed, though its domain named somebody else."""
    bo, eve = world.peer("b.test").person("bo"), world.peer("evil.test").person("bo")
    eve.peer.webfinger["acct:bo@evil.test"] = {
        **eve.peer.webfinger["acct:bo@evil.test"],
        "subject": "acct:bo@b.test",
    }
    assert (await met(world, eve)).handle == "bo@evil.test"
    assert (await met(world, bo)).handle == "bo@b.test"


async def test_akkoma_2024_04_1_a_handle_here_is_given_to_nobody_elsewhere(world: World) -> None:
    ana = await make_person(world.store)
    eve = world.peer("evil.test").person("ana")
    eve.peer.finger("ana@a.test", eve.uri)
    eve.peer.webfinger["acct:ana@evil.test"] = {
        **eve.peer.webfinger["acct:ana@evil.test"],
        "subject": "acct:ana@a.test",
    }
    assert (await met(world, eve)).handle != "ana@a.test"
    async with world.store.read() as tx:
        found = await tx.people.by_handle("ana@a.test")
    assert found is not None
    assert found.id == ana.id


async def test_section_13_a_split_domain_is_believed_where_both_sides_agree(world: World) -> None:
    social, short = world.peer("social.b.test"), world.peer("b.test")
    bo = social.person("bo")
    short.finger("bo@b.test", bo.uri)
    social.webfinger["acct:bo@social.b.test"] = short.webfinger["acct:bo@b.test"]
    account = await met(world, bo)
    assert (account.handle, account.domain) == ("bo@b.test", "b.test")


@pytest.mark.parametrize(
    "name",
    [
        "ana@a.test",
        "ana@a.test ",
        "a\u202eanb",
        "ana\n",
        "\u200bana",
        "../ana",
        "<b>",
        "x" * 2_000,
        "\U0001f98a",
    ],
)
async def test_a_name_that_passes_for_another_is_not_shown(world: World, name: str) -> None:
    eve = world.peer("evil.test").person("eve")
    eve.peer.serve(eve.actor(preferred_username=name))
    account = await known(world, eve)
    assert account.handle == f"actor-{account.id}@evil.test"
    assert account.username == f"actor-{account.id}"


@pytest.mark.parametrize("name", ["bo", "Bo_1", "b.o-x", "évariste", "名前", "evil.test"])
async def test_ordinary_names_of_any_script_are(world: World, name: str) -> None:
    bo = world.peer("b.test").person("bo")
    bo.peer.serve(bo.actor(preferred_username=name))
    assert (await known(world, bo)).handle == f"{name.lower()}@b.test"
