"""Whose key it is, and what its signature covers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fedi.activitypub import codec, signatures, types
from fedi.activitypub.digests import digest
from fedi.activitypub.keys import SigningKey
from tests.advisories.scenes import body_of, comes, count, follows, home, known, post, settle, signed
from tests.builders import make_person, make_post
from tests.peer import Person, World
from tests.support import keys


async def knocks(world: World, body: bytes, headers: dict[str, str]) -> int:
    status = await world.post("/inbox", body, headers)
    await settle(world)
    return status


@pytest.mark.parametrize("is_known", [True, False])
async def test_cve_2025_54888_an_activity_of_anybody_else_is_refused_before_it_does_anything(
    world: World, is_known: bool
) -> None:
    """Fedify acted first, and compared the key's owner with the actor afterwards."""
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    eve = world.peer("evil.test").person("eve")
    if is_known:
        await follows(world, ana, bo, eve)
    forged = bo.create(bo.note("<p>forged</p>"))
    assert await comes(world, eve, codec.render(forged)) == 401
    assert await post(world, str(forged.id).removesuffix("/activity")) is None
    assert await count(world, "received") == 0


@pytest.mark.parametrize("where", ["a document of its own", "inside an actor", "owner and controller"])
async def test_cve_2026_96625_a_key_document_does_not_choose_its_owner(world: World, where: str) -> None:
    """Fedify believed the key's own word: anybody with a web server was anybody."""
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    evil = world.peer("evil.test")
    await known(world, bo)
    pair, key_id = keys.rsa(), "https://evil.test/key"
    key = {"id": key_id, "type": "Key", "owner": bo.uri, "publicKeyPem": pair.public_pem}
    document: dict[str, Any] = {"@context": "https://w3id.org/security/v1", **key}
    if where == "inside an actor":
        document = {**codec.render(evil.person("eve").actor(id=key_id)), "publicKey": key}
    elif where == "owner and controller":
        document = {**document, "owner": [bo.uri], "controller": bo.uri}
    evil.documents[key_id] = document
    body = body_of(types.Follow(id=bo.new_id(), actor=bo.uri, object=ana.uri))
    headers = signed(world, bo, body, key=SigningKey(key_id, pair.private_pem))
    assert await knocks(world, body, headers) in (400, 401)
    assert await count(world, "received") == 0


async def test_akkoma_2025_03_an_actor_lists_no_key_of_somebody_else(world: World) -> None:
    """Akkoma's map of keys could be poisoned: here the key's id and owner are both held against the actor."""
    bo, eve = world.peer("b.test").person("bo"), world.peer("evil.test").person("eve")
    pair = keys.rsa()
    foreign = types.PublicKey(id=bo.key_id, owner=bo.uri, pem=pair.public_pem)
    claimed = types.PublicKey(id=bo.key_id, owner=eve.uri, pem=pair.public_pem)
    document = codec.render(eve.actor())
    document["publicKey"] = [
        document["publicKey"],
        *({"id": key.id, "owner": key.owner, "publicKeyPem": key.pem} for key in (foreign, claimed)),
    ]
    eve.peer.documents[eve.uri] = document
    account = await known(world, eve)
    async with world.store.read() as tx:
        assert [key.id for key in await tx.keys.of(account.id)] == [eve.key_id]
        assert await tx.keys.by_id(bo.key_id) is None


