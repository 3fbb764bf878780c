"""What people decide about others: follows, blocks, mutes, notes, endorsements, servers they block."""

from __future__ import annotations

from typing import Any

import pytest

from fedi.activitypub import types
from fedi.social import muting
from tests.api.conftest import Api, Client, Counting
from tests.builders import make_post, make_stranger

ACCOUNTS = "/api/v1/accounts"


async def _pages(client: Client, path: str, size: int = 2) -> list[list[Any]]:
    """All pages of a list, by the Link header."""
    found: list[list[Any]] = []
    address: str | None = f"{path}?limit={size}"
    while address is not None:
        reply = await client.ask("GET", address)
        assert reply.status == 200, reply.data
        if not reply.json:
            break
        found.append(reply.json)
        address = reply.headers["Link"].partition("<https://a.test")[2].partition(">")[0]
    return found


@pytest.mark.operation(
    "POST /api/v1/accounts/{id}/follow",
    "POST /api/v1/accounts/{id}/unfollow",
    "POST /api/v1/accounts/{id}/remove_from_followers",
    "GET /api/v1/accounts/relationships",
)
async def test_following_with_wishes(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    asked = {"reblogs": False, "notify": True, "languages": ["en", "fr"]}
    found = await hers.post(f"{ACCOUNTS}/{bo.id}/follow", json=asked)
    assert (found["showing_reblogs"], found["notifying"], found["languages"]) == (False, True, ["en", "fr"])
    found = await hers.post(f"{ACCOUNTS}/{bo.id}/follow", json={"reblogs": True})
    assert (found["showing_reblogs"], found["notifying"], found["languages"]) == (True, True, ["en", "fr"])
    found = await hers.post(f"{ACCOUNTS}/{bo.id}/follow", form={"languages[]": "de"})
    assert found["languages"] == ["de"]
    await hers.post(f"{ACCOUNTS}/{bo.id}/follow", status=422, json={"languages": ["'; DROP"]})
    found = await hers.post(f"{ACCOUNTS}/{bo.id}/follow", json={"languages": []})
    assert found["languages"] is None
    assert (await his.get(f"{ACCOUNTS}/relationships?id[]={ana.id}"))[0]["followed_by"] is True
    assert (await his.post(f"{ACCOUNTS}/{ana.id}/remove_from_followers"))["followed_by"] is False
    assert (await hers.post(f"{ACCOUNTS}/{bo.id}/unfollow"))["following"] is False


async def test_whoever_is_limited_here_asks(api: Api) -> None:
    _, hers = await api.member("ana", silenced_at=1)
    bo, _ = await api.member("bo")
    found = await hers.post(f"{ACCOUNTS}/{bo.id}/follow")
    assert (found["following"], found["requested"]) == (False, True)


async def test_relationships_with_the_suspended(api: Api) -> None:
    _, hers = await api.member("ana")
    bo, cy = await make_stranger(api.store, "bo", suspended_at=1), await make_stranger(api.store, "cy")
    address = f"{ACCOUNTS}/relationships?id[]={bo.id}&id[]={cy.id}&id[]=77&id[]=x"
    assert [one["id"] for one in await hers.get(address)] == [str(cy.id)]
    found = await hers.get(f"{address}&with_suspended=true")
    assert [one["id"] for one in found] == [str(bo.id), str(cy.id)]
    assert (await hers.post(f"{ACCOUNTS}/{bo.id}/mute"))["muting"] is True
    await hers.post(f"{ACCOUNTS}/{bo.id}/follow", status=404)


@pytest.mark.operation(
    "POST /api/v1/accounts/{id}/mute", "POST /api/v1/accounts/{id}/unmute", "GET /api/v1/mutes"
)
async def test_muting(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    await api.follow(ana, bo)
    posted = await his.post("/api/v1/statuses", json={"status": "@ana hello #cats"})
    lists = ("timelines/home", "timelines/public", "timelines/tag/cats", "notifications")

    async def seen() -> list[int]:
        return [len(await hers.get(f"/api/v1/{name}")) for name in lists]

    assert await seen() == [1, 1, 1, 1]
    found = await hers.post(f"{ACCOUNTS}/{bo.id}/mute")
    assert (found["muting"], found["muting_notifications"], found["muting_expires_at"]) == (True, True, None)
    assert found["following"] is True
    assert await seen() == [0, 0, 0, 0]
    await his.post("/api/v1/statuses", json={"status": "@ana again"})
    assert (await seen())[3] == 0
    assert (await hers.get(f"/api/v1/statuses/{posted['id']}"))["id"] == posted["id"]
    assert len(await hers.get(f"{ACCOUNTS}/{bo.id}/statuses")) == 2
    assert [(one["id"], one["mute_expires_at"]) for one in await hers.get("/api/v1/mutes")] == [
        (str(bo.id), None)
    ]
    assert (await hers.post(f"{ACCOUNTS}/{bo.id}/unmute"))["muting"] is False
    assert (await seen())[:2] == [2, 2]
    found = await hers.post(f"{ACCOUNTS}/{bo.id}/mute", form={"notifications": "false"})
    assert found["muting_notifications"] is False
    await his.post("/api/v1/statuses", json={"status": "@ana still"})
    assert await seen() == [0, 0, 0, 1]


async def test_boosts_of_the_muted_are_not_shown(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    cy, theirs = await api.member("cy")
    await api.follow(ana, bo)
    post = await theirs.post("/api/v1/statuses", json={"status": "hi"})
    await his.post(f"/api/v1/statuses/{post['id']}/reblog")
    assert len(await hers.get("/api/v1/timelines/home")) == 1
    await hers.post(f"{ACCOUNTS}/{cy.id}/mute")
    assert await hers.get("/api/v1/timelines/home") == []
    answer = {"status": "@cy yes", "in_reply_to_id": post["id"]}
    await theirs.post("/api/v1/statuses", json=answer)
    assert (await hers.get(f"/api/v1/statuses/{post['id']}/context"))["descendants"] == []


async def test_a_mute_for_a_while(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, _ = await api.member("bo")
    await make_post(api.store, bo)
    found = await hers.post(f"{ACCOUNTS}/{bo.id}/mute", json={"duration": 60})
    assert found["muting_expires_at"] is not None
    await hers.post(f"{ACCOUNTS}/{bo.id}/mute", status=422, json={"duration": 10**12})
    await hers.post(f"{ACCOUNTS}/{bo.id}/mute", status=400, json={"duration": "soon"})
    pair = {"account_id": ana.id, "target_id": bo.id}
    await muting.run(api.world.services, pair)
    assert (await hers.get("/api/v1/mutes"))[0]["mute_expires_at"] == found["muting_expires_at"]
    async with api.store.write() as tx:
        await tx.db.run("UPDATE mutes SET expires_at = 5")
        assert (
            await tx.db.value(
                "SELECT COUNT(*) FROM jobs WHERE kind = 'end_mute' AND run_at > :now", {"now": tx.now}
            )
            == 1
        )
    assert await hers.get("/api/v1/mutes") == []
    assert (await hers.get(f"{ACCOUNTS}/relationships?id={bo.id}"))[0]["muting"] is False
    await muting.run(api.world.services, pair)
    assert len(await hers.get("/api/v1/timelines/public")) == 1


@pytest.mark.operation(
    "POST /api/v1/accounts/{id}/block", "POST /api/v1/accounts/{id}/unblock", "GET /api/v1/blocks"
)
async def test_lists_of_the_blocked_and_muted_page(api: Api) -> None:
    _, hers = await api.member("ana")
    people = [await make_stranger(api.store, f"p{number}") for number in range(5)]
    for verb, path in (("block", "/api/v1/blocks"), ("mute", "/api/v1/mutes")):
        for person in people:
            await hers.post(f"{ACCOUNTS}/{person.id}/{verb}")
        pages = await _pages(hers, path)
        assert [[one["username"] for one in page] for page in pages] == [["p4", "p3"], ["p2", "p1"], ["p0"]]
    reply = await hers.ask("GET", "/api/v1/blocks?limit=2")
    newer = reply.headers["Link"].rpartition("<https://a.test")[2].partition(">")[0]
    assert await hers.get(newer) == []
    await hers.post(f"{ACCOUNTS}/{people[0].id}/unblock")
    await hers.post(f"{ACCOUNTS}/{people[0].id}/block")
    assert [one["username"] for one in await hers.get(newer)] == ["p0"]
    assert await hers.get("/api/v1/blocks?max_id=0&limit=1000000000000000000") == []


@pytest.mark.operation("POST /api/v1/accounts/{id}/note")
async def test_private_notes(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    assert (await hers.post(f"{ACCOUNTS}/{bo.id}/note", json={"comment": "from school"}))[
        "note"
    ] == "from school"
    assert (await hers.get(f"{ACCOUNTS}/relationships?id[]={bo.id}"))[0]["note"] == "from school"
    assert (await his.get(f"{ACCOUNTS}/relationships?id[]={ana.id}"))[0]["note"] == ""
    await hers.post(f"{ACCOUNTS}/{bo.id}/note", status=422, json={"comment": "x" * 2_001})
    assert (await hers.post(f"{ACCOUNTS}/{bo.id}/note"))["note"] == ""


@pytest.mark.operation(
    "POST /api/v1/accounts/{id}/endorse",
    "POST /api/v1/accounts/{id}/unendorse",
    "POST /api/v1/accounts/{id}/pin",
    "POST /api/v1/accounts/{id}/unpin",
    "GET /api/v1/accounts/{id}/endorsements",
    "GET /api/v1/endorsements",
)
async def test_endorsements(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    cy, _ = await api.member("cy")
    await hers.post(f"{ACCOUNTS}/{bo.id}/endorse", status=422)
    await api.follow(ana, bo)
    await api.follow(ana, cy)
    assert (await hers.post(f"{ACCOUNTS}/{bo.id}/endorse"))["endorsed"] is True
    assert (await hers.post(f"{ACCOUNTS}/{bo.id}/pin"))["endorsed"] is True
    await hers.post(f"{ACCOUNTS}/{cy.id}/pin")
    assert [one["username"] for one in await hers.get("/api/v1/endorsements")] == ["cy", "bo"]
    seen = await his.get(f"{ACCOUNTS}/{ana.id}/endorsements")
    assert [one["username"] for one in seen] == ["cy", "bo"]
    assert len(await _pages(hers, "/api/v1/endorsements", 1)) == 2
    assert (await hers.post(f"{ACCOUNTS}/{cy.id}/unpin"))["endorsed"] is False
    await hers.post(f"{ACCOUNTS}/{cy.id}/endorse")
    assert (await hers.post(f"{ACCOUNTS}/{cy.id}/unendorse"))["endorsed"] is False
    assert (await hers.post(f"{ACCOUNTS}/{bo.id}/unfollow"))["endorsed"] is False
    assert await hers.get("/api/v1/endorsements") == []


@pytest.mark.operation(
    "GET /api/v1/domain_blocks", "POST /api/v1/domain_blocks", "DELETE /api/v1/domain_blocks"
)
async def test_blocking_a_server_for_oneself(api: Api) -> None:
    ana, hers = await api.member("ana")
    _, his = await api.member("bo")
    far = api.world.peer("b.test").person("zoe")
    near = api.world.peer("c.test").person("yan")
    for person in (far, near):
        await person.sends(types.Follow(id=person.new_id(), actor=person.uri, object=ana.uri))
        await api.world.settle()
        await person.sends(
            person.create(person.note("<p>@ana</p>", tags=(types.Mention(href=ana.uri),), cc=(ana.uri,)))
        )
    await api.world.settle()
    assert len(await hers.get("/api/v1/notifications")) == 4
    assert len(await hers.get("/api/v1/timelines/public")) == 2
    await hers.post("/api/v1/domain_blocks", json={"domain": " B.test"})
    await hers.post("/api/v1/domain_blocks", form={"domain": "bücher.test"})
    await hers.post("/api/v1/domain_blocks", status=422, form={"domain": "not a domain"})
    await hers.post("/api/v1/domain_blocks", status=422, form={"domain": "a.test"})
    await hers.post("/api/v1/domain_blocks", status=422)
    assert await hers.get("/api/v1/domain_blocks") == ["xn--bcher-kva.test", "b.test"]
    assert await hers.get("/api/v1/domain_blocks?limit=1") == ["xn--bcher-kva.test"]
    await api.world.settle()
    assert far.received(types.Reject)
    assert not near.received(types.Reject)
    assert len(await hers.get("/api/v1/notifications")) == 2
    assert len(await hers.get("/api/v1/timelines/public")) == 1
    assert len(await his.get("/api/v1/timelines/public")) == 2
    zoe = (await hers.get(f"{ACCOUNTS}/lookup?acct=zoe@b.test"))["id"]
    found = (await hers.get(f"{ACCOUNTS}/relationships?id[]={zoe}"))[0]
    assert (found["domain_blocking"], found["followed_by"]) == (True, False)
    await hers.post(f"{ACCOUNTS}/{zoe}/follow", status=403)
    await far.sends(types.Follow(id=far.new_id(), actor=far.uri, object=ana.uri))
    await api.world.settle()
    assert len(far.received(types.Reject)) == 2
    reply = await hers.ask("DELETE", "/api/v1/domain_blocks?domain=b.test")
    assert (reply.status, reply.json) == (200, {})
    assert await hers.get("/api/v1/domain_blocks") == ["xn--bcher-kva.test"]
    assert len(await hers.get("/api/v1/timelines/public")) == 2


@pytest.mark.operation(
    "GET /api/v1/follow_requests",
    "POST /api/v1/follow_requests/{account_id}/authorize",
    "POST /api/v1/follow_requests/{account_id}/reject",
)
async def test_requests_page(api: Api) -> None:
    ana, hers = await api.member("ana", locked=True)
    people = [await api.member(f"p{number}") for number in range(3)]
    for _, client in people:
        await client.post(f"{ACCOUNTS}/{ana.id}/follow")
    pages = await _pages(hers, "/api/v1/follow_requests")
    assert [[one["username"] for one in page] for page in pages] == [["p2", "p1"], ["p0"]]
    found = await hers.post(f"/api/v1/follow_requests/{people[0][0].id}/authorize")
    assert (found["followed_by"], found["requested_by"]) == (True, False)
    found = await hers.post(f"/api/v1/follow_requests/{people[1][0].id}/reject")
    assert (found["followed_by"], found["requested_by"]) == (False, False)
    assert len(await hers.get("/api/v1/follow_requests")) == 1
    await hers.post("/api/v1/follow_requests/1/authorize", status=404)


VERBS = "follow unfollow remove_from_followers block unblock mute unmute note endorse unendorse pin unpin"


@pytest.mark.parametrize("verb", VERBS.split())
async def test_verbs_need_somebody_and_leave(api: Api, verb: str) -> None:
    ana, hers = await api.member("ana")
    bo, _ = await api.member("bo")
    for wrong in ("1", "x", "9" * 30, "-1"):
        await hers.post(f"{ACCOUNTS}/{wrong}/{verb}", status=404)
    await api.anybody.post(f"{ACCOUNTS}/{bo.id}/{verb}", status=401)
    reader = await api.client(ana, "read")
    await reader.post(f"{ACCOUNTS}/{bo.id}/{verb}", status=403)


async def test_relationships_are_one_question(api: Api) -> None:
    ana, _ = await api.member("ana")
    people = [await make_stranger(api.store, f"p{number}") for number in range(20)]
    async with api.store.read() as tx:
        statements: list[str] = []
        tx.db = Counting(tx.db, statements)  # type: ignore[assignment]
        found = await tx.follows.relationships(ana.id, [one.id for one in people])
    assert (len(found), len(statements)) == (20, 1)
