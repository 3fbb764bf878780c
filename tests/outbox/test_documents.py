"""Actors, posts and activities as other servers read them, and who may."""

from __future__ import annotations

import msgspec
import orjson
import pytest

from fedi.activitypub import codec, types
from fedi.config import Config
from fedi.config.sections import Federation
from fedi.model.posts import MentionedAccount
from fedi.outbox.publish import Audience, activity_uri, publish
from fedi.store.follows import FOLLOWING
from fedi.store.store import Store
from tests.builders import HERE_URL, make_domain, make_person, make_post, make_stranger
from tests.support.defederated import block_domain
from tests.support.face import BROWSER, make_face, make_signer

SECURE = Config(domain="a.test", url=HERE_URL, federation=Federation(secure_mode=True))


async def test_an_actor_reads_back_as_what_it_is(store: Store) -> None:
    ana = await make_person(store, summary="<p>hi</p>", locked=True, indexable=True, memorial=True)
    face = await make_face(store)
    actor = codec.parse_actor(await face.document(ana.uri))
    assert (actor.id, actor.preferred_username, actor.summary) == (ana.uri, "ana", "<p>hi</p>")
    assert actor.manually_approves_followers
    assert actor.indexable
    assert actor.memorial
    assert actor.webfinger == "ana@a.test"
    assert actor.shared_inbox == f"{HERE_URL}/inbox"
    assert {key.id for key in actor.public_keys} == {f"{ana.uri}#main-key", f"{ana.uri}#ed25519-key"}


async def test_the_headers_of_a_document(store: Store) -> None:
    ana = await make_person(store)
    face = await make_face(store)
    response = await face.ask(ana.uri)
    assert response.content_type == "application/activity+json; charset=utf-8"
    assert response.headers["Vary"] == "Accept, Signature, Signature-Input"
    assert response.headers["Cache-Control"] == "public, max-age=180"
    again = await face.ask(ana.uri, If_None_Match=response.headers["ETag"])
    assert again.status_code == 304
    assert await again.get_data() == b""
    other = await face.ask(
        ana.uri, accept='application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
    )
    assert other.content_type == response.content_type
    head = await face.client.head(ana.uri.removeprefix(HERE_URL))
    assert head.status_code == 200
    assert head.headers["ETag"] == response.headers["ETag"]


async def test_browsers_are_sent_to_pages(store: Store) -> None:
    ana = await make_person(store)
    post = await make_post(store, ana)
    face = await make_face(store)
    for uri, page in ((ana.uri, ana.url), (post.uri, post.url), (f"{post.uri}/activity", post.url)):
        response = await face.ask(uri, accept=BROWSER)
        assert (response.status_code, response.headers["Location"]) == (302, page)


@pytest.mark.parametrize("path", ["/ap/users/1", "/ap/posts/1", "/ap/activities/1", f"/ap/users/{2**63}"])
@pytest.mark.parametrize("accept", ["application/activity+json", BROWSER])
async def test_what_is_not_there_is_404(store: Store, path: str, accept: str) -> None:
    face = await make_face(store)
    assert (await face.ask(path, accept=accept)).status_code == 404


async def test_strangers_and_the_domain_have_no_address_by_number(store: Store) -> None:
    bo = await make_stranger(store)
    domain = await make_domain(store)
    face = await make_face(store)
    assert (await face.ask(f"/ap/users/{bo.id}")).status_code == 404
    assert (await face.ask(f"/ap/users/{domain.actor_id}")).status_code == 404


async def test_who_is_suspended_says_so_and_shows_nothing(store: Store) -> None:
    ana = await make_person(store, suspended_at=1_700_000_000_000, name="Ana Secret", summary="<p>hi</p>")
    post = await make_post(store, ana)
    face = await make_face(store)
    actor = codec.parse(orjson.loads(await (await face.ask(ana.uri)).get_data()))
    assert isinstance(actor, types.Actor)
    assert (actor.suspended, actor.name, actor.summary, len(actor.public_keys)) == (True, "", None, 2)
    # 410 is for good: others would delete what they have, and a suspension can be taken back.
    assert (await face.ask(post.uri)).status_code == 404


async def test_who_is_gone_leaves_a_tombstone(store: Store) -> None:
    ana = await make_person(store, deleted_at=1_700_000_000_000)
    post = await make_post(store, ana)
    face = await make_face(store)
    for path in (ana.uri, f"{ana.uri}/outbox", f"{ana.uri}/followers", post.uri):
        response = await face.ask(path)
        assert response.status_code == 410, path
        assert orjson.loads(await response.get_data())["type"] == "Tombstone"


async def test_a_deleted_post_leaves_a_tombstone(store: Store) -> None:
    ana = await make_person(store)
    post = await make_post(store, ana)
    async with store.write() as tx:
        await tx.posts.delete(post)
        await tx.tombstones.add(post.uri, "Note", local=True)
    face = await make_face(store)
    response = await face.ask(post.uri)
    assert response.status_code == 410
    left = codec.parse(orjson.loads(await response.get_data()))
    assert isinstance(left, types.Tombstone)
    assert left.former_type == "Note"
    assert (await face.browse(post.uri)).status_code == 410


