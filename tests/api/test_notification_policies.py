"""Whose notices somebody wants: policy, what is held back, and who is let through."""

from __future__ import annotations

from typing import Any

import pytest

from fedi.model.people import Account
from fedi.social import notice_requests
from fedi.store.notices import NEW_ACCOUNT_MS, NEW_FOLLOWER_MS
from tests.api import schema
from tests.api.conftest import Api, Client, Reply
from tests.builders import make_post, make_stranger

POLICY = "/api/v2/notifications/policy"
REQUESTS = "/api/v1/notifications/requests"
V1 = "/api/v1/notifications"


async def patch(client: Client, path: str, **json: Any) -> Reply:
    return await client.ask("PATCH", path, json=json)


async def mentioned(api: Api, to: Account, sender: Account, visibility: str = "public", **values: Any) -> int:
    post = await make_post(api.store, sender, visibility=visibility, **values)
    async with api.store.write() as tx:
        await tx.posts.mention(post.id, [to.id])
        tx.notifications.give(to.id, "mention", sender.id, post.id)
    return post.id


async def ran_jobs(api: Api, kind: str) -> int:
    async with api.store.write() as tx:
        jobs = [job for job in await tx.jobs.claim(100, 1) if job.kind == kind]
    for job in jobs:
        await notice_requests.run(api.world.services, {**job.payload, "job_id": job.id})
    return len(jobs)


async def types(client: Client, query: str = "") -> list[str]:
    return [one["type"] for one in await client.get(f"{V1}?{query}")]


@pytest.mark.operation("GET /api/v2/notifications/policy", "PATCH /api/v2/notifications/policy")
async def test_a_policy_is_read_and_changed_in_parts(api: Api) -> None:
    _, hers = await api.member("ana")
    first = await hers.get(POLICY)
    assert first == {
        "for_not_following": "accept",
        "for_not_followers": "accept",
        "for_new_accounts": "accept",
        "for_private_mentions": "filter",
        "for_limited_accounts": "filter",
        "summary": {"pending_requests_count": 0, "pending_notifications_count": 0},
    }
    changed = await patch(hers, POLICY, for_not_following="filter", for_new_accounts="drop")
    assert changed.json == {**first, "for_not_following": "filter", "for_new_accounts": "drop"}
    form = await hers.ask("PATCH", POLICY, form={"for_new_accounts": "accept"})
    assert form.json == {**first, "for_not_following": "filter"} == await hers.get(POLICY)
    wrong = await patch(hers, POLICY, for_new_accounts="perhaps")
    assert wrong.status == 422
    assert "included in the list" in wrong.json["error"]
    assert await hers.get(POLICY) == form.json


async def test_the_first_form_of_the_policy(api: Api) -> None:
    _, hers = await api.member("ana")
    old, headers = "/api/v1/notifications/policy", {"Authorization": f"Bearer {hers.token}", "Host": "a.test"}

    # Not through `hers`: the published schema takes this address for that of a notice.
    async def asked(method: str, **how: Any) -> dict[str, Any]:
        response = await api.world.client.open(old, method=method, headers=headers, **how)
        found: dict[str, Any] = await response.get_json()
        schema.check(found, "V1NotificationPolicy")
        return found

    assert (await asked("GET"))["filter_private_mentions"] is True
    changed = await asked("PATCH", json={"filter_not_followers": True, "filter_private_mentions": False})
    assert changed["filter_not_followers"] is True
    assert (await hers.get(POLICY))["for_private_mentions"] == "accept"
    assert (await hers.get(POLICY))["for_not_followers"] == "filter"


