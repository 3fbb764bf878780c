"""Notices one by one: listed, read, dismissed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.builders import make_post, make_stranger

V1 = "/api/v1/notifications"


@pytest.mark.operation(
    "GET /api/v1/notifications",
    "GET /api/v1/notifications/{id}",
    "POST /api/v1/notifications/{id}/dismiss",
    "POST /api/v1/notifications/clear",
)
async def test_notices_from_first_to_last(api: Api) -> None:
    ana, hers = await api.member("ana")
    far = await make_stranger(api.store)
    post, theirs = await make_post(api.store, ana), await make_post(api.store, far)
    kinds = {"favourite": post, "reblog": post, "mention": theirs, "status": theirs, "update": theirs}
    async with api.store.write() as tx:
        for kind, about in kinds.items():
            tx.notifications.give(ana.id, kind, far.id, about.id)
        tx.notifications.give(ana.id, "follow_request", far.id)
        tx.notifications.give(ana.id, "follow", far.id)
    found = await hers.get(V1)
    assert [one["type"] for one in found] == ["follow", "follow_request", *reversed(kinds)]
    assert found[-1]["status"]["id"] == str(post.id)
    assert found[-1]["group_key"].startswith(f"favourite-{post.id}-")
    for one in found:
        assert await hers.get(f"{V1}/{one['id']}") == one
    page = await hers.ask("GET", f"{V1}?limit=2&types[]=mention&types[]=reblog&types[]=status")
    assert [one["type"] for one in page.json] == ["status", "mention"]
    assert "types%5B%5D=reblog" in page.headers["Link"]
    await hers.post(f"{V1}/{found[0]['id']}/dismiss")
    await hers.get(f"{V1}/{found[0]['id']}", status=404)
    assert len(await hers.get(V1)) == len(found) - 1
    await hers.post(f"{V1}/clear")
    assert await hers.get(V1) == []


async def test_others_notices_are_not_there(api: Api) -> None:
    ana, hers = await api.member("ana")
    cleo, others = await api.member("cleo")
    far = await make_stranger(api.store)
    async with api.store.write() as tx:
        tx.notifications.give(ana.id, "follow", far.id)
    notice = (await hers.get(V1))[0]["id"]
    await others.get(f"{V1}/{notice}", status=404)
    await others.post(f"{V1}/{notice}/dismiss", status=404)
    await others.post(f"{V1}/clear")
    for wrong in ("x", "0", "99999999999999999999", "-1"):
        await hers.get(f"{V1}/{wrong}", status=404)
        await hers.post(f"{V1}/{wrong}/dismiss", status=404)
    assert len(await hers.get(V1)) == 1
    await api.anybody.get(V1, status=401)
    await (await api.client(cleo, "read:statuses")).get(V1, status=403)
    await (await api.client(cleo, "read")).post(f"{V1}/clear", status=403)


@pytest.mark.parametrize("page", ["limit=x", "max_id=x", "account_id=x", "include_filtered=perhaps"])
async def test_what_makes_no_sense_is_refused(api: Api, page: str) -> None:
    _, hers = await api.member("ana")
    assert "error" in await hers.get(f"{V1}?{page}", status=400)


async def test_absurd_pages_are_empty(api: Api) -> None:
    _, hers = await api.member("ana")
    for page in (f"max_id={2**64}", f"min_id={2**64}", "limit=999999", "max_id=0", "types[]=nonsense"):
        assert await hers.get(f"{V1}?{page}") == []


async def test_a_type_that_an_app_does_not_know_has_a_stand_in(api: Api) -> None:
    ana, hers = await api.member("ana")
    far = await make_stranger(api.store, name="Bo")
    async with api.store.write() as tx:
        await tx.db.run("UPDATE users SET locale = 'fr-CA' WHERE id = :id", {"id": ana.id})
        tx.notifications.give(ana.id, "follow", far.id)
    known: dict[str, Any] = (await hers.get(f"{V1}?supported_types[]=follow"))[0]
    assert known["fallback"] is None
    unknown = (await hers.get(f"{V1}?supported_types[]=mention"))[0]
    assert unknown["fallback"] == {"title": "Bo vous suit", "summary": None, "details": None}
    groups = await hers.get("/api/v2/notifications?supported_types[]=mention")
    assert groups["notification_groups"][0]["fallback"]["title"] == "Bo vous suit"
