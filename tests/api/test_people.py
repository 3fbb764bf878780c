"""Relationships, requests, notices and search, as apps see them."""

from __future__ import annotations

from typing import Any

from fedi.social import indexing
from tests.api.conftest import Api
from tests.builders import make_person, make_post, make_stranger


async def test_following_somebody_here(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    found = await hers.post(f"/api/v1/accounts/{bo.id}/follow", json={"notify": True})
    assert (found["following"], found["notifying"], found["showing_reblogs"]) == (True, True, True)
    changed = await hers.post(f"/api/v1/accounts/{bo.id}/follow", json={"reblogs": False})
    assert (changed["notifying"], changed["showing_reblogs"]) == (True, False)
    seen = await his.get(f"/api/v1/accounts/relationships?id[]={ana.id}&id[]=12")
    assert [(one["id"], one["followed_by"]) for one in seen] == [(str(ana.id), True)]
    assert [one["id"] for one in await hers.get(f"/api/v1/accounts/{bo.id}/followers")] == [str(ana.id)]
    assert [one["id"] for one in await hers.get(f"/api/v1/accounts/{ana.id}/following")] == [str(bo.id)]
    assert (await his.post(f"/api/v1/accounts/{ana.id}/remove_from_followers"))["followed_by"] is False
    await hers.post(f"/api/v1/accounts/{bo.id}/follow")
    assert (await hers.post(f"/api/v1/accounts/{bo.id}/unfollow"))["following"] is False
    await hers.post(f"/api/v1/accounts/{ana.id}/follow", status=404)


async def test_following_somebody_elsewhere(api: Api) -> None:
    _, hers = await api.member("ana")
    far = api.world.peer("b.test").person("bo")
    found = (await hers.get("/api/v2/search?q=@bo@b.test&resolve=true"))["accounts"]
    assert [one["acct"] for one in found] == ["bo@b.test"]
    asked = await hers.post(f"/api/v1/accounts/{found[0]['id']}/follow")
    assert (asked["following"], asked["requested"]) == (False, True)
    async with api.store.read() as tx:
        sent = await tx.db.rows(
            "SELECT a.type, d.inbox FROM activities a JOIN deliveries d ON d.activity_id = a.id"
        )
    assert [(row["type"], row["inbox"]) for row in sent] == [("Follow", f"{far.uri}/inbox")]


async def test_requests(api: Api) -> None:
    _ana, hers = await api.member("ana", locked=True)
    (bo, his), (cy, theirs) = await api.member("bo"), await api.member("cy")
    for client in (his, theirs):
        assert (await client.post(f"/api/v1/accounts/{_ana.id}/follow"))["requested"] is True
    waiting = await hers.get("/api/v1/follow_requests")
    assert [one["id"] for one in waiting] == [str(cy.id), str(bo.id)]
    assert (await hers.get("/api/v1/accounts/verify_credentials"))["source"]["follow_requests_count"] == 2
    assert (await hers.post(f"/api/v1/follow_requests/{bo.id}/authorize"))["followed_by"] is True
    assert (await hers.post(f"/api/v1/follow_requests/{cy.id}/reject"))["followed_by"] is False
    assert await hers.get("/api/v1/follow_requests") == []
    await hers.post(f"/api/v1/follow_requests/{cy.id}/authorize", status=404)


async def test_blocks(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    post = await his.post("/api/v1/statuses", json={"status": "hi"})
    assert (await his.post(f"/api/v1/accounts/{ana.id}/block"))["blocking"] is True
    assert [one["id"] for one in await his.get("/api/v1/blocks")] == [str(ana.id)]
    await hers.get(f"/api/v1/statuses/{post['id']}", status=404)
    assert await hers.get(f"/api/v1/accounts/{bo.id}/statuses") == []
    await hers.post(f"/api/v1/accounts/{bo.id}/follow", status=403)
    assert (await his.post(f"/api/v1/accounts/{ana.id}/unblock"))["blocking"] is False
    assert await his.get("/api/v1/blocks") == []


async def test_hidden_collections_and_hidden_people(api: Api) -> None:
    bo, his = await api.member("bo", hide_collections=True)
    ana, hers = await api.member("ana")
    await api.follow(ana, bo)
    assert await hers.get(f"/api/v1/accounts/{bo.id}/followers") == []
    assert len(await his.get(f"/api/v1/accounts/{bo.id}/followers")) == 1
    assert (await hers.get("/api/v1/accounts/lookup?acct=BO"))["id"] == str(bo.id)


async def test_notices(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    made = await hers.post("/api/v1/statuses", json={"status": "hi"})
    await his.post(f"/api/v1/accounts/{ana.id}/follow")
    await his.post(f"/api/v1/statuses/{made['id']}/favourite")
    await his.post("/api/v1/statuses", json={"status": "@ana look"})

    async def kinds(query: str = "") -> list[str]:
        return [one["type"] for one in await hers.get(f"/api/v1/notifications?{query}")]

    assert await kinds() == ["mention", "favourite", "follow"]
    assert await kinds("types[]=follow&types[]=mention") == ["mention", "follow"]
    assert await kinds("exclude_types[]=follow") == ["mention", "favourite"]
    assert await kinds(f"account_id={bo.id}&limit=1") == ["mention"]
    assert await kinds(f"account_id={ana.id}") == []
    found: dict[str, Any] = (await hers.get("/api/v1/notifications?types[]=favourite"))[0]
    assert (found["status"]["id"], found["account"]["id"]) == (made["id"], str(bo.id))
    path = f"/api/v1/notifications/{found['id']}"
    await his.get(path, status=404)
    await his.post(f"{path}/dismiss", status=404)
    await hers.post(f"{path}/dismiss")
    await hers.get(path, status=404)
    await hers.post("/api/v1/notifications/clear")
    assert await kinds() == []


async def test_searching_what_is_known(api: Api) -> None:
    _, hers = await api.member("ana")
    await make_person(api.store, "anabel")
    far = await make_stranger(api.store)
    post = await make_post(api.store, far, tags=("catnip",))
    await make_post(api.store, far, tags=("catsecret",), visibility="private")

    async def find(query: str) -> dict[str, list[str]]:
        found = await hers.get(f"/api/v2/search?{query}")
        return {
            "accounts": [one["acct"] for one in found["accounts"]],
            "statuses": [one["id"] for one in found["statuses"]],
            "hashtags": [one["name"] for one in found["hashtags"]],
        }

    nothing: dict[str, list[str]] = {"accounts": [], "statuses": [], "hashtags": []}
    await indexing.everything(api.store)
    assert (await find("q=ana"))["accounts"] == ["ana", "anabel"]
    assert await find("q=ana&type=hashtags") == nothing
    assert await find("q=%23cat") == {**nothing, "hashtags": ["catnip"]}
    assert await find(f"q={post.uri}") == {**nothing, "statuses": [str(post.id)]}
    assert await find(f"q={far.uri}") == {**nothing, "accounts": ["bo@b.test"]}
    assert await find("q=https://a.test/@anabel") == {**nothing, "accounts": ["anabel"]}
    assert await find("q=ana&following=true") == nothing
    assert await find("q=") == nothing
    await hers.get("/api/v2/search?q=x&type=things", status=400)
    await api.anybody.get("/api/v2/search?q=x&resolve=true", status=401)


async def test_searching_elsewhere(api: Api) -> None:
    _, hers = await api.member("ana")
    bo = api.world.peer("b.test").person("bo")
    note = bo.note("<p>far away</p>")
    search = "/api/v2/search?resolve=true&q="
    found = (await hers.get(f"{search}{note.id}"))["statuses"]
    assert ["far away" in one["content"] for one in found] == [True]
    assert (await hers.get(f"{search}{note.id}"))["statuses"][0]["id"] == found[0]["id"]
    cy = api.world.peer("c.test").person("cy")
    assert [one["acct"] for one in (await hers.get(f"{search}{cy.uri}"))["accounts"]] == ["cy@c.test"]
    for wrong in ("https://b.test/nothing", "https://nowhere.test/", "@no@b.test", "@x@nowhere.test"):
        found = await hers.get(search + wrong)
        assert (found["accounts"], found["statuses"]) == ([], [])
    assert await hers.get("/api/v1/timelines/home") == []


async def test_somebody_who_was_away_finds_a_home(api: Api) -> None:
    ana, hers = await api.member("ana")
    far = await make_stranger(api.store)
    await api.follow(ana, far)
    post = await make_post(api.store, far)
    async with api.store.write() as tx:
        await tx.db.run("UPDATE users SET seen_at = :then", {"then": tx.now - 20 * 86_400_000})
    assert [one["id"] for one in await hers.get("/api/v1/timelines/home")] == [str(post.id)]
    async with api.store.read() as tx:
        user = await tx.members.by_id(ana.id)
        assert user is not None
        assert tx.now - user.seen_at < 60_000