async def test_akkoma_2025_03_a_neighbour_that_claims_a_key_id_first_locks_nobody_out(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    eve = bo.peer.person("eve")
    squatted = types.PublicKey(id=bo.key_id, owner=eve.uri, pem=keys.rsa().public_pem)
    eve.peer.serve(eve.actor(public_keys=(*eve.actor().public_keys, squatted)))
    await known(world, eve)
    follow = types.Follow(id=bo.new_id(), actor=bo.uri, object=ana.uri)
    assert await comes(world, bo, follow) == 202
    # And the other way round: nothing of bo's is taken away any more.
    assert await comes(world, eve, types.Update(id=eve.new_id(), actor=eve.uri, object=eve.uri)) == 202
    assert await comes(world, bo, types.Follow(id=bo.new_id(), actor=bo.uri, object=ana.uri)) == 202


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
@pytest.mark.parametrize("lie", ["a body beside the digest", "a digest that was not signed", "no digest"])
async def test_ghsa_3f39_6537_3cgc_and_gotosocial_the_digest_is_signed_and_of_this_body(
    world: World, scheme: signatures.Scheme, lie: str
) -> None:
    """Misskey (CVE-2023-49079) and GoToSocial 0.20 do not hold the body against it: any body passed."""
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    honest = body_of(types.Like(id=bo.new_id(), actor=bo.uri, object=(await make_post(world.store, ana)).uri))
    forged = body_of(types.Follow(id=bo.new_id(), actor=bo.uri, object=ana.uri))
    headers = signed(world, bo, honest, scheme=scheme)
    name = "Digest" if scheme == "cavage" else "Content-Digest"
    if lie == "a digest that was not signed":
        headers[name] = signed(world, bo, forged, scheme=scheme)[name]
    elif lie == "no digest":
        del headers[name]
    assert await knocks(world, forged, headers) in (400, 401)
    assert await count(world, "received") == 0


async def test_gotosocial_a_wrong_digest_under_a_right_signature_is_refused(world: World) -> None:
    """The signer itself may lie about the body: then the digest that it signed is of another one."""
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    body = body_of(types.Follow(id=bo.new_id(), actor=bo.uri, object=ana.uri))
    honest = signed(world, bo, body)
    assert honest["Digest"] == digest(body)
    assert await knocks(world, body + b"\n", honest) == 401


@pytest.mark.parametrize(
    "url", ["https://b.test/inbox", "https://a.test/ap/users/1/inbox", "https://a.test/actor"]
)
async def test_ghsa_3f39_6537_3cgc_what_was_signed_for_elsewhere_is_refused(world: World, url: str) -> None:
    """Misskey did not look at Host either: what one server was sent, it could pass on as the sender."""
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    body = body_of(types.Follow(id=bo.new_id(), actor=bo.uri, object=ana.uri))
    headers = signed(world, bo, body, url=url)
    for host in (headers.get("Host", "b.test"), "a.test"):
        assert await knocks(world, body, {**headers, "Host": host}) == 401
    assert await count(world, "received") == 0


async def test_section_13_a_replayed_request_does_nothing_twice(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    await follows(world, ana, bo)
    create = bo.create(bo.note())
    body = body_of(create)
    headers = signed(world, bo, body)
    assert [await knocks(world, body, headers) for _ in range(3)] == [202] * 3
    assert len(await home(world, ana)) == 1
    delete = types.Delete(id=bo.new_id(), actor=bo.uri, object=str(create.id).removesuffix("/activity"))
    assert await comes(world, bo, delete) == 202
    assert await knocks(world, body, headers) == 202
    assert await home(world, ana) == set()


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
@pytest.mark.parametrize("minutes", [-66, 61])
async def test_section_13_a_signature_out_of_its_time_is_refused(
    world: World, scheme: signatures.Scheme, minutes: int
) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    body = body_of(types.Follow(id=bo.new_id(), actor=bo.uri, object=ana.uri))
    at = world.services.now() + timedelta(minutes=minutes)
    assert await knocks(world, body, signed(world, bo, body, scheme=scheme, now=at)) == 401
    assert await count(world, "received") == 0


async def test_bad_signatures_make_us_ask_for_a_key_once_even_where_nobody_answers(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    await known(world, bo)
    async with world.store.write() as tx:
        await tx.db.run("UPDATE keys SET fetched_at = 0 WHERE id = :id", {"id": bo.key_id})
    bo.peer.down = True
    asked = _asked(world, bo)
    body = body_of(types.Follow(id=bo.new_id(), actor=bo.uri, object=ana.uri))
    headers = signed(world, bo, body, key=SigningKey(bo.key_id, keys.rsa().private_pem))
    assert [await knocks(world, body, headers) for _ in range(4)] == [503, 401, 401, 401]
    assert len(asked) == 1


def _asked(world: World, bo: Person) -> list[str]:
    asked: list[str] = []
    fetch = world.net.fetch

    async def counting(uri: str, **options: Any) -> Any:
        asked.append(uri)
        return await fetch(uri, **options)

    world.net.fetch = counting  # type: ignore[method-assign]
    return asked
