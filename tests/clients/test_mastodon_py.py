"""Mastodon.py, as people's scripts use it, against two servers that federate."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, TypeVar

import pytest
from mastodon import Mastodon, StreamListener
from PIL import Image

from tests.clients.conftest import Two

T = TypeVar("T")
SECONDS = 40.0


def eventually(look: Callable[[], T]) -> T:
    """What `look` finds as soon as it finds something."""
    deadline = time.monotonic() + SECONDS
    while True:
        if found := look():
            return found
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)


def picture(colour: str = "teal") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (120, 80), colour).save(made, "PNG")
    return made.getvalue()


class Listener(StreamListener):  # type: ignore[misc]
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.updates: list[Any] = []
        self.notices: list[Any] = []
        self.deleted: list[str] = []
        self.edited: list[Any] = []

    def on_update(self, status: Any) -> None:
        self.updates.append(status)

    def on_notification(self, notification: Any) -> None:
        self.notices.append(notification)

    def on_delete(self, status_id: Any) -> None:
        self.deleted.append(str(status_id))

    def on_status_update(self, status: Any) -> None:
        self.edited.append(status)


class Apps:
    """Everybody's Mastodon.py."""

    def __init__(self, two: Two) -> None:
        self.two = two
        self.ana, self.bo, self.zoe = (self._app(name) for name in ("ana", "bo", "zoe"))

    def _app(self, name: str) -> Any:
        ours = self.two.there if name == "zoe" else self.two.here
        app = Mastodon(
            access_token=self.two.token(name), api_base_url=ours.site.origin, ratelimit_method="throw"
        )
        app.name = name
        return app

    def handle(self, name: str) -> str:
        ours = self.two.there if name == "zoe" else self.two.here
        return f"{name}@{ours.site.domain}"

    def meet(self, one: Any, other: Any) -> Any:
        """`one` follows `other`, of whichever server; the account as `one` sees it."""
        found = one.search_v2(f"@{self.handle(other.name)}", resolve=True, result_type="accounts")["accounts"]
        account = found[0]
        one.account_follow(account["id"])
        eventually(lambda: one.account_relationships(account["id"])[0]["following"])
        return account


@pytest.fixture(scope="module")
def apps(two: Two) -> Apps:
    return Apps(two)


def in_home(app: Any, words: str) -> Any:
    return eventually(
        lambda: next(
            (one for one in app.timeline_home() if words in one["content"] and not one["reblog"]), None
        )
    )


def test_who_one_is_and_where(apps: Apps) -> None:
    me = apps.ana.me()
    assert (me["username"], me["acct"]) == ("ana", "ana")
    instance = apps.ana.instance_v2()
    assert instance["domain"] == apps.two.here.site.domain
    assert "compatible" in instance["version"]
    apps.ana.account_update_credentials(
        display_name="Ana", note="I try things", fields=[("Site", "https://example.org")]
    )
    assert apps.ana.me()["display_name"] == "Ana"


def test_a_post_with_a_picture_is_seen_on_the_other_server(apps: Apps) -> None:
    ana, zoe = apps.ana, apps.zoe
    apps.meet(zoe, ana)
    media = ana.media_post(picture(), mime_type="image/png", description="a teal field", focus=(0.5, -0.5))
    posted = ana.status_post("Look at this field", media_ids=[media], sensitive=False, language="en")
    assert posted["media_attachments"][0]["description"] == "a teal field"
    seen = in_home(zoe, "Look at this field")
    attachment = seen["media_attachments"][0]
    assert (attachment["type"], attachment["description"]) == ("image", "a teal field")
    assert attachment["blurhash"]

    zoe.status_favourite(seen["id"])
    zoe.status_reblog(seen["id"])
    zoe.status_reply(seen, "What a field!")
    eventually(lambda: {one["type"] for one in ana.notifications()} >= {"favourite", "reblog", "mention"})
    context = eventually(lambda: ana.status_context(posted["id"])["descendants"])
    assert "What a field" in context[0]["content"]
    edited = ana.status_update(posted["id"], "Look at this teal field", media_ids=[media])
    assert edited["edited_at"]
    eventually(lambda: "teal" in zoe.status(seen["id"])["content"])
    assert len(ana.status_history(posted["id"])) == 2
    ana.status_delete(posted["id"])
    eventually(lambda: all(one["id"] != seen["id"] for one in zoe.timeline_home()))


def test_a_poll_is_answered_from_the_other_server(apps: Apps) -> None:
    ana, zoe = apps.ana, apps.zoe
    apps.meet(zoe, ana)
    poll = ana.make_poll(["tea", "coffee", "water"], expires_in=600, multiple=False)
    posted = ana.status_post("What do you drink?", poll=poll)
    seen = in_home(zoe, "What do you drink?")
    assert [one["title"] for one in seen["poll"]["options"]] == ["tea", "coffee", "water"]
    voted = zoe.poll_vote(seen["poll"]["id"], [1])
    assert (voted["voted"], voted["own_votes"]) == (True, [1])
    tally = eventually(lambda: (p := ana.poll(posted["poll"]["id"]))["votes_count"] and p)
    assert [one["votes_count"] for one in tally["options"]] == [0, 1, 0]


