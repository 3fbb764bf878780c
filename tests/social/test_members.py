"""New accounts and new domains."""

from __future__ import annotations

import asyncio
import types

import pytest

from fedi.activitypub.keys import load_private, load_public
from fedi.config import Config
from fedi.errors import ConfigError, Unprocessable
from fedi.social import members, passwords
from fedi.store.store import Store
from tests.support import keys as spare_keys


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members.keys, "generate_rsa", spare_keys.rsa)
    monkeypatch.setattr(
        passwords, "_hasher", passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )


def services(store: Store, **settings: str) -> members.Services:
    config = Config.load(None, {"FEDI_DOMAIN": "a.test", **settings})
    return types.SimpleNamespace(store=store, config=config)  # type: ignore[return-value]


async def test_the_first_start_sets_the_domain_up(store: Store) -> None:
    domain = await members.ensure_domain(services(store))
    assert (domain.name, domain.url) == ("a.test", "https://a.test")
    assert await members.ensure_domain(services(store)) == domain
    assert domain.actor_id is not None
    async with store.read() as tx:
        actor = await tx.people.by_id(domain.actor_id)
        published = await tx.keys.of(domain.actor_id)
        signing = await tx.keys.signing_key(domain.actor_id)
    assert actor is not None
    assert (actor.type, actor.username, actor.uri) == ("Application", "a.test", "https://a.test/actor")
    assert {key.kind for key in published} == {"rsa", "ed25519"}
    assert signing.id == "https://a.test/actor#main-key"
    assert all(load_public(key.public_pem) for key in published)
    assert load_private(signing.private_pem)


async def test_several_processes_may_start_at_once(store: Store, database_url: str) -> None:
    other = await Store.open(database_url)
    found = await asyncio.gather(
        *(members.ensure_domain(services(one)) for one in (store, other, store, other))
    )
    await other.close()
    assert len({(domain.id, domain.actor_id) for domain in found}) == 1
    async with store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM accounts") == 1


async def test_a_domain_keeps_its_url(store: Store) -> None:
    await members.ensure_domain(services(store))
    with pytest.raises(ConfigError) as refused:
        await members.ensure_domain(services(store, FEDI_URL="https://new.a.test"))
    assert 'url = "https://a.test"' in refused.value.public
    with pytest.raises(Unprocessable):
        await members.host_domain(services(store), "b.test", "https://a.test")


async def test_an_account_with_keys_and_a_login(store: Store) -> None:
    given = services(store)
    domain = await members.ensure_domain(given)
    account = await members.create(given, domain, "Ana_1", " Ana@Mail.test", "correct horse", "admin")
    assert (account.username, account.handle) == ("Ana_1", "ana_1@a.test")
    assert account.uri == f"https://a.test/ap/users/{account.id}"
    async with store.read() as tx:
        user = await tx.members.by_email("ana@mail.test")
        assert await tx.people.by_handle("ana_1@a.test") == account
        signing = await tx.keys.signing_key(account.id)
    assert user is not None
    assert (user.role, user.disabled_at) == ("admin", None)
    assert await passwords.matches(user.password_hash, "correct horse")
    assert not await passwords.matches(user.password_hash, "correct house")
    assert not await passwords.matches("!", "correct horse")
    assert signing.id == f"{account.uri}#main-key"


@pytest.mark.parametrize("name", ["", "a b", "ana@a.test", "é", "x" * 31, "admin", "Root", "a-b", "ana\n"])
async def test_names_that_cannot_be_had(name: str) -> None:
    with pytest.raises(Unprocessable):
        members.check_name(name)


async def test_the_operator_may_take_a_reserved_name() -> None:
    members.check_name("admin", allow_reserved=True)


async def test_what_cannot_be_had_leaves_nothing(store: Store) -> None:
    given = services(store)
    domain = await members.ensure_domain(given)
    await members.create(given, domain, "ana", "ana@mail.test", "correct horse")
    for name, email, password, role in [
        ("ANA", "other@mail.test", "correct horse", "user"),
        ("bo", "ANA@mail.test", "correct horse", "user"),
        ("bo", "nothing", "correct horse", "user"),
        ("bo", "bo@mail.test", "short", "user"),
        ("bo", "bo@mail.test", "x" * 257, "user"),
        ("bo", "bo@mail.test", "correct horse", "king"),
    ]:
        with pytest.raises(Unprocessable):
            await members.create(given, domain, name, email, password, role)
    async with store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM accounts") == 2
        assert await tx.db.value("SELECT COUNT(*) FROM users") == 1
