"""The gate, as a hostile network knocks at it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from fedi.activitypub import codec, signatures, types
from fedi.activitypub.keys import SigningKey
from fedi.store.queues import Waiting
from tests.builders import make_person, make_post
from tests.peer import Person, World
from tests.support import keys
from tests.support.defederated import block_domain


async def waiting(world: World) -> Waiting:
    async with world.store.read() as tx:
        return await tx.queues.waiting()


async def nothing_came(world: World) -> bool:
    async with world.store.read() as tx:
        return not await tx.db.value("SELECT COUNT(*) FROM received")


def follow(bo: Person, target: str) -> types.Follow:
    return types.Follow(id=bo.new_id(), actor=bo.uri, object=target)


def signed(
    world: World, bo: Person, body: bytes, *, at: datetime | None = None, key: SigningKey | None = None
) -> dict[str, str]:
    key = key or SigningKey(bo.key_id, bo.pair.private_pem)
    return signatures.sign("cavage", "POST", f"{world.url}/inbox", body, key, at or datetime.now(UTC))


async def test_takahe_an_unsigned_post_is_refused(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    body = codec.dumps(codec.render(follow(bo, ana.uri)))
    assert await world.post("/inbox", body, {"Content-Type": "application/activity+json"}) == 401
    assert await nothing_came(world)


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
async def test_a_signed_activity_is_kept_before_it_is_acknowledged(
    world: World, scheme: signatures.Scheme
) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    assert await bo.sends(follow(bo, ana.uri), scheme=scheme) == 202
    assert (await waiting(world))["received", "waiting"] == 1


async def test_the_same_activity_twice_is_kept_once(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    activity = types.Like(id=bo.new_id(), actor=bo.uri, object=(await make_post(world.store, ana)).uri)
    assert [await bo.sends(activity) for _ in range(3)] == [202, 202, 202]
    assert (await waiting(world))["received", "waiting"] == 1
    await world.settle()
    assert await bo.sends(activity) == 202
    assert (await waiting(world))["received", "waiting"] == 0


@pytest.mark.parametrize("hours", [-14, 14])
async def test_a_late_or_early_date_is_refused(world: World, hours: int) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    body = codec.dumps(codec.render(follow(bo, ana.uri)))
    at = datetime.now(UTC) + timedelta(hours=hours)
    assert await world.post("/inbox", body, signed(world, bo, body, at=at)) == 401
    assert await nothing_came(world)


async def test_another_body_under_a_signature_is_refused(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    body = codec.dumps(codec.render(follow(bo, ana.uri)))
    assert await world.post("/inbox", body + b" ", signed(world, bo, body)) == 401
    assert await nothing_came(world)


async def test_cve_2026_28432_a_key_that_another_actor_owns_is_refused(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    eve = world.peer("evil.test").person("eve")
    body = codec.dumps(codec.render(follow(bo, ana.uri)))
    key = SigningKey(eve.key_id, eve.pair.private_pem)
    assert await world.post("/inbox", body, signed(world, bo, body, key=key)) == 401
    assert await nothing_came(world)


async def test_akkoma_2025_03_a_key_does_not_speak_for_the_owner_it_names(world: World) -> None:
    """A key document of evil.test that claims bo as its owner binds nothing: bo does not publish that key."""
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    evil = world.peer("evil.test")
    pair = keys.rsa()
    evil.documents["https://evil.test/key"] = {
        "@context": "https://w3id.org/security/v1",
        "id": "https://evil.test/key",
        "type": "CryptographicKey",
        "owner": bo.uri,
        "publicKeyPem": pair.public_pem,
    }
    body = codec.dumps(codec.render(follow(bo, ana.uri)))
    key = SigningKey("https://evil.test/key", pair.private_pem)
    assert await world.post("/inbox", body, signed(world, bo, body, key=key)) == 401
    assert await nothing_came(world)


async def test_a_gotosocial_key_has_an_address_of_its_own(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("g.test").person("bo")
    key_id = f"{bo.uri}/main-key"
    actor = bo.actor(public_keys=(types.PublicKey(id=key_id, owner=bo.uri, pem=bo.pair.public_pem),))
    bo.peer.serve(actor)
    bo.peer.documents[key_id] = codec.render(actor)
    body = codec.dumps(codec.render(follow(bo, ana.uri)))
    key = SigningKey(key_id, bo.pair.private_pem)
    assert await world.post("/inbox", body, signed(world, bo, body, key=key)) == 202


async def test_a_changed_key_is_asked_for_once(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    assert await bo.sends(follow(bo, ana.uri)) == 202
    await world.settle()
    async with world.store.write() as tx:
        await tx.db.run("UPDATE keys SET fetched_at = 0 WHERE id = :id", {"id": bo.key_id})
    for key in world.services.signers._cache.copy():
        del world.services.signers._cache[key]
    bo.pair = keys.rsa()
    bo.peer.serve(bo.actor())
    before = len(bo.peer.fetched)
    assert await bo.sends(follow(bo, ana.uri)) == 202
    assert len(bo.peer.fetched) == before + 1
    wrong = SigningKey(bo.key_id, keys.rsa().private_pem)
    for _ in range(3):
        body = codec.dumps(codec.render(follow(bo, ana.uri)))
        assert await world.post("/inbox", body, signed(world, bo, body, key=wrong)) in (401, 202)
    assert len(bo.peer.fetched) <= before + 2


async def test_what_comes_side_by_side_after_a_change_of_keys_waits_for_the_one_answer(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    assert await bo.sends(follow(bo, ana.uri)) == 202
    await world.settle()
    async with world.store.write() as tx:
        await tx.db.run("UPDATE keys SET fetched_at = 0 WHERE id = :id", {"id": bo.key_id})
    for key in world.services.signers._cache.copy():
        del world.services.signers._cache[key]
    bo.pair = keys.rsa()
    bo.peer.serve(bo.actor())
    before = len(bo.peer.fetched)
    assert await asyncio.gather(*(bo.sends(follow(bo, ana.uri)) for _ in range(4))) == [202] * 4
    assert len(bo.peer.fetched) == before + 1


@pytest.mark.parametrize(
    "document",
    [
        {"id": 7, "type": "Follow"},
        {"type": "Follow", "object": {"@graph": []}},
        [],
        {"type": "Create", "object": None},
        {"type": ["Follow"], "object": {}},
    ],
)
async def test_a_malformed_activity_is_refused(world: World, document: Any) -> None:
    await make_person(world.store)
    bo = world.peer("b.test").person("bo")
    if isinstance(document, dict):
        document = {"@context": "https://www.w3.org/ns/activitystreams", "actor": bo.uri, **document}
    assert await bo.sends_bytes(orjson.dumps(document)) in (400, 401)
    assert await nothing_came(world)


async def test_cve_2026_46349_a_graph_document_is_refused(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    document = codec.render(follow(bo, ana.uri))
    document = {"@context": document["@context"], "@graph": [document]}
    assert await bo.sends_bytes(orjson.dumps(document)) in (400, 401)
    assert await nothing_came(world)


async def test_numeric_actor_ids_are_refused(world: World) -> None:
    bo = world.peer("b.test").person("bo")
    document = {"@context": "https://www.w3.org/ns/activitystreams", "type": "Like", "actor": 1, "object": 2}
    assert await bo.sends(document) in (400, 401)
    assert await nothing_came(world)


async def test_deep_and_large_bodies_are_refused(world: World) -> None:
    bo = world.peer("b.test").person("bo")
    await make_person(world.store)
    deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
    assert await bo.sends_bytes(deep) == 400
    assert await bo.sends_bytes(b"{" + b" " * 1_200_000 + b"}") == 413
    assert await nothing_came(world)


async def test_a_body_of_64_kib_is_taken(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    assert await bo.sends(follow(bo, ana.uri)) == 202
    note = bo.note("<p>" + "x" * 64_000 + "</p>")
    assert await bo.sends(bo.create(note)) == 202


@pytest.mark.parametrize("kind", ["Delete", "Update"])
async def test_news_of_an_unknown_actor_costs_no_request(world: World, kind: str) -> None:
    await make_person(world.store)
    bo = world.peer("b.test").person("bo")
    document = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": bo.new_id(),
        "type": kind,
        "actor": bo.uri,
        "object": bo.uri,
    }
    assert await bo.sends(document) == 202
    assert bo.peer.fetched == []
    assert await nothing_came(world)


async def test_a_blocked_server_is_refused(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("sub.b.test").person("bo")
    async with world.store.write() as tx:
        await block_domain(tx, "b.test")
    assert await bo.sends(follow(bo, ana.uri)) == 403
    assert bo.peer.fetched == []
    assert await nothing_came(world)


async def test_ghsa_5h2f_wg8j_xqwp_a_suspended_actor_cannot_act(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    assert await bo.sends(follow(bo, ana.uri)) == 202
    await world.settle()
    async with world.store.write() as tx:
        account = await tx.people.by_uri(bo.uri)
        assert account is not None
        await tx.people.update(account.id, suspended_at=tx.now)
    world.services.signers.forget(account.id)
    assert await bo.sends(bo.create(bo.note())) == 403


async def test_an_actor_that_cannot_be_fetched_is_told_to_come_back(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    bo.peer.down = True
    assert await bo.sends(follow(bo, ana.uri)) == 503


async def test_the_inbox_of_nobody_is_not_there(world: World) -> None:
    bo = world.peer("b.test").person("bo")
    assert await bo.sends(follow(bo, "https://a.test/ap/users/1"), to="/ap/users/1/inbox") == 404


async def test_an_activity_without_an_id_is_taken_once(world: World) -> None:
    bo = world.peer("m.test").person("bo")
    ana = await make_person(world.store)
    assert await bo.sends(follow(bo, ana.uri)) == 202
    document = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "type": "Add",
        "actor": bo.uri,
        "object": f"{bo.uri}/notes/1",
        "target": f"{bo.uri}/featured",
    }
    assert [await bo.sends(document), await bo.sends(document)] == [202, 202]
    async with world.store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM received") == 2


async def test_misskey_follows_again_under_the_same_id(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("k.test").person("bo")
    activity = follow(bo, ana.uri)
    undo = types.Undo(id=f"{activity.id}/undo", actor=bo.uri, object=activity)
    for count, sent in enumerate([activity, undo, activity, undo, activity], start=1):
        assert await bo.sends(sent) == 202
        await world.settle()
        async with world.store.read() as tx:
            found = await tx.people.by_id(ana.id)
        assert found is not None
        assert found.followers_count == count % 2
