"""What the API answers is what its published schema says."""

from __future__ import annotations

from typing import Any

from fedi.model.people import CustomEmoji, ProfileField
from fedi.model.posts import Attachment, MentionedAccount
from tests.api import schema
from tests.api.conftest import Api
from tests.builders import build_post, make_stranger

PICTURE = Attachment(id="7", type="image", url="https://b.test/1.png", width=30, height=20, focus=(0.5, -0.5))


async def full(api: Api) -> tuple[Any, Any, Any, Any]:
    """Ana, her client, a stranger with everything in their profile, and a post of theirs with everything in it."""
    ana, hers = await api.member("ana", locked=True)
    emoji = CustomEmoji("cat", "https://b.test/cat.png")
    far = await make_stranger(
        api.store,
        fields=(ProfileField("web", "<a>b</a>"),),
        emojis=(emoji,),
        last_post_at=10**12,
        silenced_at=5,
    )
    await api.follow(ana, far)
    async with api.store.write() as tx:
        mention = MentionedAccount(ana.id, ana.uri, "ana", "ana", str(ana.url))
        post = build_post(
            tx,
            far,
            attachments=(PICTURE,),
            emojis=(emoji,),
            mentions=(mention,),
            tags=("cats",),
            summary="careful",
            sensitive=True,
            edited_at=tx.now,
            language="en",
        )
        await tx.posts.add(post, [ana.id])
        boost = build_post(tx, far, "", boost_of_id=post.id)
        await tx.posts.add(boost)
        for one in (post, boost):
            await tx.timelines.push(one.id, far)
        await tx.people.update(far.id, last_post_at=10**12)
        await tx.notifications.add(ana.id, "mention", far.id, post.id)
        await tx.notifications.add(ana.id, "follow", far.id)
    return ana, hers, far, post


async def test_answers_keep_to_the_schema(api: Api) -> None:
    _ana, hers, far, post = await full(api)
    notices = await hers.get("/api/v1/notifications")
    for path, name in [
        ("/api/v1/timelines/home", "/api/v1/timelines/home"),
        ("/api/v1/timelines/tag/cats", "/api/v1/timelines/tag/{hashtag}"),
        ("/api/v1/timelines/public", "/api/v1/timelines/public"),
        ("/api/v1/notifications", "/api/v1/notifications"),
        (f"/api/v1/notifications/{notices[0]['id']}", "/api/v1/notifications/{id}"),
        ("/api/v1/accounts/verify_credentials", "/api/v1/accounts/verify_credentials"),
        (f"/api/v1/accounts/{far.id}", "/api/v1/accounts/{id}"),
        ("/api/v1/accounts/lookup?acct=bo@b.test", "/api/v1/accounts/lookup"),
        (f"/api/v1/accounts/{far.id}/statuses", "/api/v1/accounts/{id}/statuses"),
        (f"/api/v1/accounts/{far.id}/followers", "/api/v1/accounts/{id}/followers"),
        (f"/api/v1/accounts/relationships?id[]={far.id}", "/api/v1/accounts/relationships"),
        (f"/api/v1/statuses/{post.id}", "/api/v1/statuses/{id}"),
        (f"/api/v1/statuses?id[]={post.id}", "/api/v1/statuses"),
        (f"/api/v1/statuses/{post.id}/context", "/api/v1/statuses/{id}/context"),
        (f"/api/v1/statuses/{post.id}/history", "/api/v1/statuses/{id}/history"),
        (f"/api/v1/statuses/{post.id}/reblogged_by", "/api/v1/statuses/{id}/reblogged_by"),
        ("/api/v2/search?q=bo", "/api/v2/search"),
        ("/api/v2/search?q=cats", "/api/v2/search"),
        ("/api/v2/instance", "/api/v2/instance"),
        ("/api/v1/instance", "/api/v1/instance"),
        ("/api/v1/instance/rules", "/api/v1/instance/rules"),
        ("/api/v1/custom_emojis", "/api/v1/custom_emojis"),
    ]:
        schema.check_answer(await hers.get(path), "get", name)
    schema.check(await hers.get("/api/v1/preferences"), "Preferences")
    mine = await hers.post("/api/v1/statuses", json={"status": "hello"})
    schema.check(mine, "Status")
    schema.check(await hers.get(f"/api/v1/statuses/{mine['id']}/source"), "StatusSource")


async def test_what_a_status_says(api: Api) -> None:
    ana, hers, far, post = await full(api)
    boost, found = (await hers.get(f"/api/v1/accounts/{far.id}/statuses"))[:2]
    assert found["id"] == boost["reblog"]["id"] == str(post.id)
    assert found["mentions"] == [{"id": str(ana.id), "username": "ana", "acct": "ana", "url": ana.url}]
    assert found["tags"] == [{"name": "cats", "url": "https://a.test/tags/cats"}]
    assert found["media_attachments"][0]["meta"] == {
        "original": {"width": 30, "height": 20, "size": "30x20", "aspect": 1.5},
        "focus": {"x": 0.5, "y": -0.5},
    }
    assert found["emojis"][0]["shortcode"] == "cat"
    assert (found["spoiler_text"], found["sensitive"], found["language"]) == ("careful", True, "en")
    account = found["account"]
    assert (account["acct"], account["limited"], account["last_status_at"]) == (
        "bo@b.test",
        True,
        "2001-09-09",
    )
    assert account["avatar"] == account["avatar_static"] == "https://a.test/static/missing-avatar.svg"
    assert account["fields"] == [{"name": "web", "value": "<a>b</a>", "verified_at": None}]


async def test_what_a_server_says(api: Api) -> None:
    found = await api.anybody.get("/api/v2/instance")
    assert found["version"].startswith("4.7.0 (compatible; fedi ")
    assert (found["domain"], found["usage"]["users"]["active_month"]) == ("a.test", 0)
    assert found["configuration"]["statuses"]["max_characters"] == 1000


async def test_who_one_is(api: Api) -> None:
    ana, hers = await api.member("ana", role="admin", summary="<p>hi</p>", summary_source="hi")
    found = await hers.get("/api/v1/accounts/verify_credentials")
    assert (found["acct"], found["source"]["note"], found["role"]["name"]) == ("ana", "hi", "Admin")
    assert found["source"]["follow_requests_count"] == 0
    profile = await api.client(ana, "profile")
    assert (await profile.get("/api/v1/accounts/verify_credentials"))["id"] == str(ana.id)
