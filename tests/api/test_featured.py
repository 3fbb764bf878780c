"""Hashtags: on profiles, followed, and asked for."""

from __future__ import annotations

import pytest

from fedi.activitypub import types
from tests.api.conftest import Api
from tests.builders import make_post


@pytest.mark.operation(
    "GET /api/v1/featured_tags",
    "POST /api/v1/featured_tags",
    "DELETE /api/v1/featured_tags/{id}",
    "GET /api/v1/featured_tags/suggestions",
    "GET /api/v1/accounts/{id}/featured_tags",
)
async def test_hashtags_on_a_profile(api: Api) -> None:
    ana, hers = await api.member("ana")
    _, his = await api.member("bo")
    far = api.world.peer("b.test").person("zoe")
    await far.sends(types.Follow(id=far.new_id(), actor=far.uri, object=ana.uri))
    await api.world.settle()
    for text in ("#Cats one", "#cats #dogs two", "#dogs #birds", "#cats"):
        visibility = "private" if text == "#cats" else "public"
        await hers.post("/api/v1/statuses", json={"status": text, "visibility": visibility})
    suggested = await hers.get("/api/v1/featured_tags/suggestions")
    assert [one["name"] for one in suggested] == ["cats", "dogs", "birds"]
    made = await hers.post("/api/v1/featured_tags", json={"name": "#Cats"})
    assert (made["name"], made["statuses_count"], made["url"]) == (
        "Cats",
        "2",
        "https://a.test/@ana/tagged/cats",
    )
    assert made["last_status_at"] is not None
    await hers.post("/api/v1/featured_tags", json={"name": "cats"}, status=422)
    for wrong in ("", "no tag", "#", "12"):
        await hers.post("/api/v1/featured_tags", json={"name": wrong}, status=422)
    assert [one["name"] for one in await hers.get("/api/v1/featured_tags/suggestions")] == ["dogs", "birds"]
    assert await hers.get("/api/v1/featured_tags") == [made]
    assert await his.get(f"/api/v1/accounts/{ana.id}/featured_tags") == [made]
    page = await api.world.client.get("/@ana/tagged/cats", headers={"Host": "a.test"})
    assert page.status_code == 200
    assert "#<span>Cats" in (await page.get_data()).decode()
    response = await far.gets(f"/ap/users/{ana.id}/tags")
    collection = await response.get_json(force=True)
    assert collection["items"] == [
        {"type": "Hashtag", "href": "https://a.test/@ana/tagged/cats", "name": "#Cats"}
    ]
    actor = await (await far.gets(f"/ap/users/{ana.id}")).get_json(force=True)
    assert actor["featuredTags"] == collection["id"]
    await his.ask("DELETE", f"/api/v1/featured_tags/{made['id']}")
    assert (await his.ask("DELETE", f"/api/v1/featured_tags/{made['id']}")).status == 404
    assert (await hers.ask("DELETE", f"/api/v1/featured_tags/{made['id']}")).status == 200
    assert await hers.get("/api/v1/featured_tags") == []
    await api.world.settle()
    added, removed = far.received(types.Add)[0], far.received(types.Remove)[0]
    for activity in (added, removed):
        assert activity.hashtag == types.Hashtag(name="#Cats", href="https://a.test/@ana/tagged/cats")
        assert activity.target == f"{ana.uri}/featured"
    for number in range(10):
        await hers.post("/api/v1/featured_tags", json={"name": f"tag{number}"})
    await hers.post("/api/v1/featured_tags", json={"name": "onemore"}, status=422)


async def test_hashtags_on_somebody_elses_profile(api: Api) -> None:
    ana, hers = await api.member("ana")
    far = api.world.peer("b.test").person("zoe")
    await far.sends(types.Follow(id=far.new_id(), actor=far.uri, object=ana.uri))
    tag = types.Hashtag(name="#Boats", href="https://b.test/@zoe/tagged/boats")
    change = {"actor": far.uri, "object": tag.href or "", "target": f"{far.uri}/featured", "hashtag": tag}
    await far.sends(types.Add(id=far.new_id(), **change))  # type: ignore[arg-type]
    await api.world.settle()
    zoe = await hers.get("/api/v1/accounts/lookup?acct=zoe@b.test")
    found = await hers.get(f"/api/v1/accounts/{zoe['id']}/featured_tags")
    assert [(one["name"], one["statuses_count"]) for one in found] == [("Boats", "0")]
    await far.sends(types.Remove(id=far.new_id(), **change))  # type: ignore[arg-type]
    await api.world.settle()
    assert await hers.get(f"/api/v1/accounts/{zoe['id']}/featured_tags") == []


@pytest.mark.operation(
    "GET /api/v1/tags/{name}",
    "POST /api/v1/tags/{name}/follow",
    "POST /api/v1/tags/{name}/unfollow",
    "POST /api/v1/tags/{id}/feature",
    "POST /api/v1/tags/{id}/unfeature",
    "GET /api/v1/followed_tags",
)
async def test_tags(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    cats = await make_post(api.store, bo, tags=("cats",))
    assert (await hers.get("/api/v1/tags/Cats"))["name"] == "cats"
    assert (await hers.post("/api/v1/tags/Cats/follow"))["following"] is True
    assert (await hers.post("/api/v1/tags/cats/follow"))["following"] is True
    assert (await hers.get("/api/v1/tags/cats"))["following"] is True
    assert (await his.get("/api/v1/tags/cats"))["following"] is False
    assert (await api.anybody.get("/api/v1/tags/cats"))["following"] is False
    for name in ("dogs", "Grüße"):
        await hers.post(f"/api/v1/tags/{name}/follow")
    reply = await hers.ask("GET", "/api/v1/followed_tags?limit=2")
    assert [one["name"] for one in reply.json] == ["grüße", "dogs"]
    older = reply.headers["Link"].partition("<https://a.test")[2].partition(">")[0]
    assert [one["name"] for one in await hers.get(older)] == ["cats"]
    posted = await his.post("/api/v1/statuses", json={"status": "#dogs"})
    home = await hers.get("/api/v1/timelines/home")
    assert [one["id"] for one in home] == [posted["id"], str(cats.id)]
    assert (await hers.post("/api/v1/tags/dogs/unfollow"))["following"] is False
    assert [one["id"] for one in await hers.get("/api/v1/timelines/home")] == [str(cats.id)]
    assert [one["name"] for one in await hers.get("/api/v1/followed_tags")] == ["grüße", "cats"]
    assert (await hers.post("/api/v1/tags/Cats/feature"))["featuring"] is True
    assert (await hers.post("/api/v1/tags/cats/feature"))["featuring"] is True
    assert [one["name"] for one in await hers.get("/api/v1/featured_tags")] == ["Cats"]
    assert (await hers.post("/api/v1/tags/CATS/unfeature"))["featuring"] is False
    assert await hers.get("/api/v1/featured_tags") == []
    for wrong in ("a b", "123", "x" * 101, "%00"):
        await hers.get(f"/api/v1/tags/{wrong}", status=404)
        await hers.post(f"/api/v1/tags/{wrong}/follow", status=404)
    await api.anybody.post("/api/v1/tags/cats/follow", status=401)
    await (await api.client(ana, "read")).post("/api/v1/tags/cats/follow", status=403)
