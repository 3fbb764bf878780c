"""Announcements and custom emojis."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image

from fedi.errors import TooLarge, Unprocessable
from fedi.social import announcing, emojis
from fedi.store.announcements import Announcement, Announcements
from tests.api.conftest import Api
from tests.builders import make_domain, make_person

PATH = "/api/v1/announcements"
HOUR = 3_600_000


async def announce(api: Api, text: str, at: int | None = 1, **values: int) -> Announcement:
    domain = await make_domain(api.store)
    async with api.store.write() as tx:
        return await announcing.announce(tx, domain, text, published_at=at, **values)


def picture(folder: Path, side: int = 32) -> Path:
    file = folder / f"{side}.png"
    Image.effect_noise((side, side), 90).save(file)
    return file


@pytest.mark.operation("GET /api/v1/announcements", "POST /api/v1/announcements/{id}/dismiss")
async def test_reading(api: Api) -> None:
    ana, hers = await api.member("ana")
    now = api.store.clock()
    first = await announce(api, "Hello @ana, **welcome** #news")
    await announce(api, "draft", None)
    await announce(api, "later", now + HOUR)
    await announce(api, "over", 1, ends_at=now - 1)
    second = await announce(api, "soon", 2, starts_at=now + HOUR, ends_at=now + 2 * HOUR)
    found = await hers.get(PATH)
    assert [one["id"] for one in found] == [str(first.id), str(second.id)]
    assert "<strong>welcome</strong>" in found[0]["content"]
    assert [one["acct"] for one in found[0]["mentions"]] == ["ana"]
    assert [one["name"] for one in found[0]["tags"]] == ["news"]
    assert (found[0]["read"], found[0]["starts_at"]) == (False, None)
    assert await hers.post(f"{PATH}/{first.id}/dismiss") == {}
    assert await hers.post(f"{PATH}/{first.id}/dismiss") == {}
    assert [one["id"] for one in await hers.get(PATH)] == [str(second.id)]
    assert (await hers.get(f"{PATH}?with_dismissed=true"))[0]["read"] is True
    for wrong in ("12345", "x"):
        await hers.post(f"{PATH}/{wrong}/dismiss", status=404)
    await api.anybody.get(PATH, status=401)
    weak = await api.client(ana, "read")
    await weak.post(f"{PATH}/{first.id}/dismiss", status=403)
    async with api.store.write() as tx:
        assert await Announcements(tx).remove(first.id)
        assert [one.text for one in await Announcements(tx).all(first.domain_id)] == [
            "soon", "over", "later", "draft",
        ]  # fmt: skip


@pytest.mark.operation(
    "PUT /api/v1/announcements/{id}/reactions/{name}", "DELETE /api/v1/announcements/{id}/reactions/{name}"
)
async def test_reactions(api: Api, tmp_path: Path) -> None:
    _, hers = await api.member("ana")
    _, his = await api.member("bo")
    domain = await make_domain(api.store)
    one = await announce(api, "Hello")
    draft = await announce(api, "Hidden", None)
    await emojis.add(api.world.services, domain, "heron", picture(tmp_path))
    at = f"{PATH}/{one.id}/reactions"

    async def ask(client: object, method: str, name: str, where: str = at) -> int:
        reply = await client.ask(method, f"{where}/{quote(name)}")  # type: ignore[attr-defined]
        status: int = reply.status
        return status

    assert await ask(hers, "PUT", "🎉") == await ask(his, "PUT", "🎉") == await ask(hers, "PUT", "🎉") == 200
    assert await ask(hers, "PUT", "heron") == 200
    found = (await hers.get(PATH))[0]["reactions"]
    assert [(one["name"], one["count"], one["me"]) for one in found] == [("🎉", 2, True), ("heron", 1, True)]
    assert found[0]["url"] is None
    assert found[1]["url"].startswith("https://a.test/media/files/")
    assert [one["me"] for one in (await his.get(PATH))[0]["reactions"]] == [True, False]
    for wrong in ("nothing", "ab", "1", "🎉🎉🎉🎉🎉🎉🎉🎉🎉x", "<b>"):
        assert await ask(hers, "PUT", wrong) == 422
    assert await ask(hers, "PUT", "🎉", f"{PATH}/{draft.id}/reactions") == 404
    for name in ("😀", "👍🏽", "🇫🇷", "1️⃣", "❤️", "👨‍👩‍👧"):
        assert await ask(hers, "PUT", name) == 200
    assert await ask(hers, "PUT", "🙂") == 422  # enough of them
    assert await ask(his, "PUT", "😀") == 200
    assert await ask(hers, "DELETE", "🎉") == 200
    assert await ask(hers, "DELETE", "🎉") == 404
    assert (await hers.get(PATH))[0]["reactions"][0]["count"] == 1


async def test_what_cannot_be_announced(api: Api) -> None:
    with pytest.raises(Unprocessable):
        await announce(api, "  ")
    with pytest.raises(Unprocessable):
        await announce(api, "x", starts_at=5, ends_at=5)


@pytest.mark.operation("GET /api/v1/custom_emojis", "POST /api/v1/statuses")
async def test_custom_emojis(api: Api, tmp_path: Path) -> None:
    assert await api.anybody.get("/api/v1/custom_emojis") == []
    domain, services = await make_domain(api.store), api.world.services
    await make_person(api.store, "bo")
    _, hers = await api.member("ana")
    await emojis.add(services, domain, "heron", picture(tmp_path), "Birds")
    found = await api.anybody.get("/api/v1/custom_emojis")
    assert [(one["shortcode"], one["category"], one["visible_in_picker"]) for one in found] == [
        ("heron", "Birds", True)
    ]
    served = await api.anybody.ask("GET", found[0]["url"].removeprefix("https://a.test"))
    assert (served.status, served.headers["Content-Type"]) == (200, "image/png")
    post = await hers.post("/api/v1/statuses", json={"status": "a :heron: and :egret: at 10:30:45"})
    assert [one["shortcode"] for one in post["emojis"]] == ["heron"]
    async with api.store.read() as tx:
        document = await tx.db.value("SELECT document FROM activities ORDER BY id DESC LIMIT 1")
    assert b":heron:" in document
    assert found[0]["url"].encode() in document
    await emojis.remove(services, domain, "heron")
    assert await api.anybody.get("/api/v1/custom_emojis") == []
    with pytest.raises(Unprocessable):
        await emojis.remove(services, domain, "heron")
    with pytest.raises(Unprocessable):
        await emojis.add(services, domain, "no spaces", picture(tmp_path))
    (tmp_path / "text").write_text("not a picture")
    with pytest.raises(Unprocessable):
        await emojis.add(services, domain, "text", tmp_path / "text")
    with pytest.raises(TooLarge):
        await emojis.add(services, domain, "large", picture(tmp_path, 600))
