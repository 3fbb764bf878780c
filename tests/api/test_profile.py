"""One's own profile: every spelling that apps use, told to others once, links verified."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from fedi.activitypub import types
from fedi.model.people import Account
from fedi.store.emojis import Emoji, Emojis
from tests.api.conftest import Api, Client
from tests.builders import make_stranger
from tests.peer import Person

UPDATE = "/api/v1/accounts/update_credentials"


async def _patch(client: Client, path: str = UPDATE, status: int = 200, **how: Any) -> Any:
    reply = await client.ask("PATCH", path, **how)
    assert reply.status == status, reply.data
    return reply.json


def _png(size: tuple[int, int] = (40, 30)) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(data, "PNG")
    return data.getvalue()


async def _followed_from_far(api: Api, ana: Account) -> Person:
    far = api.world.peer("b.test").person("bo")
    await far.sends(types.Follow(id=far.new_id(), actor=far.uri, object=ana.uri))
    await api.world.settle()
    return far


@pytest.mark.operation("PATCH /api/v1/accounts/update_credentials")
async def test_everything_at_once_is_one_update(api: Api) -> None:
    ana, hers = await api.member("ana")
    far = await _followed_from_far(api, ana)
    await make_stranger(api.store, "cy", host="c.test")
    found = await _patch(
        hers,
        json={
            "display_name": " Ana  \u202eof the lake\n",
            "note": "I like **boats** and @cy@c.test #sailing",
            "locked": True,
            "bot": True,
            "discoverable": False,
            "hide_collections": True,
            "indexable": True,
            "attribution_domains": ["News.test", "", "bücher.test"],
            "fields_attributes": [
                {"name": "Site", "value": "https://ana.test/me"},
                {"name": "", "value": ""},
            ],
            "source": {"privacy": "unlisted", "sensitive": True, "language": "fr", "quote_policy": "nobody"},
        },
    )
    assert found["display_name"] == "Ana of the lake"
    assert "<strong>boats</strong>" in found["note"]
    assert 'href="https://c.test/@cy"' in found["note"]
    assert [found[name] for name in ("locked", "bot", "discoverable", "hide_collections", "indexable")] == [
        True,
        True,
        False,
        True,
        True,
    ]
    assert found["fields"][0]["name"] == "Site"
    assert 'href="https://ana.test/me"' in found["fields"][0]["value"]
    assert 'rel="nofollow noopener me"' in found["fields"][0]["value"]
    source = found["source"]
    assert source["note"] == "I like **boats** and @cy@c.test #sailing"
    assert source["fields"] == [{"name": "Site", "value": "https://ana.test/me", "verified_at": None}]
    assert source["attribution_domains"] == ["news.test", "xn--bcher-kva.test"]
    assert [source[name] for name in ("privacy", "sensitive", "language", "quote_policy")] == [
        "unlisted",
        True,
        "fr",
        "nobody",
    ]
    await api.world.settle()
    updates = far.received(types.Update)
    assert len(updates) == 1
    actor = updates[0].object
    assert isinstance(actor, types.Actor)
    assert (actor.id, actor.type, actor.name) == (ana.uri, "Service", "Ana of the lake")
    assert actor.manually_approves_followers is True
    await _patch(hers, json={"display_name": "Ana of the lake", "source": {"privacy": "public"}})
    await api.world.settle()
    assert len(far.received(types.Update)) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"form": {"fields_attributes[0][name]": "a", "fields_attributes[0][value]": "1",
                  "fields_attributes[1][name]": "b", "fields_attributes[1][value]": "2"}},
        {"json": {"fields_attributes": {"0": {"name": "a", "value": "1"}, "7": {"name": "b", "value": "2"}}}},
        {"json": {"fields_attributes": [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]}},
        {"data": "fields_attributes[][name]=a&fields_attributes[][value]=1"
                 "&fields_attributes[][name]=b&fields_attributes[][value]=2",
         "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    ],
)  # fmt: skip
async def test_fields_in_every_spelling(api: Api, body: dict[str, Any]) -> None:
    _, hers = await api.member("ana")
    found = await _patch(hers, **body)
    assert [(one["name"], one["value"]) for one in found["fields"]] == [("a", "1"), ("b", "2")]
    assert len((await _patch(hers, json={"note": "x"}))["fields"]) == 2
    assert (await _patch(hers, json={"fields_attributes": []}))["fields"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"display_name": "x" * 31},
        {"note": "x" * 501},
        {"note": "https://a.test/" + "x" * 50_000},
        {"fields_attributes": [{"name": str(number), "value": "x"} for number in range(5)]},
        {"fields_attributes": [{"name": "", "value": "x"}]},
        {"fields_attributes": [{"name": "x", "value": "x" * 256}]},
        {"attribution_domains": ["no domain"]},
        {"attribution_domains": [f"d{number}.test" for number in range(11)]},
        {"avatar_description": "x" * 151},
        {"source": {"privacy": "secret"}},
        {"source": {"language": "not a language"}},
        {"source": {"quote_policy": "some"}},
        {"avatar": "data:text/html;base64,PGI+"},
        {"avatar": "data:image/png;base64,###"},
        {"header": "data:image/png;base64,bm8="},
    ],
)
async def test_what_cannot_be_changes_nothing(api: Api, wrong: dict[str, Any]) -> None:
    _, hers = await api.member("ana")
    before = await hers.get("/api/v1/profile")
    reply = await _patch(hers, json={**wrong, "locked": True}, status=422)
    assert reply["error"]
    assert await hers.get("/api/v1/profile") == before


async def test_what_is_malformed(api: Api) -> None:
    ana, hers = await api.member("ana")
    for wrong in (
        {"locked": "perhaps"},
        {"source": "public"},
        {"fields_attributes": "x"},
        {"note": {"a": 1}},
    ):
        await _patch(hers, json=wrong, status=400)
    await _patch(await api.client(ana, "read"), json={"note": "x"}, status=403)
    await _patch(api.anybody, json={"note": "x"}, status=401)
    hostile = await _patch(
        hers,
        json={
            "note": "<script>alert(1)</script>",
            "display_name": "<b>x</b>",
            "fields_attributes": [{"name": "<i>", "value": '<script> https://x.test/"><b>'}],
        },
    )
    assert "<script" not in hostile["note"] + hostile["fields"][0]["value"]
    assert (hostile["display_name"], hostile["fields"][0]["name"]) == ("<b>x</b>", "<i>")


@pytest.mark.operation(
    "GET /api/v1/profile",
    "PATCH /api/v1/profile",
    "DELETE /api/v1/profile/avatar",
    "DELETE /api/v1/profile/header",
)
async def test_pictures(api: Api) -> None:
    ana, hers = await api.member("ana")
    far = await _followed_from_far(api, ana)
    files = {
        "avatar": FileStorage(io.BytesIO(_png()), "me.png", content_type="image/png"),
        "header": FileStorage(io.BytesIO(_png((90, 30))), "top.png", content_type="image/png"),
    }
    form = {"avatar_description": "a red square", "header_description": "red too", "show_media": "false",
            "show_media_replies": "0", "show_featured": "off"}  # fmt: skip
    found = await _patch(hers, "/api/v1/profile", form=form, files=files)
    assert found == await hers.get("/api/v1/profile")
    assert (found["avatar_description"], found["header_description"]) == ("a red square", "red too")
    assert [found[name] for name in ("show_media", "show_media_replies", "show_featured")] == [False] * 3
    seen = await hers.get(f"/api/v1/accounts/{ana.id}")
    assert [seen[name] for name in ("show_media", "show_media_replies", "show_featured")] == [False] * 3
    assert seen["avatar"] == found["avatar"] != found["header"]
    await api.world.settle()
    actor = far.received(types.Update)[0].object
    assert isinstance(actor, types.Actor)
    assert actor.icon is not None
    assert (actor.icon.url, actor.icon.name) == (found["avatar"], "a red square")
    data = "data:image/png;base64," + base64.b64encode(_png((10, 10))).decode()
    assert (await _patch(hers, json={"avatar": data}))["avatar"] != found["avatar"]
    for kind in ("avatar", "header"):
        reply = await hers.ask("DELETE", f"/api/v1/profile/{kind}")
        assert reply.status == 200, reply.data
        assert reply.json[kind].endswith(f"/static/missing-{kind}.svg")
        assert reply.json[f"{kind}_description"] == ""
    left = await hers.get("/api/v1/profile")
    assert (left["avatar"], left["header"]) == (None, None)


async def test_an_unlocked_account_lets_everybody_in(api: Api) -> None:
    ana, hers = await api.member("ana", locked=True)
    _, his = await api.member("bo")
    await his.post(f"/api/v1/accounts/{ana.id}/follow")
    far = await _followed_from_far(api, ana)
    assert not far.received(types.Accept)
    await _patch(hers, json={"locked": False})
    await api.world.settle()
    assert far.received(types.Accept)
    assert (await his.get(f"/api/v1/accounts/relationships?id[]={ana.id}"))[0]["following"] is True
    assert await hers.get("/api/v1/follow_requests") == []


async def test_links_that_link_back_are_verified(api: Api) -> None:
    ana, hers = await api.member("ana")
    pages = api.world.peer("ana.test").pages
    pages["https://ana.test/"] = (
        "text/html; charset=utf-8",
        b"<html><A class=x HREF='https://a.test/@ANA/' rel=\"nofollow ME\">me</A>",
    )
    pages["https://ana.test/none"] = ("text/html", b'<a href="https://a.test/@ana">no rel</a>')
    pages["https://ana.test/text"] = ("text/plain", b'<a rel="me" href="https://a.test/@ana">')
    values = ["https://ana.test/", "https://ana.test/none", "https://ana.test/text", "see https://ana.test/"]
    fields = [{"name": "x", "value": value} for value in values]
    found = await _patch(hers, json={"fields_attributes": fields})
    assert [one["verified_at"] for one in found["fields"]] == [None] * 4
    await api.world.settle()
    found = await hers.get(f"/api/v1/accounts/{ana.id}")
    assert [one["verified_at"] is not None for one in found["fields"]] == [True, False, False, False]
    fetched = len(api.world.peer("ana.test").fetched)
    found = await _patch(hers, json={"fields_attributes": fields[:1], "note": "x"})
    await api.world.settle()
    assert found["fields"][0]["verified_at"] is not None
    assert len(api.world.peer("ana.test").fetched) == fetched
    found = await _patch(hers, json={"fields_attributes": [{"name": "x", "value": "https://ana.test/none"}]})
    assert found["fields"][0]["verified_at"] is None


@pytest.mark.operation("GET /api/v1/preferences")
async def test_preferences(api: Api) -> None:
    ana, hers = await api.member("ana")
    await _patch(hers, json={"source": {"privacy": "private", "language": "de"}})
    found = await hers.get("/api/v1/preferences")
    assert found == {
        "posting:default:visibility": "private",
        "posting:default:sensitive": False,
        "posting:default:language": "de",
        "posting:default:quote_policy": "public",
        "reading:expand:media": "default",
        "reading:expand:spoilers": False,
        "reading:autoplay:gifs": False,
    }
    wished = {"reading:expand:media": "hide_all", "reading:expand:spoilers": True}
    assert (await _patch(hers, "/api/v1/preferences", json=wished)) == {**found, **wished}
    await _patch(hers, "/api/v1/preferences", json={"reading:expand:media": "x"}, status=422)
    await _patch(await api.client(ana, "read"), "/api/v1/preferences", json=wished, status=403)


async def test_custom_emojis_in_a_profile(api: Api) -> None:
    ana, hers = await api.member("ana")
    picture = "https://a.test/files/cat.png"
    async with api.store.write() as tx:
        assert ana.domain_id is not None
        emoji = Emoji(
            id=tx.new_id(),
            domain_id=ana.domain_id,
            shortcode="cat",
            url=picture,
            static_url=picture,
            created_at=tx.now,
            updated_at=tx.now,
        )
        await Emojis(tx).put(emoji)
    found = await _patch(hers, json={"display_name": "Ana :cat:", "note": "no :dog:"})
    assert [(one["shortcode"], one["url"]) for one in found["emojis"]] == [("cat", picture)]
    assert (await _patch(hers, json={"display_name": "Ana"}))["emojis"] == []


async def test_other_accounts_are_named_and_told(api: Api) -> None:
    ana, hers = await api.member("ana")
    far = await _followed_from_far(api, ana)
    old = await make_stranger(api.store, "cy", host="c.test")
    found = await _patch(hers, json={"fedi": {"also_known_as": ["@cy@c.test", far.uri]}})
    assert found["fedi"]["also_known_as"] == [old.uri, far.uri]
    await api.world.settle()
    told = far.received(types.Update)[-1].object
    assert isinstance(told, types.Actor)
    assert told.also_known_as == (old.uri, far.uri)
    for wrong in ([ana.uri], ["@nobody@a.test"], ["@cy@c.test"] * 11):
        await _patch(hers, status=422, json={"fedi": {"also_known_as": wrong}})
    assert (await hers.get("/api/v1/accounts/verify_credentials"))["fedi"] == found["fedi"]
    assert (await _patch(hers, form={"fedi[also_known_as][]": ""}))["fedi"] == {"also_known_as": []}
