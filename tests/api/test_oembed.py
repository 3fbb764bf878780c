"""oEmbed of our statuses, and answers that are fetched while somebody reads."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from fedi.activitypub import types
from tests.api.conftest import Api

STATUSES = "/api/v1/statuses"


@pytest.mark.operation("GET /api/oembed")
async def test_a_public_status_is_shown_elsewhere(api: Api) -> None:
    _, hers = await api.member("ana")
    made = await hers.post(STATUSES, json={"status": "hello <script>"})
    found = await api.anybody.get(f"/api/oembed?url={made['url']}&maxwidth=300")
    assert (found["type"], found["width"], found["author_url"]) == ("rich", 300, made["account"]["url"])
    assert "<script>" not in found["html"]
    assert made["url"] in found["html"]
    hidden = await hers.post(STATUSES, json={"status": "few", "visibility": "private"})
    for url in (hidden["url"], made["url"].replace("ana", "bo"), "https://b.test/@ana/1", "x", ""):
        await api.anybody.get(f"/api/oembed?url={url}", status=404)


@pytest.mark.operation("GET /api/v1/statuses/{id}/context", "GET /api/v1_alpha/async_refreshes/{id}")
async def test_answers_that_are_not_here_are_fetched(api: Api) -> None:
    world = api.world
    _, hers = await api.member("ana")
    _, his = await api.member("bo")
    peer = world.peer("b.test")
    bo, cy = peer.person("bo"), world.peer("c.test").person("cy")
    note = bo.note("<p>root</p>", replies="https://b.test/notes/root/replies")
    inline = bo.note("<p>mine</p>", in_reply_to=note.id)
    others = cy.note("<p>theirs</p>", in_reply_to=note.id)
    lost = "https://down.test/notes/1"
    serve: Any = peer.serve
    page = types.Collection(
        id="https://b.test/notes/root/replies?page=1",
        type="CollectionPage",
        items=(others.id, lost, {"id": "https://d.test/forged", "type": "Note", "content": "x"}),
    )
    serve(types.Collection(id="https://b.test/notes/root/replies", type="Collection", first=page.id))
    serve(page)
    peer.serve(msgspec.structs.replace(note, first_replies=(inline.id,)))
    found = await hers.get(f"/api/v2/search?q={note.id}&resolve=true&type=statuses")
    path = f"{STATUSES}/{found['statuses'][0]['id']}/context"
    assert "Mastodon-Async-Refresh" not in (await api.anybody.ask("GET", path)).headers
    reply = await hers.ask("GET", path)
    assert reply.json["descendants"] == []
    header = re.fullmatch(r'id="(\d+)", retry=3, result_count=0', reply.headers["Mastodon-Async-Refresh"])
    assert header is not None
    refresh = f"/api/v1_alpha/async_refreshes/{header[1]}"
    assert (await hers.get(refresh))["async_refresh"]["status"] == "running"
    assert header[1] in (await his.ask("GET", path)).headers["Mastodon-Async-Refresh"]
    await world.settle()
    assert (await hers.get(refresh))["async_refresh"] == {
        "id": header[1],
        "status": "finished",
        "result_count": 2,
    }
    reply = await hers.ask("GET", path)
    assert [one["uri"] for one in reply.json["descendants"]] == [inline.id, others.id]
    assert "Mastodon-Async-Refresh" not in reply.headers
    await hers.get("/api/v1_alpha/async_refreshes/1", status=404)
    await api.anybody.get(refresh, status=401)


async def test_our_own_conversations_are_here(api: Api) -> None:
    _, hers = await api.member("ana")
    made = await hers.post(STATUSES, json={"status": "root"})
    reply = await hers.ask("GET", f"{STATUSES}/{made['id']}/context")
    assert "Mastodon-Async-Refresh" not in reply.headers
