"""Streams: who hears what, as it happens."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fedi.model.people import Account
from fedi.social import announcing
from fedi.social.notifying import notify
from fedi.store.announcements import Announcements
from fedi.store.ip_blocks import NO_ACCESS, IpBlock
from tests.api.conftest import Api
from tests.api.streaming.conftest import SECONDS, Source, Streams
from tests.builders import build_post, make_domain, make_person, make_stranger


async def published(api: Api, author: Account, **values: Any) -> Any:
    async with api.store.write() as tx:
        post = build_post(tx, author, **values)
        await tx.posts.add(post)
        await tx.timelines.push(post.id, author)
    return post


@pytest.mark.operation("GET /api/v1/streaming/user")
async def test_a_home_is_told_of_posts_edits_and_deletions(api: Api, streams: Streams) -> None:
    ana, hers = await api.member("ana")
    far, other = await make_stranger(api.store), await make_stranger(api.store, "di")
    await api.follow(ana, far)
    socket = await streams.socket(hers, "?stream=user")
    source = await streams.source(hers, "/user")
    assert source.status == 200
    assert source.headers[b"content-type"] == b"text/event-stream"
    await published(api, other)
    post = await published(api, far, visibility="private")
    label, event, status = await socket.heard()
    assert (label, event, status["id"]) == (["user"], "update", str(post.id))
    assert status["account"]["acct"] == "bo@b.test"
    assert (await source.heard())[1]["id"] == str(post.id)

    async with api.store.write() as tx:
        after = build_post(tx, far, "<p>changed</p>", id=post.id, uri=post.uri, edited_at=tx.now)
        await tx.posts.edit(post, after)
    label, event, status = await socket.heard()
    assert (event, status["content"]) == ("status.update", "<p>changed</p>")
    async with api.store.write() as tx:
        await tx.posts.delete(post)
    assert await socket.heard() == (["user"], "delete", post.id)
    assert [await source.heard() for _ in range(2)][1] == ("delete", post.id)
    await socket.hang_up()
    await source.hang_up()
    assert len(streams.hub) == 0


async def test_one_connection_carries_many_streams(api: Api, streams: Streams) -> None:
    _, hers = await api.member("ana")
    far, near = await make_stranger(api.store), await make_person(api.store, "di")
    socket = await streams.socket(hers)
    socket.say(type="subscribe", stream="public")
    socket.say(type="subscribe", stream="hashtag", tag="#Cats")
    socket.say(type="subscribe", stream="public:local")
    socket.say(type="nonsense", stream="public")
    assert "error" in (await socket.sent())["text"]
    post = await published(api, far, tags=("cats",))
    heard = [await socket.heard() for _ in range(2)]
    assert sorted(label for label, _, _ in heard) == [["hashtag", "cats"], ["public"]]
    assert {status["id"] for _, _, status in heard} == {str(post.id)}
    socket.say(type="unsubscribe", stream="public")
    socket.say(type="unsubscribe", stream="public")
    socket.say(type="nonsense", stream="public")
    await socket.sent()
    await published(api, far)
    local = await published(api, near)
    label, _, status = await socket.heard()
    assert (label, status["id"]) == (["public:local"], str(local.id))
    await socket.hang_up()


@pytest.mark.operation(
    "GET /api/v1/streaming/public",
    "GET /api/v1/streaming/public/local",
    "GET /api/v1/streaming/public/remote",
    "GET /api/v1/streaming/hashtag",
    "GET /api/v1/streaming/hashtag/local",
)
async def test_public_streams_tell_what_their_timelines_hold(api: Api, streams: Streams) -> None:
    ana, hers = await api.member("ana")
    far, near = await make_stranger(api.store), await make_person(api.store, "di")
    paths = (
        "/public",
        "/public/local",
        "/public/remote",
        "/public?only_media=true",
        "/hashtag?tag=cats",
        "/hashtag/local?tag=cats",
    )
    sources: list[Source] = [await streams.source(hers, path) for path in paths]
    assert {one.status for one in sources} == {200}
    blocked = await make_stranger(api.store, "eve")
    async with api.store.write() as tx:
        await tx.blocks.add(ana.id, blocked.id, "https://a.test/block")
    for values in (
        {"visibility": "unlisted"},
        {"visibility": "private"},
        {"in_reply_to_uri": "https://c.test/1"},
    ):
        await published(api, far, **values)
    await published(api, blocked)
    remote = await published(api, far, tags=("cats",))
    local = await published(api, near, tags=("cats",))
    both = [str(remote.id), str(local.id)]
    expected = [both, both[1:], both[:1], [], both, both[1:]]
    for source, wanted in zip(sources, expected, strict=True):
        assert [(await source.heard())[1]["id"] for _ in wanted] == wanted
    for source in sources:
        assert await source.silent()
        await source.hang_up()


@pytest.mark.operation("GET /api/v1/streaming/list")
async def test_a_list_is_told_of_its_members(api: Api, streams: Streams) -> None:
    ana, hers = await api.member("ana")
    _, stranger = await api.member("di")
    far, other = await make_stranger(api.store), await make_stranger(api.store, "eve")
    await api.follow(ana, far)
    await api.follow(ana, other)
    made = await hers.post("/api/v1/lists", json={"title": "few"})
    await hers.post(f"/api/v1/lists/{made['id']}/accounts", json={"account_ids": [str(far.id)]})
    assert (await streams.source(stranger, f"/list?list={made['id']}")).status == 404
    assert (await streams.source(hers, "/list?list=x")).status == 400
    source = await streams.source(hers, f"/list?list={made['id']}")
    await published(api, other)
    post = await published(api, far)
    assert (await source.heard())[1]["id"] == str(post.id)
    await source.hang_up()


@pytest.mark.parametrize("pulled", [False, True])
async def test_pulled_authors_are_heard_as_well(api: Api, streams: Streams, pulled: bool) -> None:
    ana, hers = await api.member("ana")
    star = await make_person(api.store, "star", pulled=pulled)
    await api.follow(ana, star)
    socket = await streams.socket(hers, "?stream=user")
    await published(api, star, in_reply_to_uri="https://c.test/1")
    post = await published(api, star)
    assert (await socket.heard())[2]["id"] == str(post.id)
    await socket.hang_up()


async def test_streams_are_for_tokens_with_the_scope(api: Api, streams: Streams) -> None:
    ana, hers = await api.member("ana")
    weak = await api.client(ana, "write")
    notes = await api.client(ana, "read:notifications")
    for client, path, status in (
        (api.anybody, "/public", 401),
        (weak, "/public", 403),
        (notes, "/user", 403),
        (notes, "/user/notification", 200),
        (hers, "/nothing", 404),
        (hers, "/hashtag", 400),
    ):
        source = await streams.source(client, path)
        assert source.status == status, path
        if status == 200:
            await source.hang_up()
    refused = streams.dial(api.anybody, "?stream=user")
    assert (await refused.sent())["status"] == 401
    unknown = streams.dial(hers, "?stream=nonsense")
    assert (await unknown.sent())["status"] == 400
    assert hers.token is not None
    browser = streams.dial(hers, "?stream=user", subprotocol=hers.token)
    assert await browser.sent() == {"type": "websocket.accept", "subprotocol": hers.token}
    await browser.hang_up()
    query = await streams.socket(api.anybody, f"?stream=user&access_token={hers.token}")
    await query.hang_up()


async def test_a_revoked_token_hears_no_more(
    api: Api, streams: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fedi.api.streaming.hub._CHECK_SECONDS", 0.0)
    _, hers = await api.member("ana")
    socket = await streams.socket(hers, "?stream=public")
    assert hers.token is not None
    async with api.store.write() as tx:
        session = await tx.members.by_token(hers.token)
        assert session is not None
        await tx.members.revoke(session.token_id)
    await published(api, await make_stranger(api.store))
    assert (await socket.sent())["type"] == "websocket.close"
    await socket.hang_up()


async def test_who_does_not_read_is_let_go(
    api: Api, streams: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fedi.api.streaming.listener._MOST_WAITING", 1)
    _, hers = await api.member("ana")
    far = await make_stranger(api.store)
    socket = await streams.socket(hers, "?stream=public")
    socket.reading.clear()
    for _ in range(4):
        await published(api, far)
    async with asyncio.timeout(SECONDS):
        while not any(listener.closed.is_set() for listener in streams.hub._listeners):
            await asyncio.sleep(0.01)
    socket.reading.set()
    while (message := await socket.sent())["type"] == "websocket.send":
        pass
    assert message["type"] == "websocket.close"
    await socket.hang_up()


async def test_the_end_of_the_server_ends_its_streams(api: Api) -> None:
    streams, stop = Streams(api), asyncio.Event()
    running = asyncio.create_task(streams.hub.run(stop))
    _, hers = await api.member("ana")
    socket = await streams.socket(hers, "?stream=public")
    source = await streams.source(hers, "/public")
    assert (await source.sent())["body"] == b":)\n"
    stop.set()
    await running
    assert (await socket.sent())["code"] == 1001
    assert await source.sent() == {"type": "http.response.body", "body": b""}
    await socket.hang_up()


@pytest.mark.operation("GET /api/v1/streaming/user/notification")
async def test_notices_are_told_to_whom_they_are_for(api: Api, streams: Streams) -> None:
    ana, hers = await api.member("ana")
    _, theirs = await api.member("di")
    reader = await api.client(ana, "read:statuses")
    far = await make_stranger(api.store)
    both = await streams.socket(hers, "?stream=user")
    blind, other = await streams.socket(reader, "?stream=user"), await streams.socket(theirs, "?stream=user")
    source = await streams.source(hers, "/user/notification")
    post = await published(api, ana)
    async with api.store.write() as tx:
        await notify(tx, ana.id, "favourite", far.id, post.id)
    assert (await both.heard())[1] == "update"
    label, event, notice = await both.heard()
    assert (label, event, notice["type"]) == (["user"], "notification", "favourite")
    assert notice["status"]["id"] == str(post.id)
    event, again = await source.heard()
    assert (event, again) == ("notification", notice)
    assert (await blind.heard())[1] == "update"
    following = await published(api, ana)
    assert (await blind.heard())[2]["id"] == str(following.id)
    for one in (both, blind, other, source):
        await one.hang_up()


@pytest.mark.operation("GET /api/v1/streaming/health")
async def test_health(api: Api) -> None:
    reply = await api.anybody.ask("GET", "/api/v1/streaming/health")
    assert (reply.status, reply.data) == (200, b"OK")


async def test_a_good_token_goes_on_hearing(
    api: Api, streams: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fedi.api.streaming.hub._CHECK_SECONDS", 0.0)
    _, hers = await api.member("ana")
    far = await make_stranger(api.store)
    socket = await streams.socket(hers, "?stream=public")
    for _ in range(3):
        post = await published(api, far)
        assert (await socket.heard())[2]["id"] == str(post.id)
    await socket.hang_up()


@pytest.mark.operation("GET /api/v1/streaming/direct")
async def test_conversations_are_told_to_those_in_them(api: Api, streams: Streams) -> None:
    (_, hers), (_, his), (_, theirs) = [await api.member(name) for name in ("ana", "bo", "cy")]
    socket, other = (
        await streams.socket(his, "?stream=direct"),
        await streams.socket(theirs, "?stream=direct"),
    )
    source = await streams.source(his, "/direct")
    sent = await hers.post("/api/v1/statuses", json={"status": "@bo psst", "visibility": "direct"})
    label, event, conversation = await socket.heard()
    assert (label, event, conversation["unread"]) == (["direct"], "conversation", True)
    assert conversation["last_status"]["id"] == sent["id"]
    assert await source.heard() == ("conversation", conversation)
    mine = await hers.post("/api/v1/statuses", json={"status": "@cy you too", "visibility": "direct"})
    assert (await other.heard())[2]["last_status"]["id"] == mine["id"]
    for one in (socket, other, source):
        await one.hang_up()


async def test_announcements_and_filters_are_told(api: Api, streams: Streams) -> None:
    _, hers = await api.member("ana")
    socket = await streams.socket(hers, "?stream=user")
    domain = await make_domain(api.store)
    async with api.store.write() as tx:
        made = await announcing.announce(tx, domain, "Cake for everybody", published_at=tx.now)
    _, event, told = await socket.heard()
    assert (event, told["id"]) == ("announcement", str(made.id))
    assert "Cake" in told["content"]
    path = f"/api/v1/announcements/{made.id}/reactions/\N{SHORTCAKE}"
    assert (await hers.ask("PUT", path)).status == 200
    _, event, told = await socket.heard()
    assert (event, told["count"], told["announcement_id"]) == ("announcement.reaction", 1, str(made.id))
    assert (await hers.ask("DELETE", path)).status == 200
    assert (await socket.heard())[2]["count"] == 0
    async with api.store.write() as tx:
        await Announcements(tx).remove(made.id)
    assert await socket.heard() == (["user"], "announcement.delete", made.id)
    await hers.post("/api/v2/filters", json={"title": "No", "context": ["home"]})
    assert await socket.heard() == (["user"], "filters_changed", None)
    await socket.hang_up()


async def test_filters_are_matched_for_each_listener(api: Api, streams: Streams) -> None:
    ana, hers = await api.member("ana")
    di, theirs = await api.member("di")
    far = await make_stranger(api.store)
    await api.follow(ana, far)
    await api.follow(di, far)
    words = [{"keyword": "spoiler", "whole_word": True}]
    sent = {"title": "No", "context": ["home"], "keywords_attributes": words}
    await hers.post("/api/v2/filters", json=sent)
    socket, other = await streams.socket(hers, "?stream=user"), await streams.socket(theirs, "?stream=user")
    await published(api, far, content="<p>a spoiler</p>")
    await published(api, far, content="<p>nothing</p>")
    heard = [(await socket.heard())[2] for _ in range(2)]
    assert [len(one["filtered"]) for one in heard] == [1, 0]
    assert heard[0]["filtered"][0]["filter"]["title"] == "No"
    assert (await other.heard())[2]["filtered"] == []
    for one in (socket, other):
        await one.hang_up()


async def test_merged_notices_are_told(api: Api, streams: Streams) -> None:
    ana, hers = await api.member("ana")
    far = await make_stranger(api.store)
    await hers.ask("PATCH", "/api/v2/notifications/policy", json={"for_not_following": "filter"})
    post = await published(api, far)
    async with api.store.write() as tx:
        await notify(tx, ana.id, "mention", far.id, post.id)
    (asked,) = await hers.get("/api/v1/notifications/requests")
    socket = await streams.socket(hers, "?stream=user:notification")
    await hers.post(f"/api/v1/notifications/requests/{asked['id']}/accept")
    await api.world.settle()
    assert await socket.heard() == (["user:notification"], "notifications_merged", None)
    await socket.hang_up()


async def test_a_closed_network_hears_nothing(api: Api, streams: Streams) -> None:
    _, hers = await api.member("ana")
    async with api.store.write() as tx:
        block = IpBlock(id=1, ip="198.51.100.0/24", severity=NO_ACCESS, comment="", created_at=tx.now)
        await tx.ip_blocks.add(block)
    await api.world.services.refresh()
    at = {"x-forwarded-for": "198.51.100.7"}
    assert (await streams.source(hers, "/public", **at)).status == 403
    refused = streams.dial(hers, "?stream=user", **at)
    assert (await refused.sent())["status"] == 403
    source = await streams.source(hers, "/public", **{"x-forwarded-for": "203.0.113.7"})
    assert source.status == 200
    await source.hang_up()