async def test_each_word_of_the_policy_does_what_it_says(api: Api) -> None:
    ana, hers = await api.member("ana")
    now = api.store.clock()
    old = now - NEW_ACCOUNT_MS - 1000
    stranger = await make_stranger(api.store, "stranger", created_at=old)
    fresh = await make_stranger(api.store, "fresh")
    limited = await make_stranger(api.store, "limited", created_at=old, silenced_at=5)
    friend = await make_stranger(api.store, "friend", created_at=old)
    follower = await make_stranger(api.store, "follower", created_at=old)
    await api.follow(ana, friend)
    await api.follow(ana, fresh)
    await api.follow(follower, ana)
    everybody = {
        "stranger": stranger,
        "fresh": fresh,
        "limited": limited,
        "friend": friend,
        "follower": follower,
    }

    async def heard(**policy: str) -> set[str]:
        assert (await patch(hers, POLICY, **{**dict.fromkeys(accept, "accept"), **policy})).status == 200
        await hers.post(f"{V1}/clear")
        for sender in everybody.values():
            await mentioned(api, ana, sender)
        return {one["account"]["username"] for one in await hers.get(V1)}

    accept = [name for name in await hers.get(POLICY) if name != "summary"]
    everyone = set(everybody)
    assert await heard() == everyone
    assert await heard(for_limited_accounts="filter") == everyone - {"limited"}
    assert await heard(for_not_following="drop") == {"friend", "fresh"}
    # Who follows since today might do so to be heard.
    assert await heard(for_not_followers="filter") == set()
    async with api.store.write() as tx:
        await tx.db.run("UPDATE follows SET created_at = :at", {"at": now - NEW_FOLLOWER_MS - 1000})
    assert await heard(for_not_followers="filter") == {"follower"}
    assert await heard(for_new_accounts="filter") == everyone  # the new one is followed
    async with api.store.write() as tx:
        await tx.follows.remove(ana.id, fresh.id)
    assert await heard(for_new_accounts="filter") == everyone - {"fresh"}


async def test_messages_of_strangers_are_held_back_unless_they_answer(api: Api) -> None:
    ana, hers = await api.member("ana")
    far, friend = await make_stranger(api.store), await make_stranger(api.store, "cy")
    await api.follow(ana, friend)
    await mentioned(api, ana, far, "direct")
    assert await types(hers) == []
    assert await types(hers, "include_filtered=true") == ["mention"]
    await mentioned(api, ana, friend, "direct")
    assert await types(hers) == ["mention"]
    mine = await make_post(api.store, ana, visibility="direct")
    async with api.store.write() as tx:
        await tx.posts.mention(mine.id, [far.id])
    answer = await mentioned(api, ana, far, "direct", in_reply_to_id=mine.id)
    assert await types(hers) == ["mention", "mention"]
    await mentioned(api, ana, far, "direct", in_reply_to_id=answer)
    assert len(await types(hers)) == 3
    other = await make_stranger(api.store, "di")
    await mentioned(api, ana, other, "direct", in_reply_to_id=mine.id)
    assert len(await types(hers)) == 3
    # What a post of the server is about, nobody's policy concerns.
    async with api.store.write() as tx:
        assert await tx.notifications.add(ana.id, "poll", far.id, answer)


