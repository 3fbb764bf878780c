"""Statuses: written, changed, deleted, and what people do with them; hidden from whom they are not for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api, Client
from tests.builders import make_post, make_stranger

STATUSES = "/api/v1/statuses"


async def write(client: Client, text: str = "hello", **values: Any) -> dict[str, Any]:
    found: dict[str, Any] = await client.post(STATUSES, json={"status": text, **values})
    return found


async def test_a_status_is_written_and_read(api: Api) -> None:
    ana, hers = await api.member("ana")
    made = await write(hers, "hello #Cats", spoiler_text="careful", language="en", visibility="unlisted")
    assert (made["spoiler_text"], made["sensitive"], made["visibility"]) == ("careful", True, "unlisted")
    assert made["account"]["id"] == str(ana.id)
    assert [tag["name"] for tag in made["tags"]] == ["cats"]
    assert made["url"] == f"https://a.test/@ana/{made['id']}"
    found = await api.anybody.get(f"{STATUSES}/{made['id']}")
    assert found["content"] == made["content"]
    assert (await hers.get("/api/v1/timelines/home"))[0]["id"] == made["id"]


@pytest.mark.parametrize(
    "how",
    [
        {"json": {"status": "hi", "sensitive": True, "visibility": "private"}},
        {"form": {"status": "hi", "sensitive": "1", "visibility": "private"}},
        {
            "data": b'--x\r\nContent-Disposition: form-data; name="status"\r\n\r\nhi\r\n--x\r\n'
            b'Content-Disposition: form-data; name="sensitive"\r\n\r\ntrue\r\n--x\r\n'
            b'Content-Disposition: form-data; name="visibility"\r\n\r\nprivate\r\n--x--\r\n',
            "headers": {"Content-Type": "multipart/form-data; boundary=x"},
        },
    ],
)
async def test_any_form_of_body_will_do(api: Api, how: dict[str, Any]) -> None:
    _, hers = await api.member("ana")
    made = await hers.post(STATUSES, **how)
    assert (made["sensitive"], made["visibility"]) == (True, "private")
    assert "hi" in made["content"]


async def test_what_cannot_be_posted(api: Api) -> None:
    _, hers = await api.member("ana")
    for values, status in [
        ({"status": ""}, 422),
        ({"status": "x" * 1001}, 422),
        ({"status": "x", "visibility": "secret"}, 422),
        ({"status": "x", "poll": {"options": ["a", "b"]}}, 422),
        ({"status": "x", "media_ids": ["1"]}, 422),
        ({"status": "x", "in_reply_to_id": "5"}, 404),
        ({"status": {"a": 1}}, 400),
    ]:
        found = await hers.post(STATUSES, status, json=values)
        assert found["error"]
    await hers.post(STATUSES, 400, data=b"{", headers={"Content-Type": "application/json"})


async def test_an_idempotency_key_posts_once(api: Api) -> None:
    _, hers = await api.member("ana")
    key = {"Idempotency-Key": "abc"}
    first = await hers.post(STATUSES, json={"status": "once"}, headers=key)
    second = await hers.post(STATUSES, json={"status": "once"}, headers=key)
    other = await hers.post(STATUSES, json={"status": "once"}, headers={"Idempotency-Key": "abd"})
    assert first["id"] == second["id"] != other["id"]


async def test_defaults_of_the_person_hold(api: Api) -> None:
    _, hers = await api.member("ana")
    async with api.store.write() as tx:
        await tx.db.run("UPDATE users SET default_visibility = 'private', default_language = 'de'")
    made = await write(hers)
    assert (made["visibility"], made["language"]) == ("private", "de")
    found = await hers.get("/api/v1/preferences")
    assert (found["posting:default:visibility"], found["posting:default:language"]) == ("private", "de")


async def test_a_status_is_edited(api: Api) -> None:
    _, hers = await api.member("ana")
    _, other = await api.member("bo")
    made = await write(hers, "first")
    path = f"{STATUSES}/{made['id']}"
    changed = (await hers.ask("PUT", path, json={"status": "second", "spoiler_text": "cw"})).json
    assert "second" in changed["content"]
    assert changed["edited_at"] is not None
    assert (await hers.get(f"{path}/source")) == {"id": made["id"], "text": "second", "spoiler_text": "cw"}
    forms = await api.anybody.get(f"{path}/history")
    assert ["first" in forms[0]["content"], "second" in forms[1]["content"]] == [True, True]
    assert (forms[0]["created_at"], forms[1]["created_at"]) == (made["created_at"], changed["edited_at"])
    assert (await other.ask("PUT", path, json={"status": "mine"})).status == 404
    assert (await other.ask("GET", f"{path}/source")).status == 404


async def test_a_deleted_status_gives_its_text_back(api: Api) -> None:
    _, hers = await api.member("ana")
    _, other = await api.member("bo")
    made = await write(hers, "hello *there*")
    path = f"{STATUSES}/{made['id']}"
    assert (await other.ask("DELETE", path)).status == 404
    gone = (await hers.ask("DELETE", path)).json
    assert (gone["id"], gone["text"]) == (made["id"], "hello *there*")
    await hers.get(path, status=404)
    assert await hers.get("/api/v1/timelines/home") == []


async def test_threads(api: Api) -> None:
    _, hers = await api.member("ana")
    _, other = await api.member("bo")
    root = await write(hers, "root")
    answer = await write(other, "answer", in_reply_to_id=root["id"])
    hidden = await write(other, "hidden", in_reply_to_id=root["id"], visibility="private")
    leaf = await write(hers, "leaf", in_reply_to_id=answer["id"])
    assert answer["in_reply_to_account_id"] == root["account"]["id"]
    found = await api.anybody.get(f"{STATUSES}/{answer['id']}/context")
    assert [[one["id"] for one in found[part]] for part in ("ancestors", "descendants")] == [
        [root["id"]],
        [leaf["id"]],
    ]
    below = await api.anybody.get(f"{STATUSES}/{root['id']}/context")
    assert [one["id"] for one in below["descendants"]] == [answer["id"], leaf["id"]]
    mine = await other.get(f"{STATUSES}/{root['id']}/context")
    assert hidden["id"] in [one["id"] for one in mine["descendants"]]


async def test_boosts_and_favourites(api: Api) -> None:
    _ana, hers = await api.member("ana")
    bo, his = await api.member("bo")
    made = await write(hers)
    path = f"{STATUSES}/{made['id']}"
    boost = await his.post(f"{path}/reblog")
    assert (boost["reblog"]["id"], boost["reblog"]["reblogged"]) == (made["id"], True)
    assert boost["account"]["id"] == str(bo.id)
    assert (await his.post(f"{path}/reblog"))["id"] == boost["id"]
    assert (await his.post(f"{path}/favourite"))["favourited"] is True
    found = await hers.get(path)
    assert (found["reblogs_count"], found["favourites_count"], found["favourited"]) == (1, 1, False)
    for who in ("reblogged_by", "favourited_by"):
        assert [one["id"] for one in await api.anybody.get(f"{path}/{who}")] == [str(bo.id)]
    assert (await his.post(f"{path}/unfavourite"))["favourited"] is False
    back = await his.post(f"{path}/unreblog")
    assert (back["id"], back["reblogged"], back["reblogs_count"]) == (made["id"], False, 0)


async def test_pins(api: Api) -> None:
    ana, hers = await api.member("ana")
    _, other = await api.member("bo")
    first, second = await write(hers), await write(hers)
    assert (await hers.post(f"{STATUSES}/{first['id']}/pin"))["pinned"] is True
    found = await api.anybody.get(f"/api/v1/accounts/{ana.id}/statuses?pinned=true")
    assert [one["id"] for one in found] == [first["id"]]
    await other.post(f"{STATUSES}/{second['id']}/pin", status=404)
    assert (await hers.post(f"{STATUSES}/{first['id']}/unpin"))["pinned"] is False


async def test_private_posts_are_not_there_for_outsiders(api: Api) -> None:
    ana, hers = await api.member("ana")
    _, outsider = await api.member("bo")
    follower, theirs = await api.member("cy")
    await api.follow(follower, ana)
    made = await write(hers, "for few", visibility="private")
    path = f"{STATUSES}/{made['id']}"
    for part in ("", "/context", "/history", "/reblogged_by", "/favourited_by"):
        await theirs.get(path + part)
        for client in (outsider, api.anybody):
            await client.get(path + part, status=404)
    for verb in ("reblog", "favourite", "unfavourite", "unreblog", "pin", "unpin"):
        await outsider.post(f"{path}/{verb}", status=404)
    assert (await outsider.ask("DELETE", path)).status == 404
    await outsider.post(STATUSES, 404, json={"status": "x", "in_reply_to_id": made["id"]})
    assert await outsider.get(f"{STATUSES}?id[]={made['id']}") == []
    assert await api.anybody.get(f"/api/v1/accounts/{ana.id}/statuses") == []
    assert [one["id"] for one in await theirs.get(f"/api/v1/accounts/{ana.id}/statuses")] == [made["id"]]


async def test_an_account_s_statuses_by_kind(api: Api) -> None:
    ana, hers = await api.member("ana")
    far = await make_stranger(api.store)
    theirs = await make_post(api.store, far)
    plain = await write(hers, "plain #cats")
    answer = await write(hers, "answer", in_reply_to_id=str(theirs.id))
    boost = await hers.post(f"{STATUSES}/{theirs.id}/reblog")

    async def ids(query: str) -> list[str]:
        return [one["id"] for one in await hers.get(f"/api/v1/accounts/{ana.id}/statuses?{query}")]

    assert await ids("") == [boost["id"], answer["id"], plain["id"]]
    assert await ids("exclude_reblogs=true") == [answer["id"], plain["id"]]
    assert await ids("exclude_replies=true") == [boost["id"], plain["id"]]
    assert await ids("tagged=Cats") == [plain["id"]]
    assert await ids("only_media=true") == []


async def test_several_at_once_keep_their_order(api: Api) -> None:
    _, hers = await api.member("ana")
    first, second = await write(hers), await write(hers)
    found = await api.anybody.get(f"{STATUSES}?id[]={second['id']}&id[]={first['id']}&id[]=x&id[]=9")
    assert [one["id"] for one in found] == [second["id"], first["id"]]
