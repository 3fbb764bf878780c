"""Collections and their pages, as another server walks them."""

from __future__ import annotations

import orjson

from fedi.activitypub.collection_digests import digest_of
from fedi.activitypub.types import PUBLIC
from fedi.store.follows import FOLLOWING
from fedi.store.store import Store
from tests.builders import HERE_URL, make_person, make_post, make_stranger
from tests.support.face import Face, make_face, make_signer


async def walk(face: Face, uri: str) -> list[object]:
    """Every item of a collection, page after page, as a receiver would find it."""
    document = await face.document(uri)
    assert "orderedItems" not in document
    page = await face.document(document["first"])
    found = [*page["orderedItems"]]
    while "next" in page:
        asked = page["next"]
        page = await face.document(asked)
        assert page["id"] == asked
        found += page["orderedItems"]
    return found


async def test_an_outbox_has_what_everybody_may_see_and_no_more(store: Store) -> None:
    ana = await make_person(store)
    bo = await make_stranger(store)
    shown = [(await make_post(store, ana)).uri for _ in range(22)]
    shown.append((await make_post(store, ana, visibility="unlisted")).uri)
    for hidden in ("private", "direct"):
        await make_post(store, ana, visibility=hidden)
    boosted = await make_post(store, bo)
    boost = await make_post(store, ana, boost_of_id=boosted.id, uri=f"{HERE_URL}/ap/activities/9")
    face = await make_face(store)
    items = await walk(face, f"{ana.uri}/outbox")
    assert [item["type"] for item in items[:1]] == ["Announce"]  # type: ignore[index]
    assert items[0]["id"] == boost.uri  # type: ignore[index]
    assert items[0]["object"] == boosted.uri  # type: ignore[index]
    assert [item["object"]["id"] for item in items[1:]] == shown[::-1]  # type: ignore[index]
    assert all("@context" not in item for item in items)  # type: ignore[operator]


async def test_pages_lead_back(store: Store) -> None:
    ana = await make_person(store)
    for _ in range(25):
        await make_post(store, ana)
    face = await make_face(store)
    first = await face.document(f"{ana.uri}/outbox?page=true")
    second = await face.document(first["next"])
    assert len(second["orderedItems"]) == 5
    back = await face.document(second["prev"])
    assert [one["id"] for one in back["orderedItems"]] == [one["id"] for one in first["orderedItems"]]
    assert (await face.ask(f"{ana.uri}/outbox?page=true&max_id=x")).status_code == 400
    assert (await face.ask(f"{ana.uri}/outbox?page=true&max_id={2**63}")).status_code == 400
    last = await face.document((await face.document(f"{ana.uri}/outbox"))["last"])
    assert last["orderedItems"][-1]["id"] == second["orderedItems"][-1]["id"]


async def test_followers_and_following(store: Store) -> None:
    ana = await make_person(store)
    people = [await make_stranger(store, f"p{number}") for number in range(23)]
    async with store.write() as tx:
        for one in people:
            await tx.follows.add(one.id, ana.id, state=FOLLOWING, uri=f"{one.uri}/f")
        await tx.follows.add(ana.id, people[0].id, state=FOLLOWING, uri=f"{HERE_URL}/ap/activities/1")
    face = await make_face(store)
    assert await walk(face, f"{ana.uri}/followers") == [one.uri for one in reversed(people)]
    assert await walk(face, f"{ana.uri}/following") == [people[0].uri]
    assert (await face.document(f"{ana.uri}/followers"))["totalItems"] == 23


async def test_hidden_collections_keep_their_total(store: Store) -> None:
    ana = await make_person(store, hide_collections=True)
    bo = await make_stranger(store)
    async with store.write() as tx:
        await tx.follows.add(bo.id, ana.id, state=FOLLOWING, uri=f"{bo.uri}/f")
    face = await make_face(store)
    document = await face.document(f"{ana.uri}/followers")
    assert document["totalItems"] == 1
    assert not {"first", "items", "orderedItems"} & document.keys()
    assert (await face.document(f"{ana.uri}/following"))["totalItems"] == 0
    assert "orderedItems" not in await face.document(f"{ana.uri}/following")
    assert (await face.ask(f"{ana.uri}/followers?page=true")).status_code == 404


