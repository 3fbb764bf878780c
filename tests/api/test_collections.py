"""People whom somebody recommends together."""

from __future__ import annotations

from typing import Any

import pytest

from fedi.social.collecting import COLLECTIONS_MAX
from tests.api import schema
from tests.api.conftest import Api, Client
from tests.builders import make_person, make_stranger
from tests.support.posts import block

PATH = "/api/v1/collections"


async def make(client: Client, *people: Any, **values: Any) -> dict[str, Any]:
    given = {"name": "Birds", "account_ids": [str(one.id) for one in people], **values}
    made: dict[str, Any] = (await client.post(PATH, json=given))["collection"]
    schema.check(made, "Collection")
    return made


@pytest.mark.operation(
    "POST /api/v1/collections",
    "GET /api/v1/collections/{id}",
    "PATCH /api/v1/collections/{id}",
    "DELETE /api/v1/collections/{id}",
)
async def test_a_collections_life(api: Api) -> None:
    ana, hers = await api.member("ana")
    _, his = await api.member("bo")
    cy = await make_person(api.store, "cy")
    values = {"description": "All sorts", "language": "en", "tag_name": "#Birds", "sensitive": True}
    made = await make(hers, cy, **values, discoverable=False)
    assert (made["name"], made["description"], made["language"]) == ("Birds", "All sorts", "en")
    assert (made["sensitive"], made["discoverable"], made["local"]) == (True, False, True)
    assert made["tag"] == {"name": "birds", "url": "https://a.test/tags/birds"}
    assert [(one["account_id"], one["state"]) for one in made["items"]] == [(str(cy.id), "accepted")]
    at = f"{PATH}/{made['id']}"
    found = await api.anybody.get(at)  # who has the address may read it
    assert found["collection"] == made
    assert {one["acct"] for one in found["accounts"]} == {"ana", "cy"}
    cys = await api.client(cy)
    assert [one["type"] for one in await cys.get("/api/v1/notifications")] == ["added_to_collection"]
    changed = await hers.ask("PATCH", at, json={"name": "Herons", "tag_name": "", "discoverable": True})
    assert changed.status == 200
    assert (changed.json["collection"]["name"], changed.json["collection"]["tag"]) == ("Herons", None)
    assert changed.json["collection"]["description"] == "All sorts"
    told = await cys.get("/api/v1/notifications")
    assert {one["type"] for one in told} == {"added_to_collection", "collection_update"}
    assert [one["collection"]["name"] for one in told] == ["Herons", "Herons"]
    assert (await his.ask("PATCH", at, json={"name": "Mine"})).status == 403
    assert (await his.ask("DELETE", at)).status == 403
    assert (await hers.ask("DELETE", at)).status == 200
    for method in ("GET", "PATCH", "DELETE"):
        assert (await hers.ask(method, at)).status == 404
    assert ana.id


@pytest.mark.operation(
    "POST /api/v1/collections/{collection_id}/items",
    "DELETE /api/v1/collections/{collection_id}/items/{id}",
    "POST /api/v1/collections/{collection_id}/items/{id}/revoke",
)
async def test_who_is_in_it(api: Api) -> None:
    _, hers = await api.member("ana")
    bo, his = await api.member("bo")
    cy = await make_person(api.store, "cy")
    shy = await make_person(api.store, "shy", discoverable=False)
    far = await make_stranger(api.store, discoverable=True)
    foe = await make_person(api.store, "foe")
    ana = await api.anybody.get("/api/v1/accounts/lookup?acct=ana")
    made = await make(hers)
    items = f"{PATH}/{made['id']}/items"
    added = await hers.post(items, json={"account_id": str(bo.id)})
    schema.check(added["collection_item"], "CollectionItem")
    first = added["collection_item"]["id"]
    second = (await hers.post(items, form={"account_id": str(cy.id)}))["collection_item"]["id"]
    async with api.store.read() as tx:
        owner = await tx.people.by_id(int(ana["id"]))
    assert owner is not None
    await block(api.store, foe, owner)
    for one, status in ((bo, 422), (shy, 403), (far, 403), (foe, 404)):
        await hers.post(items, json={"account_id": str(one.id)}, status=status)
    await hers.post(items, json={"account_id": "12345"}, status=404)
    await hers.post(items, json={}, status=400)
    await his.post(items, json={"account_id": str(cy.id)}, status=403)
    assert (await his.ask("DELETE", f"{items}/{second}")).status == 403
    assert (await hers.ask("DELETE", f"{items}/{second}")).status == 200
    assert (await hers.ask("DELETE", f"{items}/{second}")).status == 404
    await hers.post(f"{items}/{first}/revoke", status=403)
    assert await his.post(f"{items}/{first}/revoke") == {}
    await his.post(f"{items}/{first}/revoke", status=404)
    found = await hers.get(f"{PATH}/{made['id']}")
    assert found["collection"]["items"] == []
    await hers.post(items, json={"account_id": str(bo.id)}, status=403)  # who left, left for good


@pytest.mark.operation(
    "GET /api/v1/accounts/{account_id}/collections", "GET /api/v1/accounts/{account_id}/in_collections"
)
async def test_lists(api: Api) -> None:
    ana, hers = await api.member("ana")
    cy, theirs = await api.member("cy")
    shown = await make(hers, cy)
    hidden = await make(hers, cy, name="Hidden", discoverable=False)

    async def ids(client: Client, path: str) -> list[str]:
        found = await client.get(f"/api/v1/accounts/{path}")
        return [one["id"] for one in found["collections"]]

    assert await ids(hers, f"{ana.id}/collections") == [hidden["id"], shown["id"]]
    assert await ids(api.anybody, f"{ana.id}/collections") == [shown["id"]]
    assert await ids(hers, f"{ana.id}/collections?limit=1&offset=1") == [shown["id"]]
    assert await ids(theirs, f"{cy.id}/in_collections") == [hidden["id"], shown["id"]]
    assert await ids(api.anybody, f"{cy.id}/in_collections") == [shown["id"]]
    found = await api.anybody.get(f"/api/v1/accounts/{cy.id}/in_collections")
    assert [one["acct"] for one in found["partial_accounts"]] == ["ana"]
    for wrong in ("12345", "x"):
        await hers.get(f"/api/v1/accounts/{wrong}/collections", status=404)
        await hers.get(f"/api/v1/accounts/{wrong}/in_collections", status=404)


async def test_what_cannot_be(api: Api) -> None:
    ana, hers = await api.member("ana")
    for wrong in (
        {},
        {"name": " "},
        {"name": "x" * 41},
        {"name": "x", "description": "x" * 101},
        {"name": "x", "language": "no language"},
        {"name": "x", "tag_name": "not a tag"},
    ):
        await hers.post(PATH, json=wrong, status=422)
    await hers.post(PATH, json={"name": "x", "account_ids": ["12345"]}, status=404)
    assert (await hers.get(f"/api/v1/accounts/{ana.id}/collections"))["collections"] == []
    for _ in range(COLLECTIONS_MAX):
        await make(hers)
    await hers.post(PATH, json={"name": "x"}, status=422)
    await hers.get(f"{PATH}/x", status=404)
    await api.anybody.post(PATH, json={"name": "x"}, status=401)
    weak = await api.client(ana, "read")
    await weak.post(PATH, json={"name": "x"}, status=403)


async def test_who_is_blocked_sees_none_of_it(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    made = await make(hers)
    await block(api.store, ana, bo)
    await his.get(f"{PATH}/{made['id']}", status=404)