def test_a_stream_tells_what_happens_elsewhere(apps: Apps) -> None:
    ana, zoe = apps.ana, apps.zoe
    apps.meet(ana, zoe)
    listener = Listener()
    handle = ana.stream_user(listener, run_async=True, reconnect_async=False)
    try:
        eventually(handle.is_receiving)
        posted = zoe.status_post(f"@{apps.handle('ana')} do you hear me?")
        heard = eventually(lambda: [one for one in listener.notices if one["type"] == "mention"])
        assert "do you hear me" in heard[0]["status"]["content"]
        eventually(lambda: any("do you hear me" in one["content"] for one in listener.updates))
        zoe.status_update(posted["id"], f"@{apps.handle('ana')} do you hear me now?")
        eventually(lambda: any("hear me now" in one["content"] for one in listener.edited))
        zoe.status_delete(posted["id"])
        eventually(lambda: listener.deleted)
    finally:
        handle.close()


def test_a_list_and_a_filter(apps: Apps) -> None:
    ana, zoe = apps.ana, apps.zoe
    account = apps.meet(ana, zoe)
    made = ana.list_create("Far away", replies_policy="followed", exclusive=False)
    ana.list_accounts_add(made["id"], [account["id"]])
    assert [one["id"] for one in ana.list_accounts(made["id"])] == [account["id"]]
    rule = ana.create_filter_v2(
        "No spoilers",
        ["home", "public"],
        "warn",
        keywords_attributes=[{"keyword": "spoiler", "whole_word": True}],
    )
    zoe.status_post("This is a spoiler, beware")
    seen = in_home(ana, "This is a spoiler")
    assert [one["filter"]["title"] for one in seen["filtered"]] == ["No spoilers"]
    assert eventually(lambda: [one for one in ana.timeline_list(made["id"]) if "spoiler" in one["content"]])
    ana.delete_filter_v2(rule["id"])
    ana.list_delete(made["id"])
    assert ana.lists() == []


def test_search_finds_posts_people_and_tags(apps: Apps) -> None:
    ana = apps.ana
    ana.status_post("A xylophone for #instruments")
    eventually(lambda: ana.search_v2("xylophone", result_type="statuses")["statuses"])
    assert [
        one["name"]
        for one in ana.search_v2("instruments", result_type="hashtags", exclude_unreviewed=False)["hashtags"]
    ]
    assert ana.account_search("bo")[0]["username"] == "bo"
    assert ana.account_lookup(apps.handle("bo"))["username"] == "bo"


def test_posts_kept_planned_and_pinned(apps: Apps) -> None:
    bo = apps.bo
    posted = bo.status_post("Keep this one")
    bo.status_bookmark(posted["id"])
    assert bo.bookmarks()[0]["id"] == posted["id"]
    bo.status_pin(posted["id"])
    assert bo.account_statuses(bo.me()["id"], pinned=True)[0]["id"] == posted["id"]
    planned = bo.status_post("Later", scheduled_at=datetime.now(UTC) + timedelta(hours=2))
    assert [one["id"] for one in bo.scheduled_statuses()] == [planned["id"]]
    bo.scheduled_status_delete(planned["id"])
    assert bo.scheduled_statuses() == []
    assert bo.status_source(posted["id"])["text"] == "Keep this one"


def test_a_quote_reaches_its_author(apps: Apps) -> None:
    ana, bo = apps.ana, apps.bo
    quoted = ana.status_post("Worth quoting")
    quoting = bo.status_post("Indeed", quoted_status_id=quoted["id"])
    assert quoting["quote"]["quoted_status"]["id"] == quoted["id"]
    eventually(lambda: any(one["type"] == "quote" for one in ana.notifications(types=["quote"])))


def test_a_report_is_looked_into(apps: Apps) -> None:
    ana, bo, zoe = apps.ana, apps.bo, apps.zoe
    account = apps.meet(bo, zoe)
    posted = zoe.status_post("Something unkind")
    seen = in_home(bo, "Something unkind")
    report = bo.report(account["id"], status_ids=[seen["id"]], comment="Unkind", forward=False)
    assert report["comment"] == "Unkind"
    found = eventually(lambda: [one for one in ana.admin_reports() if one["comment"] == "Unkind"])
    ana.admin_report_assign(found[0]["id"])
    ana.admin_account_moderate(account["id"], action="silence", report_id=found[0]["id"])
    assert ana.admin_account(account["id"])["silenced"]
    assert ana.admin_account_unsilence(account["id"])["silenced"] is False
    assert ana.admin_reports(resolved=True)[0]["id"] == found[0]["id"]
    zoe.status_delete(posted["id"])


class Endpoint(BaseHTTPRequestHandler):
    """A push service: keeps what it is sent."""

    pushed: ClassVar[list[tuple[Message, bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.pushed.append((self.headers, body))
        self.send_response(201)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    """The address of a push service on loopback."""
    Endpoint.pushed.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    running = threading.Thread(target=server.serve_forever, daemon=True)
    running.start()
    yield f"http://127.0.0.1:{server.server_port}/push"
    server.shutdown()
    server.server_close()


def test_a_push_wakes_an_app(apps: Apps, endpoint: str) -> None:
    ana, bo = apps.ana, apps.bo
    private, public = bo.push_subscription_generate_keys()
    made = bo.push_subscription_set(endpoint, public, mention_events=True, favourite_events=False)
    assert made["endpoint"] == endpoint
    ana.status_post("@bo wake up")
    headers, body = eventually(lambda: Endpoint.pushed and Endpoint.pushed[0])
    told = bo.push_subscription_decrypt_push(body, private, headers["Encryption"], headers["Crypto-Key"])
    assert told["notification_type"] == "mention"
    assert "wake up" in told["body"]
    bo.push_subscription_delete()
