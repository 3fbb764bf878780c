"""Who somebody is, whom they follow, and who is known to both."""

from __future__ import annotations

import pytest

from tests.api.conftest import Api
from tests.builders import make_person, make_post, make_stranger

ACCOUNTS = "/api/v1/accounts"


@pytest.mark.operation(
    "GET /api/v1/accounts",
    "GET /api/v1/accounts/{id}",
    "GET /api/v1/accounts/lookup",
    "GET /api/v1/accounts/verify_credentials",
)
async def test_accounts_by_id_and_by_handle(api: Api) -> None:
    ana, hers = await api.member("ana", role="moderator")
    bo = await make_stranger(api.store, "bo")
    cy = await make_stranger(api.store, "cy", deleted_at=5)
    found = await api.anybody.get(f"{ACCOUNTS}?id[]={bo.id}&id[]={ana.id}&id[]={cy.id}&id[]=7&id[]=no")
    assert [one["id"] for one in found] == [str(bo.id), str(ana.id)]
    assert [one["roles"] for one in found] == [None, [{"id": "1", "name": "Moderator", "color": ""}]]
    assert (await api.anybody.get(f"{ACCOUNTS}/{ana.id}"))["roles"][0]["name"] == "Moderator"
    assert (await hers.get(f"{ACCOUNTS}/verify_credentials"))["roles"][0]["name"] == "Moderator"
    assert (await api.anybody.get(f"{ACCOUNTS}/lookup?acct=@BO@B.test"))["id"] == str(bo.id)
    for wrong in (f"{cy.id}", "lookup?acct=cy@b.test", "lookup", "7", "x"):
        await api.anybody.get(f"{ACCOUNTS}/{wrong}", status=404)


async def test_of_the_suspended_the_name_is_left(api: Api) -> None:
    bo = await make_stranger(
        api.store, "bo", suspended_at=1, summary="<p>bad</p>", avatar_url="https://b.test/a.png"
    )
    await make_post(api.store, bo)
    found = await api.anybody.get(f"{ACCOUNTS}/{bo.id}")
    assert (found["suspended"], found["acct"]) == (True, "bo@b.test")
    assert (found["display_name"], found["note"]) == ("", "")
    assert "b.test" not in found["avatar"]
    for path in ("statuses", "followers", "following", "statuses?pinned=true"):
        assert await api.anybody.get(f"{ACCOUNTS}/{bo.id}/{path}") == []


async def test_where_somebody_moved_to(api: Api) -> None:
    new = await make_person(api.store, "new")
    old = await make_stranger(api.store, "old", moved_to_uri=new.uri, moved_at=1)
    lost = await make_stranger(api.store, "lost", moved_to_uri="https://c.test/nobody")
    found = await api.anybody.get(f"{ACCOUNTS}?id[]={old.id}&id[]={lost.id}&id[]={new.id}")
    assert [one["moved"] and one["moved"]["id"] for one in found] == [str(new.id), None, None]


async def test_limited_and_featurable(api: Api) -> None:
    ana, hers = await api.member("ana", silenced_at=1)
    found = await hers.get(f"{ACCOUNTS}/{ana.id}")
    assert (found["limited"], found["feature_approval"]["current_user"]) == (True, "automatic")
    bo, _ = await api.member("bo", discoverable=False)
    assert (await hers.get(f"{ACCOUNTS}/{bo.id}"))["feature_approval"]["current_user"] == "denied"