async def test_the_followers_of_one_host_fep_8fcf(store: Store) -> None:
    ana = await make_person(store)
    bo, key = await make_signer(store, "bo")
    cy = await make_stranger(store, "cy")
    elsewhere, other_key = await make_signer(store, "di", "d.test")
    async with store.write() as tx:
        for one in (bo, cy, elsewhere):
            await tx.follows.add(one.id, ana.id, state=FOLLOWING, uri=f"{one.uri}/f")
    face = await make_face(store)
    path = f"{ana.uri}/followers/synchronization"
    assert (await face.ask(path)).status_code == 401
    document = await face.document(path, by=key)
    assert document["orderedItems"] == [bo.uri, cy.uri]
    async with store.read() as tx:
        assert await tx.follows.digest(ana.id, bo.host_id or 0) == digest_of(document["orderedItems"])
    assert (await face.document(path, by=other_key))["orderedItems"] == [elsewhere.uri]


async def test_pins_are_given_as_objects(store: Store) -> None:
    ana = await make_person(store)
    public = await make_post(store, ana)
    private = await make_post(store, ana, visibility="private")
    async with store.write() as tx:
        await tx.featured.add(ana.id, public.id, 5)
        await tx.featured.add(ana.id, private.id, 5)
    face = await make_face(store)
    document = await face.document(f"{ana.uri}/featured")
    assert [item["id"] for item in document["orderedItems"]] == [public.uri]
    assert document["orderedItems"][0]["to"] == [PUBLIC]
    assert document["totalItems"] == 1


async def test_replies_start_inside_the_collection(store: Store) -> None:
    ana = await make_person(store)
    bo = await make_stranger(store)
    gone = await make_stranger(store, "cy", suspended_at=1)
    post = await make_post(store, ana)
    answer = {"in_reply_to_id": post.id, "in_reply_to_account_id": ana.id, "in_reply_to_uri": post.uri}
    shown = [(await make_post(store, bo, **answer)).uri for _ in range(21)]
    await make_post(store, bo, visibility="private", **answer)
    await make_post(store, gone, **answer)
    face = await make_face(store)
    document = await face.document(f"{post.uri}/replies")
    assert document["type"] == "Collection"
    assert document["first"]["items"] == shown[:20]
    rest = await face.document(document["first"]["next"])
    assert rest["items"] == shown[20:]
    assert "next" not in rest


async def test_likes_and_shares_tell_how_many_and_not_who(store: Store) -> None:
    ana = await make_person(store)
    post = await make_post(store, ana, favourites_count=3, boosts_count=2)
    face = await make_face(store)
    for name, count in (("likes", 3), ("shares", 2)):
        response = await face.ask(f"{post.uri}/{name}")
        document = orjson.loads(await response.get_data())
        assert document == {
            "@context": document["@context"],
            "id": f"{post.uri}/{name}",
            "type": "Collection",
            "totalItems": count,
        }


async def test_a_context_has_the_public_conversation_fep_7888(store: Store) -> None:
    ana = await make_person(store)
    bo = await make_stranger(store)
    post = await make_post(store, ana)
    uri = f"{HERE_URL}/ap/contexts/{post.id}"
    async with store.write() as tx:
        await tx.db.run("UPDATE posts SET conversation = :uri WHERE id = :id", {"uri": uri, "id": post.id})
    answer = {"in_reply_to_id": post.id, "in_reply_to_account_id": ana.id, "in_reply_to_uri": post.uri}
    shown = await make_post(store, bo, **answer)
    await make_post(store, bo, visibility="private", **answer)
    face = await make_face(store)
    assert (await face.document(uri))["orderedItems"] == [post.uri, shown.uri]
    other = await make_post(store, ana, conversation="tag:b.test,2026:1")
    assert (await face.ask(f"/ap/contexts/{other.id}")).status_code == 404
