"""Uploads: taken by their content, processed, described, put on posts once, and dropped."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from quart.datastructures import FileStorage

from tests.api.conftest import Api, Client
from tests.support.files import opened, picture


async def send(
    client: Client, data: bytes, *, to: str = "/api/v2/media", name: str = "x.bin", **form: Any
) -> Any:
    files = {"file": FileStorage(BytesIO(data), filename=name)}
    if (thumbnail := form.pop("thumbnail", None)) is not None:
        files["thumbnail"] = FileStorage(BytesIO(thumbnail), filename="t")
    return await client.ask("POST", to, files=files, form=form)


@pytest.mark.operation("POST /api/v2/media", "GET /api/v1/media/{id}", "PUT /api/v1/media/{id}")
async def test_a_picture_is_there_at_once_and_can_be_described(api: Api) -> None:
    _, client = await api.member("ana")
    reply = await send(client, picture(1200, 900), description="A slope", focus="0.5,-0.25")
    assert reply.status == 200, reply.data
    media = reply.json
    assert media["type"] == "image"
    assert media["description"] == "A slope"
    assert media["meta"]["focus"] == {"x": 0.5, "y": -0.25}
    assert media["meta"]["original"] == {
        "width": 1200,
        "height": 900,
        "size": "1200x900",
        "aspect": 1200 / 900,
    }
    assert media["meta"]["small"]["width"] < 1200
    assert len(media["blurhash"]) == 36
    assert media["remote_url"] is None
    assert await client.get(f"/api/v1/media/{media['id']}") == media
    changed = await client.ask(
        "PUT", f"/api/v1/media/{media['id']}", json={"description": "Grey", "focus": "9,0"}
    )
    assert changed.json["description"] == "Grey"
    assert changed.json["meta"]["focus"] == {"x": 1.0, "y": 0.0}
    stored = await api.anybody.ask("GET", media["url"].removeprefix("https://a.test"))
    assert opened(stored.data).size == (1200, 900)
    assert stored.headers["Content-Type"] == "image/png"
    assert stored.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in stored.headers["Content-Security-Policy"]
    assert "immutable" in stored.headers["Cache-Control"]


@pytest.mark.operation("POST /api/v1/statuses")
async def test_a_post_takes_uploads_once(api: Api) -> None:
    _, client = await api.member("ana")
    _, other = await api.member("bo")
    ids = [(await send(client, picture(form=form))).json["id"] for form in ("PNG", "JPEG", "WEBP")]
    refused = await other.ask("POST", "/api/v1/statuses", json={"status": "mine", "media_ids": ids})
    assert refused.status == 422
    posted = await client.post("/api/v1/statuses", json={"media_ids": ids[::-1]})
    assert [one["id"] for one in posted["media_attachments"]] == ids[::-1]
    again = await client.ask("POST", "/api/v1/statuses", json={"status": "again", "media_ids": ids[:1]})
    assert again.status == 422
    assert "already attached" in again.json["error"]
    assert (await client.ask("GET", f"/api/v1/media/{ids[0]}")).status == 404
    assert (await client.ask("DELETE", f"/api/v1/media/{ids[0]}")).status == 422
    edited = await client.ask(
        "PUT",
        f"/api/v1/statuses/{posted['id']}",
        json={
            "status": "x",
            "media_ids": ids[:2],
            "media_attributes": [{"id": ids[0], "description": "new"}],
        },
    )
    assert [(one["id"], one["description"]) for one in edited.json["media_attachments"]] == [
        (ids[0], "new"),
        (ids[1], None),
    ]
    kept = await client.ask("PUT", f"/api/v1/statuses/{posted['id']}", json={"status": "y"})
    assert len(kept.json["media_attachments"]) == 2