@pytest.mark.operation("GET /api/v1/accounts/{id}/followers", "GET /api/v1/accounts/{id}/following")
async def test_followers_page_and_leave_out_the_unwanted(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    people = [await make_stranger(api.store, f"p{number}") for number in range(5)]
    for person in people:
        await api.follow(person, bo)
        await api.follow(bo, person)
    for kind in ("followers", "following"):
        path = f"{ACCOUNTS}/{bo.id}/{kind}"
        reply = await hers.ask("GET", f"{path}?limit=2")
        assert [one["username"] for one in reply.json] == ["p4", "p3"]
        older = reply.headers["Link"].partition("<https://a.test")[2].partition(">")[0]
        reply = await hers.ask("GET", older)
        assert [one["username"] for one in reply.json] == ["p2", "p1"]
        newer = reply.headers["Link"].rpartition("<https://a.test")[2].partition(">")[0]
        assert [one["username"] for one in await hers.get(newer)] == ["p4", "p3"]
        since = newer.replace("min_id", "since_id").replace("limit=2", "limit=1")
        assert [one["username"] for one in await hers.get(since)] == ["p4"]
    await hers.post(f"{ACCOUNTS}/{people[0].id}/block")
    await hers.post(f"{ACCOUNTS}/{people[1].id}/mute")
    seen = await hers.get(f"{ACCOUNTS}/{bo.id}/followers")
    assert [one["username"] for one in seen] == ["p4", "p3", "p2"]
    assert len(await his.get(f"{ACCOUNTS}/{bo.id}/followers")) == 5
    assert len(await api.anybody.get(f"{ACCOUNTS}/{bo.id}/followers")) == 5
    await his.post(f"{ACCOUNTS}/{ana.id}/block")
    assert await hers.get(f"{ACCOUNTS}/{bo.id}/followers") == []


@pytest.mark.operation("GET /api/v1/accounts/familiar_followers")
async def test_familiar_followers(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, cy, di = [await make_stranger(api.store, name) for name in ("bo", "cy", "di")]
    shy = await make_stranger(api.store, "shy", hide_collections=True)
    for friend in (bo, cy, shy):
        await api.follow(ana, friend)
    for friend in (bo, cy, shy, ana):
        await api.follow(friend, di)
    await api.follow(bo, shy)
    found = await hers.get(f"{ACCOUNTS}/familiar_followers?id[]={di.id}&id[]={shy.id}&id[]={bo.id}&id[]=4")
    assert [one["id"] for one in found] == [str(di.id), str(shy.id), str(bo.id)]
    assert {one["username"] for one in found[0]["accounts"]} == {"bo", "cy"}
    assert [one["accounts"] for one in found[1:]] == [[], []]
    assert await hers.get(f"{ACCOUNTS}/familiar_followers") == []
    await api.anybody.get(f"{ACCOUNTS}/familiar_followers?id={di.id}", status=401)


@pytest.mark.operation("GET /api/v1/accounts/{id}/statuses", "GET /api/v1/accounts/{id}/identity_proofs")
async def test_posts_of_somebody(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    first = await his.post("/api/v1/statuses", json={"status": "one #cats"})
    answer = {"status": "@ana no", "in_reply_to_id": first["id"]}
    own = await his.post("/api/v1/statuses", json=answer)
    theirs = await hers.post("/api/v1/statuses", json={"status": "mine"})
    reply = await his.post("/api/v1/statuses", json={"status": "re", "in_reply_to_id": theirs["id"]})
    boost = await his.post(f"/api/v1/statuses/{theirs['id']}/reblog")
    secret = await his.post("/api/v1/statuses", json={"status": "psst", "visibility": "private"})
    await his.post(f"/api/v1/statuses/{first['id']}/pin")
    path = f"{ACCOUNTS}/{bo.id}/statuses"

    async def ids(query: str = "") -> list[str]:
        return [one["id"] for one in await hers.get(f"{path}?{query}")]

    everything = [boost["id"], reply["id"], own["id"], first["id"]]
    assert await ids() == everything
    assert await ids("exclude_replies=true") == [boost["id"], own["id"], first["id"]]
    assert await ids("exclude_reblogs=1") == everything[1:]
    assert await ids("only_media=true") == []
    assert await ids("tagged=Cats") == [first["id"]]
    assert await ids("pinned=true") == [first["id"]]
    assert await ids(f"max_id={own['id']}") == [first["id"]]
    assert await ids(f"min_id={first['id']}&limit=1") == [own["id"]]
    assert await ids(f"since_id={first['id']}&limit=1") == [boost["id"]]
    await api.follow(ana, bo)
    assert (await ids())[0] == secret["id"]
    await hers.get(f"{path}?limit=many", status=400)
    assert await hers.get(f"{ACCOUNTS}/{bo.id}/identity_proofs") == []
    await hers.get(f"{ACCOUNTS}/5/identity_proofs", status=404)


async def test_what_another_server_says_of_a_profile(api: Api) -> None:
    _, hers = await api.member("ana")
    far = api.world.peer("b.test").person("bo")
    far.peer.serve(far.actor(show_media=False, show_featured=False, attribution_domains=("news.test",)))
    found = (await hers.get(f"/api/v2/search?resolve=true&q={far.uri}"))["accounts"][0]
    assert [found[name] for name in ("show_media", "show_media_replies", "show_featured")] == [
        False,
        True,
        False,
    ]
    async with api.store.read() as tx:
        known = await tx.people.by_uri(far.uri)
    assert known is not None
    assert known.attribution_domains == ("news.test",)