@pytest.mark.operation(
    "GET /api/v1/notifications/requests",
    "GET /api/v1/notifications/requests/{id}",
    "POST /api/v1/notifications/requests/{id}/accept",
    "POST /api/v1/notifications/requests/{id}/dismiss",
    "GET /api/v1/notifications/requests/merged",
)
async def test_who_is_held_back_may_be_let_through_or_dismissed(api: Api) -> None:
    ana, hers = await api.member("ana")
    far, other = await make_stranger(api.store), await make_stranger(api.store, "cy")
    await mentioned(api, ana, far, "direct")
    last = await mentioned(api, ana, far, "direct")
    await mentioned(api, ana, other, "direct")
    found = await hers.get(REQUESTS)
    assert [(one["account"]["username"], one["notifications_count"]) for one in found] == [
        ("cy", "1"),
        ("bo", "2"),
    ]
    assert found[1]["last_status"]["id"] == str(last)
    summary = (await hers.get(POLICY))["summary"]
    assert summary == {"pending_requests_count": 2, "pending_notifications_count": 3}
    assert [one["id"] for one in await hers.get(f"{REQUESTS}?max_id={found[0]['id']}")] == [found[1]["id"]]
    assert await hers.get(f"{REQUESTS}/{found[1]['id']}") == found[1]

    await hers.post(f"{REQUESTS}/{found[1]['id']}/accept")
    assert await hers.get(f"{REQUESTS}/merged") == {"merged": False}
    assert await ran_jobs(api, "merge_notices") == 1
    assert await hers.get(f"{REQUESTS}/merged") == {"merged": True}
    assert await types(hers) == ["mention", "mention"]
    await mentioned(api, ana, far, "direct")
    assert len(await types(hers)) == 3

    await hers.post(f"{REQUESTS}/{found[0]['id']}/dismiss")
    assert await hers.get(REQUESTS) == []
    assert len(await types(hers, "include_filtered=1")) == 3
    await hers.get(f"{REQUESTS}/{found[0]['id']}", status=404)
    for verb in ("accept", "dismiss"):
        await hers.post(f"{REQUESTS}/{found[0]['id']}/{verb}", status=404)
        await hers.post(f"{REQUESTS}/x/{verb}", status=404)


@pytest.mark.operation(
    "POST /api/v1/notifications/requests/accept", "POST /api/v1/notifications/requests/dismiss"
)
async def test_several_at_once_and_never_other_peoples(api: Api) -> None:
    ana, hers = await api.member("ana")
    _, others = await api.member("cleo")
    for name in ("bo", "cy", "di"):
        await mentioned(api, ana, await make_stranger(api.store, name), "direct")
    waiting = [one["id"] for one in await hers.get(REQUESTS)]
    for verb in ("accept", "dismiss"):
        await others.post(f"{REQUESTS}/{verb}", json={"id": waiting})
        await others.post(f"{REQUESTS}/{waiting[0]}/{verb}", status=404)
    await others.get(f"{REQUESTS}/{waiting[0]}", status=404)
    await hers.post(f"{REQUESTS}/accept", form={"id[]": waiting[0]})
    await hers.post(f"{REQUESTS}/dismiss", json={"id": [waiting[1], "nonsense"]})
    assert [one["id"] for one in await hers.get(REQUESTS)] == [waiting[2]]
    assert await ran_jobs(api, "merge_notices") == 1
    assert await types(hers) == ["mention"]


async def test_mutes_threads_and_servers_are_respected(api: Api) -> None:
    ana, hers = await api.member("ana")
    muted, heard = await make_stranger(api.store, "muted"), await make_stranger(api.store, "heard")
    away = await make_stranger(api.store, "away", host="c.test")
    async with api.store.write() as tx:
        await tx.mutes.put(ana.id, muted.id, notifications=True, expires_at=None)
        await tx.mutes.put(ana.id, heard.id, notifications=False, expires_at=None)
        for sql in (
            "INSERT INTO account_domain_blocks (account_id, domain, id, created_at) VALUES (:me, 'c.test', 1, 1)",
            "INSERT INTO thread_mutes (account_id, conversation, created_at) VALUES (:me, 'loud', 1)",
        ):
            await tx.db.run(sql, {"me": ana.id})
    for sender in (muted, away):
        await mentioned(api, ana, sender)
    await mentioned(api, ana, heard, conversation="loud")
    assert await types(hers, "include_filtered=true") == []
    await mentioned(api, ana, heard, conversation="quiet")
    assert await types(hers) == ["mention"]


async def test_only_with_the_right_token(api: Api) -> None:
    ana, _ = await api.member("ana")
    reader, writer = await api.client(ana, "read"), await api.client(ana, "write")
    assert (await patch(reader, POLICY, for_new_accounts="drop")).status == 403
    await writer.get(POLICY, status=403)
    await writer.get(REQUESTS, status=403)
    await reader.post(f"{REQUESTS}/accept", status=403)
    await api.anybody.get(REQUESTS, status=401)
