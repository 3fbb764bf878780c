"""Web Push, from the notice to an app that decrypts it: a real endpoint, both encryptions, and what is not sent."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
from collections.abc import AsyncIterator
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid01, Vapid02

from fedi.model.people import Account
from fedi.social import pushing
from tests.api.conftest import Api, Client, Reply
from tests.builders import make_post, make_stranger
from tests.net.servers import LAB, PUBLIC, Remote, client, remote
from tests.peer import World

PATH = "/api/v1/push/subscription"


class App:
    """An app: its keys, and what came for it."""

    def __init__(self, server: Remote, *, standard: bool) -> None:
        self.server, self.standard = server, standard
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.secret = secrets.token_bytes(16)
        server.serve_status("/wake", 201)

    def wish(self, **data: Any) -> dict[str, Any]:
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": _text(point), "auth": _text(self.secret)}
        subscription = {"endpoint": self.server.url("/wake"), "keys": keys, "standard": self.standard}
        return {"subscription": subscription, "data": data}

    def opened(self) -> list[dict[str, Any]]:
        """The messages, decrypted, each from who has the server's key."""
        return [self._open(number) for number in range(len(self.server.requests))]

    def _open(self, number: int) -> dict[str, Any]:
        headers, body = self.server.requests[number].headers, self.server.bodies[number]
        assert (headers["TTL"], headers["Urgency"]) == ("172800", "normal")
        if self.standard:
            assert headers["Content-Encoding"] == "aes128gcm"
            assert Vapid02.verify(headers["Authorization"])
            plain = http_ece.decrypt(body, private_key=self.private, auth_secret=self.secret)
        else:
            assert headers["Content-Encoding"] == "aesgcm"
            crypto = dict(part.split("=", 1) for part in headers["Crypto-Key"].split(";"))
            assert Vapid01.verify(crypto["p256ecdsa"], headers["Authorization"])
            plain = http_ece.decrypt(
                body,
                salt=_bytes(headers["Encryption"].removeprefix("salt=")),
                dh=_bytes(crypto["dh"]),
                private_key=self.private,
                auth_secret=self.secret,
                version="aesgcm",
            )
        found: dict[str, Any] = json.loads(plain)
        return found


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.fixture
async def phone(api: Api) -> AsyncIterator[Remote]:
    """A push service on loopback, which our server may reach."""
    async with remote() as server, client(LAB, now=api.world.services.now) as net:
        api.world.services.net = net
        yield server


async def pushed(api: Api) -> None:
    """Do the jobs that are due."""
    await api.world.settle()


async def told(api: Api, to: Account, kind: str, sender: Account, post_id: int = 0) -> None:
    async with api.store.write() as tx:
        tx.notifications.give(to.id, kind, sender.id, post_id)


async def ask(who: Client, method: str, **how: Any) -> Reply:
    return await who.ask(method, PATH, **how)


async def test_the_key_is_made_once_also_by_several_at_the_same_time(world: World) -> None:
    found = await asyncio.gather(*(pushing.public_key(world.services) for _ in range(4)))
    assert len(set(found)) == 1
    async with world.store.write() as tx:
        assert await pushing.vapid_public_key(tx) == found[0]
        assert (await pushing.vapid_key(tx)).private_pem.startswith("-----BEGIN")


@pytest.mark.parametrize("standard", [True, False])
async def test_an_app_reads_what_happened(api: Api, phone: Remote, standard: bool) -> None:
    ana, hers = await api.member("ana")
    far = await make_stranger(api.store, avatar_url="https://b.test/bo.png")
    app = App(phone, standard=standard)
    async with api.store.write() as tx:
        await tx.db.run("UPDATE users SET locale = 'fr' WHERE id = :id", {"id": ana.id})
    made = await hers.post(PATH, json=app.wish(alerts={"mention": True, "follow": "true"}))
    assert made["server_key"] == await pushing.public_key(api.world.services)
    post = await make_post(api.store, far, "<p>hello <b>there</b></p>", summary="")
    await told(api, ana, "mention", far, post.id)
    await told(api, ana, "follow", far)
    await told(api, ana, "favourite", far, post.id)
    await pushed(api)
    notices = {one["type"]: one["id"] for one in await hers.get("/api/v1/notifications")}
    assert len(notices) == 3
    mention, follow = sorted(app.opened(), key=lambda one: int(one["notification_id"]))
    assert mention == {
        "access_token": "",
        "preferred_locale": "fr",
        "notification_id": int(notices["mention"]),
        "notification_type": "mention",
        "icon": mention["icon"],
        "title": "Bo vous a mentionné",
        "body": "hello there",
    }
    assert mention["icon"].startswith("https://a.test/")
    assert (follow["notification_type"], follow["body"]) == ("follow", "@bo@b.test")


