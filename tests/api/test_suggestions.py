"""Whom people may want to know."""

from __future__ import annotations

from typing import Any

import pytest

from fedi.social import site
from fedi.social.site import Sites
from tests.api.conftest import Api
from tests.builders import make_domain, make_person, make_post, make_stranger
from tests.support.posts import block, follow


@pytest.mark.operation(
    "GET /api/v2/suggestions", "GET /api/v1/suggestions", "DELETE /api/v1/suggestions/{account_id}"
)
async def test_suggestions(api: Api) -> None:
    ana, hers = await api.member("ana")
    friend = await make_person(api.store, "friend")
    staff = await make_person(api.store, "staff")
    there = await make_stranger(api.store, "there", "b.test", discoverable=True)
    liked = await make_stranger(api.store, "liked", "b.test", discoverable=True)
    hidden = await make_stranger(api.store, "hidden", "b.test")
    locked = await make_stranger(api.store, "locked", "b.test", discoverable=True, locked=True)
    enemy = await make_stranger(api.store, "enemy", "b.test", discoverable=True)
    await follow(api.store, ana, friend)
    for one in (there, hidden, locked, enemy):
        await follow(api.store, friend, one)
    await block(api.store, ana, enemy)
    post = await make_post(api.store, liked)
    async with api.store.write() as tx:
        await tx.interactions.favourite(friend.id, post.id, "https://a.test/likes/1")
    domain = await make_domain(api.store)
    kept = api.world.app.extensions.setdefault("fedi_sites", Sites())
    await site.put(api.world.services, kept, domain.id, "featured", ["@staff"])

    found = {one["account"]["acct"]: one for one in await hers.get("/api/v2/suggestions")}
    assert list(found) == ["staff", "there@b.test", "liked@b.test"]
    assert (found["staff"]["sources"], found["staff"]["source"]) == (["featured"], "staff")
    assert found["there@b.test"]["sources"][0] == "friends_of_friends"
    assert "most_interactions" in found["liked@b.test"]["sources"]
    assert [one["acct"] for one in await hers.get("/api/v1/suggestions?limit=1")] == ["staff"]
    assert (await hers.ask("DELETE", f"/api/v1/suggestions/{there.id}")).status == 200
    assert (await hers.ask("DELETE", f"/api/v1/suggestions/{there.id}")).status == 200
    assert (await hers.ask("DELETE", "/api/v1/suggestions/12345")).status == 200
    assert (await hers.ask("DELETE", "/api/v1/suggestions/x")).status == 404
    assert [one["acct"] for one in await hers.get("/api/v1/suggestions")] == ["staff", "liked@b.test"]
    assert staff.id
    await api.anybody.get("/api/v2/suggestions", status=401)
    weak = await api.client(ana, "write")
    await weak.get("/api/v2/suggestions", status=403)


@pytest.mark.operation("GET /api/v1/directory")
async def test_directory(api: Api) -> None:
    ana, hers = await api.member("ana", last_post_at=300)
    far = await make_stranger(api.store, "far", "b.test", discoverable=True, last_post_at=200)
    bo = await make_person(api.store, "bo", last_post_at=100)
    await make_person(api.store, "shy", discoverable=False)
    await make_stranger(api.store, "moved", "b.test", discoverable=True, moved_to_uri="https://c.test/u/x")
    await make_stranger(api.store, "quiet", "b.test", discoverable=True, silenced_at=1)

    async def find(client: Any, more: str = "") -> list[str]:
        return [one["acct"] for one in await client.get(f"/api/v1/directory{more}")]

    assert await find(api.anybody) == ["ana", "far@b.test", "bo"]
    assert await find(api.anybody, "?order=new") == ["bo", "far@b.test", "ana"]
    assert await find(api.anybody, "?local=true") == ["ana", "bo"]
    assert await find(api.anybody, "?limit=1&offset=1") == ["far@b.test"]
    await block(api.store, ana, far)
    assert await find(hers) == ["ana", "bo"]
    await block(api.store, bo, ana)
    assert await find(hers) == ["ana"]
    await api.anybody.get("/api/v1/directory?order=best", status=400)
