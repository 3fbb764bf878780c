"""Uploads: taken by their content, processed, described, put on posts once, and dropped."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PIL import Image
from quart.datastructures import FileStorage

from fedi.activitypub import types
from fedi.config.values import Rate, Size
from fedi.media import profile_pictures
from fedi.media.storage import new_name
from fedi.media.sweeping import sweep
from tests.api.conftest import Api, Client
from tests.support import recordings
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


@pytest.mark.operation("POST /api/v2/media", "GET /api/v1/media/{id}")
async def test_a_film_is_processed_by_a_job(api: Api, tmp_path: Path) -> None:
    _, client = await api.member("ana")
    data = recordings.film(tmp_path / "in.mp4")
    reply = await send(client, data, description="Moving", thumbnail=picture(300, 200))
    assert reply.status == 202
    media = reply.json
    assert (media["type"], media["url"]) == ("video", None)
    waiting = await client.ask("GET", f"/api/v1/media/{media['id']}")
    assert waiting.status == 206
    early = await client.ask("POST", "/api/v1/statuses", json={"status": "x", "media_ids": [media["id"]]})
    assert early.status == 422
    assert "have not finished processing" in early.json["error"]
    await api.world.settle()
    done = await client.get(f"/api/v1/media/{media['id']}")
    assert done["url"].endswith(".mp4")
    assert done["preview_url"].endswith(".png")  # what was sent along
    assert done["description"] == "Moving"
    assert done["meta"]["original"]["frame_rate"] == "10/1"
    assert done["meta"]["small"]["width"] == 300
    assert len(stored(api)) == 2
    picture_id = (await send(client, picture())).json["id"]
    mixed = await client.ask("POST", "/api/v1/statuses", json={"media_ids": [media["id"], picture_id]})
    assert mixed.status == 422
    assert mixed.json["error"] == "Cannot attach a video to a post that already contains images"


@pytest.mark.operation("POST /api/v1/media", "DELETE /api/v1/media/{id}")
async def test_older_apps_wait_and_uploads_can_be_dropped(api: Api, tmp_path: Path) -> None:
    _, client = await api.member("ana")
    reply = await send(client, recordings.sound(tmp_path / "in", "ogg", "libopus"), to="/api/v1/media")
    assert reply.status == 200
    assert reply.json["type"] == "audio"
    assert reply.json["url"].endswith(".mp3")
    await api.world.settle()
    assert len(stored(api)) == 1
    assert (await client.ask("DELETE", f"/api/v1/media/{reply.json['id']}")).json == {}
    assert (await client.ask("GET", f"/api/v1/media/{reply.json['id']}")).status == 404
    await api.world.settle()
    assert stored(api) == []


async def test_a_film_that_cannot_be_read_is_told_when_it_is_asked_for(api: Api, tmp_path: Path) -> None:
    _, client = await api.member("ana")
    data = recordings.film(tmp_path / "in.mp4")
    reply = await send(client, data[:200] + bytes(300))
    assert reply.status == 202
    await api.world.settle()
    failed = await client.ask("GET", f"/api/v1/media/{reply.json['id']}")
    assert failed.status == 422
    assert failed.json["error"] == "Error processing thumbnail for uploaded media"
    await api.world.settle()
    assert stored(api) == []


@pytest.mark.parametrize(
    ("form", "status", "says"),
    [
        ({}, 422, "File can't be blank"),
        ({"data": b""}, 422, "File can't be blank"),
        ({"data": b"<svg/>"}, 422, "File content type is invalid"),
        ({"data": picture()[:100]}, 422, "could not be verified"),
        ({"data": picture(), "description": "x" * 1501}, 422, "Description is too long"),
        ({"data": picture(), "focus": "left"}, 422, "Focus is invalid"),
        ({"data": picture(), "focus": "nan,0"}, 422, "Focus is invalid"),
        ({"data": picture(), "thumbnail": b"<svg/>"}, 422, "content type is invalid"),
    ],
)
async def test_bad_uploads_are_refused_and_leave_nothing(
    api: Api, form: dict[str, Any], status: int, says: str
) -> None:
    _, client = await api.member("ana")
    values = dict(form)
    data = values.pop("data", None)
    if data is None:
        reply = await client.ask("POST", "/api/v2/media", form={"description": "nothing"}, files={})
    else:
        reply = await send(client, data, **values)
    assert reply.status == status
    assert says in reply.json["error"]
    await api.world.settle()
    assert stored(api) == []


async def test_uploads_need_a_token_with_the_scope(api: Api) -> None:
    ana, _ = await api.member("ana")
    reader = await api.client(ana, "read")
    assert (await send(api.anybody, picture())).status == 401
    assert (await send(reader, picture())).status == 403
    for method, path in (
        ("GET", "/api/v1/media/1"),
        ("PUT", "/api/v1/media/x"),
        ("DELETE", "/api/v1/media/1"),
    ):
        assert (await api.anybody.ask(method, path)).status == 401
        assert (await (await api.client(ana)).ask(method, path)).status == 404


async def test_a_large_body_is_refused_before_it_is_read(api: Api) -> None:
    _, client = await api.member("ana")
    limits = api.world.services.config.media.limits
    for size, status in ((200 * 1024**2, 413), (limits.image + 1000, 413)):
        head = picture()
        if size > 100 * 1024**2:
            headers = {"Content-Length": str(size), "Content-Type": "multipart/form-data; boundary=x"}
            reply = await client.ask("POST", "/api/v2/media", headers=headers, data=b"--x")
        else:
            reply = await send(client, head + bytes(size - len(head)))
        assert reply.status == status
        assert "must be less than" in reply.json["error"]


async def test_a_malformed_form_is_a_bad_request(api: Api) -> None:
    _, client = await api.member("ana")
    for kind, body in (
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"no boundary here"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken\r\n\r\n"),
    ):
        reply = await client.ask("POST", "/api/v2/media", headers={"Content-Type": kind}, data=body)
        assert reply.status in (400, 422), (kind, body)


async def test_nobody_stores_more_than_their_share(api: Api) -> None:
    _, client = await api.member("ana")
    library = api.world.services.media
    library.settings = replace(library.settings, quota=Size(20_000))
    noise = Image.effect_noise((100, 100), 90).convert("RGB")
    out = BytesIO()
    noise.save(out, "PNG")
    assert (await send(client, out.getvalue())).status == 422  # noise does not pack
    assert (await send(client, picture())).status == 200


async def test_a_deleted_post_leaves_its_files_for_a_day(api: Api) -> None:
    _, client = await api.member("ana")
    media = (await send(client, picture())).json
    post = await client.post("/api/v1/statuses", json={"media_ids": [media["id"]]})
    assert (await client.ask("DELETE", f"/api/v1/statuses/{post['id']}")).status == 200
    again = await client.post("/api/v1/statuses", json={"status": "redrafted", "media_ids": [media["id"]]})
    assert again["media_attachments"][0]["url"] == media["url"]
    await client.ask("DELETE", f"/api/v1/statuses/{again['id']}")
    await sweep(api.world.services.media)
    assert len(stored(api)) == 2
    now = api.store.clock()
    api.store.clock = lambda: now + 25 * 3_600_000
    await sweep(api.world.services.media)
    assert stored(api) == []
    assert (await client.ask("GET", f"/api/v1/media/{media['id']}")).status == 404


async def test_unused_uploads_go_and_used_ones_stay(api: Api) -> None:
    _, client = await api.member("ana")
    used, unused = [(await send(client, picture())).json for _ in range(2)]
    await client.post("/api/v1/statuses", json={"media_ids": [used["id"]]})
    now = api.store.clock()
    api.store.clock = lambda: now + 25 * 3_600_000
    await sweep(api.world.services.media)
    for media, status in ((used, 200), (unused, 404)):
        reply = await api.anybody.ask("GET", media["url"].removeprefix("https://a.test"))
        assert reply.status == status


async def test_parts_of_a_file_can_be_asked_for(api: Api) -> None:
    _, client = await api.member("ana")
    media = (await send(client, picture(300, 200))).json
    path = media["url"].removeprefix("https://a.test")
    whole = await api.anybody.ask("GET", path)
    size = len(whole.data)
    for asked, part in (
        ("0-3", (0, 4)),
        ("5-", (5, size)),
        ("-7", (size - 7, size)),
        (f"2-{size * 2}", (2, size)),
    ):
        reply = await api.anybody.ask("GET", path, headers={"Range": f"bytes={asked}"})
        assert reply.status == 206
        assert reply.data == whole.data[slice(*part)]
        assert reply.headers["Content-Range"] == f"bytes {part[0]}-{part[1] - 1}/{size}"
        assert int(reply.headers["Content-Length"]) == part[1] - part[0]
    assert (await api.anybody.ask("GET", path, headers={"Range": f"bytes={size}-"})).status == 416
    for odd in ("bytes=0-1,3-4", "lines=1-2", "bytes=9-2", "bytes=-"):
        assert (await api.anybody.ask("GET", path, headers={"Range": odd})).status == 200
    unchanged = await api.anybody.ask("GET", path, headers={"If-None-Match": whole.headers["ETag"]})
    assert (unchanged.status, unchanged.data) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/media/files/../../config.toml", "/media/files/x", "/media/files/aa/bb/" + "0" * 32 + ".png"]
)
async def test_there_is_nothing_else_among_the_files(api: Api, path: str) -> None:
    reply = await api.anybody.ask("GET", path)
    assert reply.status == 404
    assert "html" not in reply.headers["Content-Type"]


async def test_others_get_a_document_with_all_that_is_known(api: Api) -> None:
    _, client = await api.member("ana")
    bo = api.world.peer("b.test").person("bo")
    media = (await send(client, picture(400, 300), description="A slope", focus="0.5,-0.25")).json
    post = await client.post("/api/v1/statuses", json={"status": "x", "media_ids": [media["id"]]})
    answer = await bo.gets(f"/ap/posts/{post['id']}")
    [document] = (await answer.get_json())["attachment"]
    assert document == {
        "type": "Document",
        "mediaType": "image/png",
        "url": media["url"],
        "name": "A slope",
        "width": 400,
        "height": 300,
        "blurhash": media["blurhash"],
        "focalPoint": [0.5, -0.25],
    }


def stored(api: Api) -> list[Path]:
    return [path for path in (api.world.services.media.settings.path / "files").rglob("*") if path.is_file()]


async def test_what_a_killed_process_left_goes_after_an_hour(api: Api) -> None:
    ana, _ = await api.member("ana")
    library = api.world.services.media
    name = new_name("png")
    await library.reserve(ana.id, {name: 5})
    async with library.folder() as folder:
        (folder / "made").write_bytes(b"bytes")
        await library.storage.put(name, folder / "made")
    await sweep(library)
    assert len(stored(api)) == 1
    now = api.store.clock()
    api.store.clock = lambda: now + 2 * 3_600_000
    await sweep(library)
    assert stored(api) == []


async def test_files_of_an_account_that_is_gone_go_too(api: Api) -> None:
    ana, client = await api.member("ana")
    media = (await send(client, picture())).json
    await client.post("/api/v1/statuses", json={"media_ids": [media["id"]]})
    made = await profile_pictures.prepare(
        api.world.services.media, ana.id, "avatar", picture(), "https://a.test"
    )
    async with api.store.write() as tx:
        await profile_pictures.use(tx, ana.id, made)
    assert len(stored(api)) == 3
    async with api.store.write() as tx:
        await tx.db.run("DELETE FROM posts WHERE account_id = :id", {"id": ana.id})
        await tx.db.run("DELETE FROM accounts WHERE id = :id", {"id": ana.id})
    now = api.store.clock()
    api.store.clock = lambda: now + 25 * 3_600_000
    await sweep(api.world.services.media)
    assert stored(api) == []


async def test_uploads_are_counted(api: Api) -> None:
    _, client = await api.member("ana")
    rates = replace(api.world.services.config.limits.rates, media=Rate(1, 3600))
    config = api.world.services.config
    api.world.services.config = replace(config, limits=replace(config.limits, rates=rates))
    assert (await send(client, picture())).status == 200
    assert (await send(client, picture())).status == 429


async def test_pictures_of_other_servers_have_addresses_of_ours(api: Api) -> None:
    _, client = await api.member("ana")
    bo = api.world.peer("b.test").person("bo")
    bo.peer.serve(bo.actor(icon=types.Media(type="Image", url="https://b.test/bo.png")))
    bo.peer.files |= {"https://b.test/1.png": picture(90, 60), "https://b.test/bo.png": picture(32, 32)}
    note = bo.note(
        attachments=(
            types.Media(
                type="Document",
                url="https://b.test/1.png",
                media_type="image/png",
                name="A slope",
                width=90,
                height=60,
                blurhash="U1Eyb[_3fQ_3~qj[fQofj[j[fQfQ~qofj[of",
                focal_point=(0.25, 0.5),
            ),
        )
    )
    await bo.sends(bo.create(note), to="/inbox")
    found = await client.get(f"/api/v2/search?q={note.id}&resolve=true")
    [status] = found["statuses"]
    [media] = status["media_attachments"]
    assert (media["type"], media["description"]) == ("image", "A slope")
    assert media["remote_url"] == "https://b.test/1.png"
    assert media["meta"]["focus"] == {"x": 0.25, "y": 0.5}
    assert media["meta"]["original"]["aspect"] == 1.5
    for url, size in ((media["url"], (90, 60)), (status["account"]["avatar"], (32, 32))):
        assert url.startswith("https://a.test/media/proxy/")
        copy = await api.anybody.ask("GET", url.removeprefix("https://a.test"))
        assert opened(copy.data).size == size


@pytest.mark.operation("PUT /api/v1/media/{id}")
async def test_a_preview_can_be_replaced(api: Api) -> None:
    _, client = await api.member("ana")
    media = (await send(client, picture(600, 400))).json
    files = {"thumbnail": FileStorage(BytesIO(picture(90, 90)), filename="t")}
    reply = await client.ask("PUT", f"/api/v1/media/{media['id']}", files=files, form={"description": ""})
    assert reply.status == 200
    assert reply.json["preview_url"] != media["preview_url"]
    assert reply.json["meta"]["small"]["width"] == 90
    assert reply.json["url"] == media["url"]
    await api.world.settle()
    assert len(stored(api)) == 2
    gone = await api.anybody.ask("GET", media["preview_url"].removeprefix("https://a.test"))
    assert gone.status == 404


async def test_the_head_of_a_file_says_how_large_it_is(api: Api) -> None:
    _, client = await api.member("ana")
    path = (await send(client, picture(300, 200))).json["url"].removeprefix("https://a.test")
    whole = await api.anybody.ask("GET", path)
    # The client's own responses count what is in them: these are the headers as they were sent.
    async with api.world.client.request(path, method="HEAD", headers={"Host": "a.test"}) as connection:
        await connection.send_complete()
    assert connection.status_code == 200
    assert int(connection.headers["Content-Length"]) == len(whole.data)


async def test_pages_show_what_was_uploaded(api: Api, tmp_path: Path) -> None:
    _, client = await api.member("ana")
    still = (await send(client, picture(1200, 900), description="A slope")).json
    moving = (await send(client, recordings.film(tmp_path / "in.mp4", sound=None), to="/api/v1/media")).json
    assert moving["type"] == "gifv"
    post = await client.post("/api/v1/statuses", json={"media_ids": [still["id"], moving["id"]]})
    page = await api.anybody.ask("GET", f"/@ana/{post['id']}", headers={"Accept": "text/html"})
    html = page.data.decode()
    whole, small, film, poster = (
        one[name].removeprefix("https://a.test") for one in (still, moving) for name in ("url", "preview_url")
    )
    assert f'<a href="{whole}"><img src="{small}" alt="A slope"' in html
    assert f'<video src="{film}" poster="{poster}"' in html