@pytest.mark.operation(
    "POST /api/v1/push/subscription",
    "GET /api/v1/push/subscription",
    "PUT /api/v1/push/subscription",
    "DELETE /api/v1/push/subscription",
)
async def test_a_subscription_is_made_read_changed_and_ended(api: Api, phone: Remote) -> None:
    ana, hers = await api.member("ana")
    app = App(phone, standard=True)
    await hers.get(PATH, status=404)
    assert (await ask(hers, "PUT", json={"data": {"alerts": {"poll": True}}})).status == 404
    made = await hers.post(PATH, json=app.wish(alerts={"mention": 1, "nonsense": True}, policy="followed"))
    assert made == await hers.get(PATH)
    assert (made["endpoint"], made["standard"], made["policy"]) == (phone.url("/wake"), True, "followed")
    assert [name for name, wanted in made["alerts"].items() if wanted] == ["mention"]
    changed = await ask(hers, "PUT", form={"data[alerts][poll]": "true", "data[policy]": "none"})
    assert [name for name, wanted in changed.json["alerts"].items() if wanted] == ["poll"]
    assert (changed.json["id"], changed.json["policy"]) == (made["id"], "none")
    assert (await ask(hers, "PUT", json={"policy": "all"})).json["policy"] == "all"
    # Another app of hers has one of its own, and a second one of the same app takes the place of the first.
    other = await api.client(ana)
    await other.get(PATH, status=404)
    await other.post(PATH, json=app.wish())
    again = await hers.post(PATH, json=app.wish(alerts={"follow": True}))
    assert again["id"] != made["id"]
    assert (await ask(hers, "DELETE")).json == {}
    await hers.get(PATH, status=404)
    assert not any((await other.get(PATH))["alerts"].values())
    assert (await ask(hers, "DELETE")).status == 200


async def test_bad_subscriptions_are_refused(api: Api, phone: Remote) -> None:
    ana, hers = await api.member("ana")
    app = App(phone, standard=True)
    good = app.wish(alerts={"mention": True})
    keys, endpoint = good["subscription"]["keys"], good["subscription"]["endpoint"]
    for wrong in (
        {},
        {"subscription": {"endpoint": endpoint}},
        {"subscription": {"endpoint": "", "keys": keys}},
        {"subscription": {"endpoint": "not an address", "keys": keys}},
        {"subscription": {"endpoint": "ftp://push.test/", "keys": keys}},
        {"subscription": {"endpoint": f"https://push.test/{'x' * 3000}", "keys": keys}},
        {"subscription": {"endpoint": endpoint, "keys": {**keys, "p256dh": "AAAA"}}},
        {"subscription": {"endpoint": endpoint, "keys": {**keys, "auth": "AAAA"}}},
        {**good, "data": {"policy": "everybody"}},
    ):
        reply = await ask(hers, "POST", json=wrong)
        assert reply.status == 422, wrong
        assert "Validation failed" in reply.json["error"]
    assert (await ask(hers, "POST", json={"subscription": "x"})).status == 400
    await hers.get(PATH, status=404)
    await (await api.client(ana, "read write")).post(PATH, status=403, json=good)
    assert (await ask(api.anybody, "POST", json=good)).status == 401


async def test_what_nobody_wants_to_hear_is_not_sent(api: Api, phone: Remote) -> None:
    ana, hers = await api.member("ana")
    muted, far = await make_stranger(api.store, "muted"), await make_stranger(api.store, "far")
    app = App(phone, standard=True)
    await hers.post(PATH, json=app.wish(alerts={"mention": True, "follow": True}))
    async with api.store.write() as tx:
        await tx.mutes.put(ana.id, muted.id, notifications=True, expires_at=None)
    await told(api, ana, "follow", muted)
    held_back = await make_post(api.store, far, visibility="direct")
    async with api.store.write() as tx:
        await tx.posts.mention(held_back.id, [ana.id])
    await told(api, ana, "mention", far, held_back.id)
    await told(api, ana, "reblog", far, (await make_post(api.store, ana)).id)
    await pushed(api)
    assert len(await hers.get("/api/v1/notifications?include_filtered=true")) == 2
    assert phone.requests == []