async def test_a_public_post_and_its_create(store: Store) -> None:
    ana = await make_person(store)
    post = await make_post(store, ana, language="en")
    reply = await make_post(
        store, ana, in_reply_to_id=post.id, in_reply_to_account_id=ana.id, in_reply_to_uri=post.uri
    )
    face = await make_face(store)
    document = await face.document(post.uri)
    note = codec.parse_post(document)
    assert note.to == (types.PUBLIC,)
    assert note.first_replies == (reply.uri,)
    assert document["interactionPolicy"]["canQuote"]["automaticApproval"] == [types.PUBLIC]
    create = codec.parse_activity(await face.document(f"{post.uri}/activity"))
    assert isinstance(create, types.Create)
    assert create.object == msgspec.structs.replace(note, first_replies=())


async def test_private_posts_are_404_to_outsiders_ghsa_gwhw_gcjx_72v8(store: Store) -> None:
    ana = await make_person(store)
    follower, follower_key = await make_signer(store, "bo")
    named, named_key = await make_signer(store, "cy", "c.test")
    _, stranger_key = await make_signer(store, "di", "d.test")
    private = await make_post(store, ana, visibility="private")
    direct = await make_post(store, ana, visibility="direct", mentions=(_mention(named),))
    async with store.write() as tx:
        await tx.follows.add(follower.id, ana.id, state=FOLLOWING, uri="https://b.test/f/1")
        await tx.posts.mention(direct.id, [named.id])
    face = await make_face(store)
    for uri in (private.uri, f"{private.uri}/activity", f"{private.uri}/replies", f"{private.uri}/likes"):
        assert (await face.ask(uri)).status_code == 404
        assert (await face.signed(uri, stranger_key)).status_code == 404
        assert (await face.signed(uri, named_key)).status_code == 404
        seen = await face.signed(uri, follower_key)
        assert seen.status_code == 200
        assert seen.headers["Cache-Control"] == "private, no-store"
        assert (await face.browse(uri)).status_code == 404
    assert (await face.signed(direct.uri, named_key)).status_code == 200
    assert (await face.signed(direct.uri, follower_key)).status_code == 404


async def test_cached_answers_vary_on_the_signer_ghsa_ccpr_m53r_mfwr(store: Store) -> None:
    ana = await make_person(store)
    post = await make_post(store, ana)
    face = await make_face(store)
    vary = (await face.ask(post.uri)).headers["Vary"]
    assert {"Signature", "Signature-Input"} <= set(vary.split(", "))


async def test_a_wrong_signature_does_not_open_or_tell_anything(store: Store) -> None:
    ana = await make_person(store)
    follower, key = await make_signer(store)
    private = await make_post(store, ana, visibility="private")
    async with store.write() as tx:
        await tx.follows.add(follower.id, ana.id, state=FOLLOWING, uri="https://b.test/f/1")
    face = await make_face(store)
    forged = msgspec.structs.replace(
        key, private_pem=(await make_signer(store, "ed", "e.test"))[1].private_pem
    )
    assert (await face.signed(private.uri, forged)).status_code == 401
    assert (await face.signed("/ap/posts/1", forged)).status_code == 401


async def test_blocked_people_and_servers_are_turned_away(store: Store) -> None:
    ana = await make_person(store)
    post = await make_post(store, ana)
    bo, bo_key = await make_signer(store, "bo")
    _, cy_key = await make_signer(store, "cy", "c.test")
    async with store.write() as tx:
        await tx.blocks.add(ana.id, bo.id, f"{HERE_URL}/ap/activities/1")
        await block_domain(tx, "c.test")
    face = await make_face(store)
    assert (await face.signed(post.uri, bo_key)).status_code == 404
    assert (await face.signed(post.uri, cy_key)).status_code == 403
    assert (await face.signed(ana.uri, cy_key)).status_code == 403


async def test_in_secure_mode_only_signers_read_and_nothing_is_cached(store: Store) -> None:
    ana = await make_person(store)
    post = await make_post(store, ana)
    _, key = await make_signer(store)
    face = await make_face(store, SECURE)
    for path in (ana.uri, post.uri, f"{ana.uri}/outbox", f"{post.uri}/likes", "/ap/posts/1"):
        assert (await face.ask(path)).status_code == 401, path
    for path in (ana.uri, post.uri, f"{ana.uri}/outbox"):
        seen = await face.signed(path, key)
        assert seen.status_code == 200
        assert seen.headers["Cache-Control"] == "private, no-store"


async def test_the_instance_actor_needs_no_signature(store: Store) -> None:
    face = await make_face(store, SECURE)
    actor = codec.parse_actor(await face.document("/actor"))
    assert (actor.type, actor.preferred_username) == ("Application", "a.test")
    assert actor.public_keys
    assert (await face.document("/actor/outbox"))["totalItems"] == 0
    assert (await face.ask("/actor")).headers["Cache-Control"] == "public, max-age=180"


async def test_activities_are_for_whom_they_were_sent_to(store: Store) -> None:
    ana = await make_person(store)
    bo, bo_key = await make_signer(store, "bo")
    _, cy_key = await make_signer(store, "cy", "c.test")
    async with store.write() as tx:
        number, uri = activity_uri(tx, ana)
        await publish(
            tx, types.Follow(id=uri, actor=ana.uri, object=bo.uri), by=ana, audience=Audience((bo.inbox,))
        )
    face = await make_face(store)
    assert (await face.ask(uri)).status_code == 404
    assert (await face.signed(uri, cy_key)).status_code == 404
    assert (await face.document(uri, by=bo_key))["type"] == "Follow"
    assert number > 0


def _mention(account: object) -> MentionedAccount:
    return MentionedAccount(account.id, account.uri, account.username, account.handle, account.url)  # type: ignore[attr-defined]
