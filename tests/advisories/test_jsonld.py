"""Signatures inside documents are not read yet: what rests on one alone does nothing."""

from __future__ import annotations

from typing import Any

import pytest

from fedi.activitypub import codec, types
from tests.advisories.scenes import CONTEXT, comes, count, follows, post
from tests.builders import make_person, make_post
from tests.peer import World

LD_SIGNATURE = {
    "type": "RsaSignature2017",
    "creator": "https://b.test/users/bo#main-key",
    "created": "2026-11-22T12:00:00Z",
    "signatureValue": "c2lnbmF0dXJl",
}
PROOF = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "verificationMethod": "https://b.test/users/bo#ed25519-key",
    "proofPurpose": "assertionMethod",
    "proofValue": "z2ES",
}


@pytest.mark.parametrize("inside", [{"signature": LD_SIGNATURE}, {"proof": PROOF}])
@pytest.mark.parametrize("kind", ["Create", "Delete", "Delete of the actor", "Update", "Announce"])
async def test_cve_2022_24307_a_forwarded_document_is_not_believed(
    world: World, kind: str, inside: dict[str, Any]
) -> None:
    """Mastodon acted on parts of a document that its signature did not cover."""
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    eve = world.peer("evil.test").person("eve")
    await follows(world, ana, bo, eve)
    kept, forged = bo.note("<p>kept</p>"), bo.note("<p>forged</p>", updated=world.services.now())
    assert await comes(world, bo, bo.create(kept)) == 202
    local = await make_post(world.store, ana)
    head: dict[str, Any] = {"id": bo.new_id(), "actor": bo.uri}
    activity = {
        "Create": bo.create(forged),
        "Delete": types.Delete(**head, object=kept.id),
        "Delete of the actor": types.Delete(**head, object=bo.uri),
        "Update": types.Update(**head, object=codec.parse_post({**codec.render(forged), "id": kept.id})),
        "Announce": types.Announce(**head, object=local.uri, to=(types.PUBLIC,)),
    }[kind]
    fetched, received = len(bo.peer.fetched), await count(world, "received")
    assert await comes(world, eve, {**codec.render(activity), **inside}) == 202
    assert len(bo.peer.fetched) == fetched
    assert await count(world, "received") == received
    found = await post(world, kept.id)
    assert found is not None
    assert found.content == "<p>kept</p>"
    assert await count(world, "posts") == 2


@pytest.mark.parametrize("keyword", ["@graph", "@included", "@reverse"])
@pytest.mark.parametrize("depth", ["top", "object", "context"])
@pytest.mark.parametrize("forwarded", [True, False])
async def test_cve_2026_46349_and_cve_2026_42462_no_document_is_of_two_shapes(
    world: World, keyword: str, depth: str, forwarded: bool
) -> None:
    """Mastodon and Fedify checked one shape of a document, and read another."""
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    eve = world.peer("evil.test").person("eve")
    await follows(world, ana, bo, eve)
    sender = eve if forwarded else bo
    forged = bo.create(bo.note("<p>forged</p>"))
    document = {**codec.render(forged), "signature": LD_SIGNATURE}
    inner = [{"type": "Note", "content": "<p>other</p>"}]
    if depth == "top":
        document[keyword] = inner
    elif depth == "object":
        document["object"][keyword] = inner
    else:
        document["@context"] = [CONTEXT, {"content": {"@id": keyword}}]
    assert await comes(world, sender, document) in (400, 401)
    assert await count(world, "posts") == 0


async def test_a_forwarded_document_without_a_signature_inside_is_refused(world: World) -> None:
    ana, bo = await make_person(world.store), world.peer("b.test").person("bo")
    eve = world.peer("evil.test").person("eve")
    await follows(world, ana, bo, eve)
    assert await comes(world, eve, codec.render(bo.create(bo.note()))) == 401