@pytest.mark.parametrize(("policy", "heard"), [("all", 3), ("followed", 1), ("follower", 1), ("none", 0)])
async def test_only_from_whom_the_app_wants(api: Api, phone: Remote, policy: str, heard: int) -> None:
    ana, hers = await api.member("ana")
    followed, follower, other = [await make_stranger(api.store, name) for name in ("bo", "cy", "di")]
    await api.follow(ana, followed)
    await api.follow(follower, ana)
    app = App(phone, standard=True)
    await hers.post(PATH, json=app.wish(alerts={"favourite": True}, policy=policy))
    post = await make_post(api.store, ana)
    for sender in (followed, follower, other):
        await told(api, ana, "favourite", sender, post.id)
    await pushed(api)
    names = {one["title"].split()[0] for one in app.opened()}
    assert names == {"all": {"Bo", "Cy", "Di"}, "followed": {"Bo"}, "follower": {"Cy"}, "none": set()}[policy]
    assert len(names) == heard


async def test_what_is_taken_back_before_it_is_sent_stays_unsent(api: Api, phone: Remote) -> None:
    ana, hers = await api.member("ana")
    far = await make_stranger(api.store)
    app = App(phone, standard=True)
    await hers.post(PATH, json=app.wish(alerts={"follow": True, "favourite": True}))
    await told(api, ana, "follow", far)
    async with api.store.write() as tx:
        await tx.notifications.remove(account_id=ana.id, type="follow", from_id=far.id)
    post = await make_post(api.store, ana)
    await told(api, ana, "favourite", far, post.id)
    async with api.store.write() as tx:
        await tx.db.run("UPDATE tokens SET revoked_at = 1 WHERE user_id = :id", {"id": ana.id})
    await pushed(api)
    assert phone.requests == []


@pytest.mark.parametrize("status", [404, 410, 400, 403])
async def test_an_endpoint_that_is_gone_is_forgotten(api: Api, phone: Remote, status: int) -> None:
    ana, hers = await api.member("ana")
    app = App(phone, standard=True)
    phone.serve_status("/wake", status)
    await hers.post(PATH, json=app.wish(alerts={"follow": True}))
    await told(api, ana, "follow", await make_stranger(api.store))
    await pushed(api)
    assert len(phone.requests) == 1
    await hers.get(PATH, status=404)
    async with api.store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM jobs WHERE kind = 'push_notice'") == 0


@pytest.mark.parametrize(("status", "pause"), [(500, 15_000), (503, 15_000), (429, 3_600_000)])
async def test_an_endpoint_in_trouble_is_tried_again_later(
    api: Api, phone: Remote, status: int, pause: int
) -> None:
    ana, hers = await api.member("ana")
    app = App(phone, standard=True)
    phone.serve_status("/wake", status, **({"Retry_After": "3600"} if status == 429 else {}))
    await hers.post(PATH, json=app.wish(alerts={"follow": True}))
    await told(api, ana, "follow", await make_stranger(api.store))
    before = api.store.clock()
    await pushed(api)
    assert len(phone.requests) == 1
    assert (await hers.get(PATH))["endpoint"] == phone.url("/wake")
    async with api.store.write() as tx:
        due = await tx.db.value("SELECT run_at FROM jobs WHERE kind = 'push_notice'")
        assert due >= before + pause
        await tx.db.run("UPDATE jobs SET run_at = 0")
    phone.serve_status("/wake", 201)
    await pushed(api)
    assert len(app.opened()) == 2


async def test_private_addresses_are_out_of_reach(api: Api, phone: Remote) -> None:
    """A subscription must not make our server knock at doors inside of its own network."""
    ana, hers = await api.member("ana")
    app = App(phone, standard=True)
    await hers.post(PATH, json=app.wish(alerts={"follow": True}))
    async with client(PUBLIC, now=api.world.services.now) as net:
        api.world.services.net = net
        await told(api, ana, "follow", await make_stranger(api.store))
        await pushed(api)
        assert (await ask(hers, "POST", json=app.wish())).status == 422
    assert phone.requests == []
    async with api.store.read() as tx:
        assert await tx.db.value("SELECT state FROM jobs WHERE kind = 'push_notice'") == "dead"
