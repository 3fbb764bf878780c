"""Quotes: written, shown, refused, taken back; here and between servers (FEP-044f)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fedi.activitypub import types
from tests.api.conftest import Api, Client
from tests.peer import Person

STATUSES = "/api/v1/statuses"


async def write(client: Client, text: str = "hello", **values: Any) -> dict[str, Any]:
    found: dict[str, Any] = await client.post(STATUSES, json={"status": text, **values})
    return found


async def kinds(client: Client) -> list[str]:
    return [one["type"] for one in await client.get("/api/v1/notifications")]


@pytest.mark.operation("POST /api/v1/statuses", "GET /api/v1/statuses/{id}/quotes")
async def test_a_post_is_quoted(api: Api) -> None:
    _, hers = await api.member("ana")
    _, his = await api.member("bo")
    made = await write(hers, "quote me")
    assert made["quote_approval"] == {"automatic": ["public"], "manual": [], "current_user": "automatic"}
    quoting = await write(his, "look", quoted_status_id=made["id"])
    assert quoting["quote"]["state"] == "accepted"
    assert quoting["quote"]["quoted_status"]["id"] == made["id"]
    assert f'<p class="quote-inline">RE: <a href="{made["url"]}"' in quoting["content"]
    assert (await hers.get(f"{STATUSES}/{made['id']}"))["quotes_count"] == 1
    found = await hers.get(f"{STATUSES}/{made['id']}/quotes")
    assert [one["id"] for one in found] == [quoting["id"]]
    assert await kinds(hers) == ["quote"]
    second = await write(hers, "again", quoted_status_id=quoting["id"])
    inner = second["quote"]["quoted_status"]["quote"]
    assert inner == {"state": "accepted", "quoted_status_id": made["id"]}
    assert (await his.get("/api/v1/timelines/public"))[0]["quote"]["state"] == "accepted"
    await his.ask("DELETE", f"{STATUSES}/{quoting['id']}")
    assert (await hers.get(f"{STATUSES}/{made['id']}"))["quotes_count"] == 0
    gone = (await hers.get(f"{STATUSES}/{second['id']}"))["quote"]
    assert (gone["state"], gone["quoted_status"]) == ("deleted", None)


async def test_quotes_that_quote_each_other_end(api: Api) -> None:
    _, hers = await api.member("ana")
    first = await write(hers, "one")
    second = await write(hers, "two", quoted_status_id=first["id"])
    async with api.store.write() as tx:
        await tx.db.run("UPDATE posts SET is_quote = TRUE WHERE id = :id", {"id": int(first["id"])})
        found = await tx.quotes.of_post(int(second["id"]))
        assert found is not None
        await tx.quotes.add(
            msgspec.structs.replace(found, post_id=int(first["id"]), quoted_id=int(second["id"]))
        )
    page = await hers.get("/api/v1/timelines/home")
    assert [one["quote"]["quoted_status"]["quote"]["quoted_status_id"] for one in page] == [
        second["id"],
        first["id"],
    ]


@pytest.mark.operation("PUT /api/v1/statuses/{id}/interaction_policy", "PUT /api/v1/statuses/{id}")
async def test_policies_decide_who_may_quote(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    made = await write(hers, "mine", quote_approval_policy="nobody")
    assert (await his.get(f"{STATUSES}/{made['id']}"))["quote_approval"]["current_user"] == "denied"
    found = await his.post(STATUSES, 403, json={"status": "x", "quoted_status_id": made["id"]})
    assert found["error"] == "You are not allowed to quote this post"
    assert (await write(hers, "own", quoted_status_id=made["id"]))["quote"]["state"] == "accepted"
    path = f"{STATUSES}/{made['id']}"
    reply = await hers.ask("PUT", f"{path}/interaction_policy", json={"quote_approval_policy": "followers"})
    assert reply.json["quote_approval"]["automatic"] == ["followers"]
    assert (await his.get(path))["quote_approval"]["current_user"] == "denied"
    await api.follow(bo, ana)
    assert (await his.get(path))["quote_approval"]["current_user"] == "automatic"
    await write(his, "x", quoted_status_id=made["id"])
    changed = await hers.ask("PUT", path, json={"status": "mine", "quote_approval_policy": "public"})
    assert changed.json["quote_approval"]["automatic"] == ["public"]
    assert await kinds(his) == ["quoted_update"]
    bad = await hers.ask("PUT", f"{path}/interaction_policy", json={"quote_approval_policy": "friends"})
    assert bad.status == 422
    assert (await his.ask("PUT", f"{path}/interaction_policy", json={})).status == 404
    await hers.post(STATUSES, 422, json={"status": "x", "quote_approval_policy": "friends"})


async def test_what_few_may_see_is_quoted_before_few(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    _, others = await api.member("cy")
    await api.follow(bo, ana)
    made = await write(hers, "few", visibility="private", quote_approval_policy="public")
    assert made["quote_approval"]["automatic"] == []
    await his.post(STATUSES, 403, json={"status": "x", "quoted_status_id": made["id"]})
    await others.post(STATUSES, 404, json={"status": "x", "quoted_status_id": made["id"]})
    await others.post(STATUSES, 404, json={"status": "x", "quoted_status_id": "7"})
    own = await write(hers, "own", quoted_status_id=made["id"])
    assert own["visibility"] == "private"
    public = await write(hers, "public")
    found = await his.post(
        STATUSES, 422, json={"status": "x", "quoted_status_id": public["id"], "visibility": "direct"}
    )
    assert "must be mentioned" in found["error"]
    await write(his, "@ana look", quoted_status_id=public["id"], visibility="direct")
    boost = await his.post(f"{STATUSES}/{public['id']}/reblog")
    await others.post(STATUSES, 422, json={"status": "x", "quoted_status_id": boost["id"]})


@pytest.mark.operation("POST /api/v1/statuses/{id}/quotes/{quoting_status_id}/revoke")
async def test_consent_is_taken_back(api: Api) -> None:
    _, hers = await api.member("ana")
    _, his = await api.member("bo")
    made = await write(hers)
    quoting = await write(his, "look", quoted_status_id=made["id"])
    path = f"{STATUSES}/{made['id']}/quotes/{quoting['id']}/revoke"
    await his.post(path, status=403)
    await hers.post(f"{STATUSES}/{made['id']}/quotes/{made['id']}/revoke", status=404)
    await hers.post(f"{STATUSES}/{made['id']}/quotes/9/revoke", status=404)
    found = await hers.post(path)
    assert found["quote"] == {"state": "revoked", "quoted_status": None}
    assert (await hers.get(f"{STATUSES}/{made['id']}"))["quotes_count"] == 0
    assert await hers.get(f"{STATUSES}/{made['id']}/quotes") == []


async def test_a_quote_shows_nothing_that_the_viewer_may_not_see_or_does_not_want(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    cy, theirs = await api.member("cy")
    made = await write(hers)
    quoting = await write(his, "look", quoted_status_id=made["id"])
    path = f"{STATUSES}/{quoting['id']}"
    async with api.store.write() as tx:
        await tx.blocks.add(cy.id, ana.id, "https://a.test/blocks/1")
    found = (await theirs.get(path))["quote"]
    assert (found["state"], found["quoted_status"]["id"]) == ("blocked_account", made["id"])
    async with api.store.write() as tx:
        await tx.blocks.add(ana.id, bo.id, "https://a.test/blocks/2")
    assert (await his.get(path))["quote"] == {"state": "unauthorized", "quoted_status": None}


async def remote(api: Api, author: Person, **values: Any) -> tuple[types.Post, dict[str, Any]]:
    """A post of another server as somebody here finds it."""
    _, client = await api.member("finder")
    note = author.note("<p>far</p>", **values)
    found = await client.get(f"/api/v2/search?q={note.id}&resolve=true&type=statuses")
    return note, found["statuses"][0]


async def test_another_server_is_asked_for_consent(api: Api) -> None:
    world = api.world
    _, hers = await api.member("ana")
    bo = world.peer("b.test").person("bo")
    note, shown = await remote(api, bo, may_quote=(types.PUBLIC,))
    quoting = await write(hers, "look", quoted_status_id=shown["id"])
    assert quoting["quote"] == {"state": "pending", "quoted_status": None}
    await world.settle()
    request = bo.received(types.QuoteRequest)[0]
    assert request.object == note.id
    assert isinstance(request.instrument, types.Post)
    assert (request.instrument.id, request.instrument.quote) == (quoting["uri"], note.id)
    plain = msgspec.structs.replace(request, instrument=request.instrument.id)

    async def answers(who: Person, stamp: str) -> None:
        accept = types.Accept(id=who.new_id(), actor=who.uri, object=plain, result=stamp)
        assert await who.sends(accept) == 202
        await world.settle()

    # Somebody else's word, and a stamp from elsewhere, are worth nothing.
    await answers(world.peer("c.test").person("cy"), "https://c.test/stamps/1")
    await answers(bo, "https://c.test/stamps/1")
    assert (await hers.get(f"{STATUSES}/{quoting['id']}"))["quote"]["state"] == "pending"
    await answers(bo, "https://b.test/stamps/1")
    found = await hers.get(f"{STATUSES}/{quoting['id']}")
    assert (found["quote"]["state"], found["quote"]["quoted_status"]["id"]) == ("accepted", shown["id"])
    update = bo.received(types.Update)[-1].object
    assert isinstance(update, types.Post)
    assert update.quote_authorization == "https://b.test/stamps/1"
    delete = types.Delete(id=bo.new_id(), actor=bo.uri, object="https://b.test/stamps/1")
    await (
        world.peer("b.test")
        .person("di")
        .sends(msgspec.structs.replace(delete, actor="https://b.test/users/di"))
    )
    await world.settle()
    assert (await hers.get(f"{STATUSES}/{quoting['id']}"))["quote"]["state"] == "accepted"
    await bo.sends(delete)
    await world.settle()
    assert (await hers.get(f"{STATUSES}/{quoting['id']}"))["quote"]["state"] == "revoked"


async def test_another_server_refuses(api: Api) -> None:
    _, hers = await api.member("ana")
    bo = api.world.peer("b.test").person("bo")
    _, shown = await remote(api, bo, may_quote=(), may_ask_to_quote=(types.PUBLIC,))
    assert shown["quote_approval"]["current_user"] == "manual"
    quoting = await write(hers, "look", quoted_status_id=shown["id"])
    await api.world.settle()
    request = bo.received(types.QuoteRequest)[0]
    assert request.id is not None
    await bo.sends(types.Reject(id=bo.new_id(), actor=bo.uri, object=request.id))
    await api.world.settle()
    assert (await hers.get(f"{STATUSES}/{quoting['id']}"))["quote"]["state"] == "rejected"


async def test_another_server_without_a_policy_lets_nobody_quote(api: Api) -> None:
    _, hers = await api.member("ana")
    document = api.world.peer("b.test").person("bo").note("<p>far</p>")
    raw = api.world.peer("b.test").documents[document.id]
    del raw["interactionPolicy"]
    found = await hers.get(f"/api/v2/search?q={document.id}&resolve=true&type=statuses")
    assert found["statuses"][0]["quote_approval"]["current_user"] == "denied"
    await hers.post(STATUSES, 403, json={"status": "x", "quoted_status_id": found["statuses"][0]["id"]})


async def test_other_servers_ask_and_get_a_stamp(api: Api) -> None:
    world = api.world
    _, hers = await api.member("ana")
    made = await write(hers)
    bo = world.peer("b.test").person("bo")
    ana = made["account"]["uri"]
    note = bo.note("<p>look</p>", quote=made["uri"], to=(types.PUBLIC, ana), tags=(types.Mention(href=ana),))
    request = types.QuoteRequest(id=bo.new_id(), actor=bo.uri, object=made["uri"], instrument=note.id)
    assert await bo.sends(request) == 202
    await world.settle()
    accept = bo.received(types.Accept)[0]
    assert accept.result is not None
    assert accept.result.startswith("https://a.test/ap/stamps/")
    stamp = await bo.gets(accept.result.removeprefix("https://a.test"))
    document = await stamp.get_json()
    assert (document["type"], document["attributedTo"]) == ("QuoteAuthorization", made["account"]["uri"])
    assert (document["interactingObject"], document["interactionTarget"]) == (note.id, made["uri"])
    stamped = msgspec.structs.replace(note, quote_authorization=accept.result)
    await bo.sends(bo.create(stamped))
    await world.settle()
    assert sorted(await kinds(hers)) == ["mention", "quote"]
    found = (await hers.get(f"{STATUSES}/{made['id']}/quotes"))[0]
    assert (found["uri"], found["quote"]["state"]) == (note.id, "accepted")
    await hers.post(f"{STATUSES}/{made['id']}/quotes/{found['id']}/revoke")
    await world.settle()
    assert [one.object for one in bo.received(types.Delete)] == [accept.result]
    assert (await bo.gets(accept.result.removeprefix("https://a.test"))).status_code == 410
    # Asked again, the answer stays no.
    await bo.sends(msgspec.structs.replace(request, id=bo.new_id()))
    await world.settle()
    assert len(bo.received(types.Accept)) == 1
    assert len(bo.received(types.Reject)) == 1


@pytest.mark.parametrize("embedded", [True, False])
async def test_who_is_quoted_hears_of_it(api: Api, embedded: bool) -> None:
    world = api.world
    _, hers = await api.member("ana")
    made = await write(hers)
    bo = world.peer("b.test").person("bo")
    note = bo.note("<p>look</p>", quote=made["uri"])
    request = types.QuoteRequest(
        id=bo.new_id(), actor=bo.uri, object=made["uri"], instrument=note if embedded else note.id
    )
    await bo.sends(request)
    await world.settle()
    found = await hers.get("/api/v1/notifications")
    assert [one["type"] for one in found] == ["quote"]
    assert found[0]["status"]["quote"]["quoted_status"]["id"] == made["id"]
    assert (await hers.get(f"{STATUSES}/{made['id']}"))["quotes_count"] == 1


async def test_who_may_not_quote_is_refused(api: Api) -> None:
    world = api.world
    _, hers = await api.member("ana")
    made = await write(hers, quote_approval_policy="nobody")
    hidden = await write(hers, visibility="private")
    bo = world.peer("b.test").person("bo")
    note = bo.note("<p>look</p>", quote=made["uri"])
    await bo.sends(types.QuoteRequest(id=bo.new_id(), actor=bo.uri, object=made["uri"], instrument=note.id))
    await bo.sends(types.QuoteRequest(id=bo.new_id(), actor=bo.uri, object=hidden["uri"], instrument=note.id))
    stolen = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": bo.new_id(),
        "type": "QuoteRequest",
        "actor": bo.uri,
        "object": made["uri"],
        "instrument": "https://c.test/notes/1",
    }
    await bo.sends(stolen)
    named = msgspec.structs.replace(note, to=(types.PUBLIC, made["account"]["uri"]))
    await bo.sends(bo.create(named))
    await world.settle()
    assert len(bo.received(types.Reject)) == 1
    assert bo.received(types.Accept) == []
    assert await hers.get(f"{STATUSES}/{made['id']}/quotes") == []


@pytest.mark.parametrize("forged", ["host", "author", "quoting", "target", "nothing", "good"])
async def test_stamps_of_other_servers_are_looked_at(api: Api, forged: str) -> None:
    """GHSA-8h43-rcqj-wpc6, GHSA-q4g8-82c5-9h33 (CVE-2026-33869): consent is the quoted author's alone."""
    world = api.world
    ana, hers = await api.member("ana")
    bo, cy = world.peer("b.test").person("bo"), world.peer("c.test").person("cy")
    quoted = cy.note("<p>consent</p>")
    host = "b.test" if forged == "host" else "c.test"
    stamp = types.QuoteAuthorization(
        id=f"https://{host}/stamps/1",
        attributed_to={"host": bo.uri, "author": "https://c.test/users/di"}.get(forged, cy.uri),
        interacting_object="https://b.test/notes/other" if forged == "quoting" else "https://b.test/notes/q",
        interaction_target="https://c.test/notes/other" if forged == "target" else quoted.id,
    )
    if forged != "nothing":
        world.peer(host).serve(stamp)  # type: ignore[arg-type]
    note = bo.note(
        "<p>look</p>",
        id="https://b.test/notes/q",
        quote=quoted.id,
        quote_authorization=stamp.id,
        to=(types.PUBLIC, ana.uri),
        tags=(types.Mention(href=ana.uri),),
    )
    await bo.sends(bo.create(note))
    await world.settle()
    found = (await hers.get("/api/v1/notifications"))[0]["status"]
    assert found["quote"]["state"] == ("accepted" if forged == "good" else "pending")
    assert (found["quote"]["quoted_status"] is not None) == (forged == "good")


async def test_servers_without_stamps_may_quote_what_needs_no_asking(api: Api) -> None:
    world = api.world
    _, hers = await api.member("ana")
    open_, closed = await write(hers, "open"), await write(hers, "closed", quote_approval_policy="nobody")
    bo = world.peer("b.test").person("bo")
    for made in (open_, closed):
        note = bo.note("<p>look</p>", to=(types.PUBLIC, made["account"]["uri"]))
        document = world.peer("b.test").documents[note.id] | {"_misskey_quote": made["uri"]}
        create = {
            "@context": document["@context"],
            "id": f"{note.id}/activity",
            "type": "Create",
            "actor": bo.uri,
            "object": document,
        }
        await bo.sends(create)
    await world.settle()
    assert len(await hers.get(f"{STATUSES}/{open_['id']}/quotes")) == 1
    assert await hers.get(f"{STATUSES}/{closed['id']}/quotes") == []
