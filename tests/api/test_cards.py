"""Link previews: looked at once for each address, and shown on every post with it."""

from __future__ import annotations

from typing import Any

import orjson

from fedi.activitypub import types
from tests.api.conftest import Api

STATUSES = "/api/v1/statuses"
PAGE = b"""<html><head><meta property="og:title" content="News"><meta property="og:site_name" content="The Paper">
<meta property="og:description" content="What happened"><meta name="author" content="Ida">
<meta property="og:image" content="/p.png"><link type="application/json+oembed" href="/oembed"></head></html>"""


async def test_a_link_gets_a_card(api: Api) -> None:
    _, hers = await api.member("ana")
    peer = api.world.peer("news.test")
    peer.pages["https://news.test/1"] = ("text/html; charset=utf-8", PAGE)
    embed = {"type": "video", "html": '<iframe src="https://v.test/1">', "width": 640, "height": 360}
    peer.pages["https://news.test/oembed"] = ("application/json", orjson.dumps(embed))
    made = await hers.post(STATUSES, json={"status": "see https://news.test/1"})
    assert made["card"] is None
    await api.world.settle()
    card = (await hers.get(f"{STATUSES}/{made['id']}"))["card"]
    assert (card["url"], card["title"], card["type"]) == ("https://news.test/1", "News", "video")
    assert (card["provider_name"], card["author_name"], card["width"]) == ("The Paper", "Ida", 640)
    assert card["authors"] == [{"name": "Ida", "url": "", "account": None}]
    assert card["image"].startswith("https://a.test/")
    again = await hers.post(STATUSES, json={"status": "also https://news.test/1"})
    await api.world.settle()
    page = await hers.get("/api/v1/timelines/home")
    assert [one["card"]["title"] for one in page] == ["News", "News"]
    assert peer.fetched.count("https://news.test/1") == 1
    changed = await hers.ask("PUT", f"{STATUSES}/{again['id']}", json={"status": "no link"})
    assert changed.json["card"] is None


async def test_what_cannot_be_shown_has_no_card(api: Api) -> None:
    _, hers = await api.member("ana")
    peer = api.world.peer("news.test")
    peer.pages["https://news.test/pdf"] = ("application/pdf", b"%PDF")
    peer.pages["https://news.test/empty"] = ("text/html", b"<p>")
    for path in ("pdf", "empty", "missing"):
        await hers.post(STATUSES, json={"status": f"see https://news.test/{path}"})
    await hers.post(STATUSES, json={"status": "see https://down.test/"})
    await api.world.settle()
    assert [one["card"] for one in await hers.get("/api/v1/timelines/home")] == [None] * 4
    async with api.store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM jobs WHERE kind = 'fetch_card'") == 0


async def test_links_of_others_wait_a_moment(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo = api.world.peer("b.test").person("bo")
    content = '<p><a href="https://b.test/users/bo" class="u-url mention">bo</a> <a href="https://news.test/1">1</a></p>'
    mention: Any = (types.Mention(href=ana.uri),)
    note = bo.note(content, to=(types.PUBLIC, ana.uri), tags=mention)
    await bo.sends(bo.create(note))
    await api.world.settle()
    async with api.store.read() as tx:
        row = await tx.db.row("SELECT run_at, created_at FROM jobs WHERE kind = 'fetch_card'")
    assert row is not None
    assert 0 <= row["run_at"] - row["created_at"] <= 60_000
    assert (await hers.get("/api/v1/notifications"))[0]["status"]["card"] is None
