"""What a server says of itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from fedi.config import Config
from fedi.errors import Unprocessable
from fedi.model.site import Translation
from fedi.social import site
from fedi.social.site import Sites
from fedi.store.domain_blocks import DomainBlock
from tests.api.conftest import Api
from tests.builders import make_domain, make_person, make_post, make_stranger
from tests.peer import World

V1, V2 = "/api/v1/instance", "/api/v2/instance"


async def put(api: Api, key: str, value: Any) -> None:
    domain = await make_domain(api.store)
    await site.put(api.world.services, sites(api), domain.id, key, value)


def sites(api: Api) -> Sites:
    found: Sites = api.world.app.extensions.setdefault("fedi_sites", Sites())
    return found


@pytest.mark.operation("GET /api/v1/instance", "GET /api/v2/instance")
async def test_as_it_comes(api: Api) -> None:
    await make_person(api.store, "ana")
    config = api.world.services.config
    found = await api.anybody.get(V2)
    assert (found["domain"], found["title"]) == ("a.test", "fedi")
    assert found["version"].startswith("4.7.0 (compatible; fedi ")
    assert found["api_versions"]["mastodon"] >= 10
    assert found["usage"]["users"]["active_month"] == 1
    limits = found["configuration"]
    assert limits["statuses"]["max_characters"] == config.limits.characters
    assert limits["statuses"]["max_media_attachments"] == config.limits.attachments
    assert limits["polls"]["max_options"] == config.limits.poll_options
    assert "image/png" in limits["media_attachments"]["supported_mime_types"]
    assert limits["urls"]["streaming"] == "wss://a.test"
    assert limits["urls"]["terms_of_service"] is None
    key = limits["vapid"]["public_key"]
    assert len(key) > 80
    assert (await api.anybody.get(V2))["configuration"]["vapid"]["public_key"] == key
    old = await api.anybody.get(V1)
    assert (old["uri"], old["registrations"], old["stats"]["user_count"]) == ("a.test", False, 1)
    assert old["urls"]["streaming_api"] == "wss://a.test"


@pytest.mark.parametrize(
    ("mode", "enabled", "approval", "invites"),
    [
        ("closed", False, False, False),
        ("invite", False, False, True),
        ("waitlist", True, True, False),
        ("approval", True, True, False),
        ("open", True, False, False),
    ],
)
async def test_registrations(api: Api, mode: str, enabled: bool, approval: bool, invites: bool) -> None:
    environ = {"FEDI_DOMAIN": "a.test", "FEDI_REGISTRATION__MODE": mode}
    there = Api(World(api.store, Config.load(None, environ)))
    await put(there, "registration_message", "Come **later**")
    await put(there, "minimum_age", 16)
    found = (await there.anybody.get(V2))["registrations"]
    assert (found["enabled"], found["approval_required"], found["min_age"]) == (enabled, approval, 16)
    assert found["message"] == "<p>Come <strong>later</strong></p>"
    old = await there.anybody.get(V1)
    assert (old["registrations"], old["approval_required"], old["invites_enabled"]) == (
        enabled,
        approval,
        invites,
    )


async def test_what_admins_set(api: Api) -> None:
    ana = await make_person(api.store, "ana")
    for key, value in {
        "title": "Herons",
        "description": "A place for herons",
        "contact_email": "ana@mail.test",
        "contact_account": "@ana",
        "status_url": "https://status.test/",
        "thumbnail_url": "https://a.test/thumb.png",
        "icon_url": "https://a.test/icon.png",
    }.items():
        await put(api, key, value)
    found = await api.anybody.get(V2)
    assert (found["title"], found["description"]) == ("Herons", "A place for herons")
    assert found["contact"]["email"] == "ana@mail.test"
    assert found["contact"]["account"]["id"] == str(ana.id)
    assert found["thumbnail"]["url"] == "https://a.test/thumb.png"
    assert [one["size"] for one in found["icon"]] == ["48x48", "192x192", "512x512"]
    assert found["configuration"]["urls"]["status"] == "https://status.test/"
    old = await api.anybody.get(V1)
    assert (old["title"], old["email"]) == ("Herons", "ana@mail.test")
    assert old["contact_account"]["acct"] == "ana"


@pytest.mark.operation("GET /api/v1/instance/rules")
async def test_rules(api: Api) -> None:
    assert await api.anybody.get(f"{V1}/rules") == []
    domain, services = await make_domain(api.store), api.world.services
    first = await site.add_rule(services, sites(api), domain.id, "Be kind", "To everybody")
    second = await site.add_rule(services, sites(api), domain.id, "No spam")
    said = Translation("Soyez gentils", "Avec chacun")
    await site.translate_rule(services, sites(api), domain.id, first.id, "fr", said)
    rules = await api.anybody.get(f"{V1}/rules")
    assert rules == (await api.anybody.get(V2))["rules"] == (await api.anybody.get(V1))["rules"]
    assert rules[0] == {
        "id": "1",
        "text": "Be kind",
        "hint": "To everybody",
        "translations": {"fr": {"text": "Soyez gentils", "hint": "Avec chacun"}},
    }
    await site.remove_rule(services, sites(api), domain.id, first.id)
    assert [one["id"] for one in await api.anybody.get(f"{V1}/rules")] == [str(second.id)]


@pytest.mark.operation("GET /api/v1/instance/extended_description", "GET /api/v1/instance/privacy_policy")
async def test_long_texts(api: Api) -> None:
    assert (await api.anybody.get(f"{V1}/extended_description"))["content"] == ""
    assert "a.test" in (await api.anybody.get(f"{V1}/privacy_policy"))["content"]
    await put(api, "extended_description", "# Us\n\n<script>x</script> [a](javascript:x) **b**")
    await put(api, "privacy_policy", "Nothing is *kept*.")
    about = await api.anybody.get(f"{V1}/extended_description")
    assert about["content"].startswith("<h1>Us</h1>")
    assert "<script" not in about["content"]
    assert "<a" not in about["content"]
    policy = await api.anybody.get(f"{V1}/privacy_policy")
    assert policy["content"] == "<p>Nothing is <em>kept</em>.</p>"
    assert policy["updated_at"][:4] >= "2024"


@pytest.mark.operation(
    "GET /api/v1/instance/terms_of_service", "GET /api/v1/instance/terms_of_service/{date}"
)
async def test_terms(api: Api) -> None:
    await api.anybody.get(f"{V1}/terms_of_service", status=404)
    domain, services = await make_domain(api.store), api.world.services
    today = datetime.now(UTC).date()
    soon, ago = (today + timedelta(days=9)).isoformat(), (today - timedelta(days=9)).isoformat()
    await site.add_terms(services, sites(api), domain.id, "Later", soon)
    found = await api.anybody.get(f"{V1}/terms_of_service")
    assert (found["effective_date"], found["effective"]) == (soon, False)
    await site.add_terms(services, sites(api), domain.id, "Now", ago)
    assert await api.anybody.get(f"{V1}/terms_of_service") == {
        "effective_date": ago,
        "effective": True,
        "content": "<p>Now</p>",
        "succeeded_by": soon,
    }
    assert (await api.anybody.get(f"{V1}/terms_of_service/{soon}"))["content"] == "<p>Later</p>"
    for wrong in ("2001-01-01", "yesterday", "%00"):
        await api.anybody.get(f"{V1}/terms_of_service/{wrong}", status=404)
    assert (await api.anybody.get(V2))["configuration"]["urls"]["terms_of_service"] is not None


@pytest.mark.operation("GET /api/v1/instance/peers")
async def test_peers(api: Api) -> None:
    for number, host in enumerate(("b.test", "bad.test", "sub.bad.test", "notbad.test")):
        await make_stranger(api.store, f"x{number}", host)
    async with api.store.write() as tx:
        await tx.blocks.add_domain(_block(tx.new_id(), "bad.test", "suspend", tx.now))
    assert await api.anybody.get(f"{V1}/peers") == ["b.test", "notbad.test"]
    await put(api, "peers", False)
    await api.anybody.get(f"{V1}/peers", status=404)


def _block(block_id: int, name: str, severity: str, now: int, **values: Any) -> DomainBlock:
    return DomainBlock(id=block_id, name=name, severity=severity, created_at=now, **values)


@pytest.mark.operation("GET /api/v1/instance/domain_blocks")
async def test_domain_blocks(api: Api) -> None:
    _, hers = await api.member("ana")
    async with api.store.write() as tx:
        for block in (
            _block(tx.new_id(), "quiet.test", "silence", tx.now),
            _block(tx.new_id(), "verybad.test", "suspend", tx.now, public_comment="spam", obfuscate=True),
            _block(tx.new_id(), "nothing.test", "noop", tx.now),
        ):
            await tx.blocks.add_domain(block)
    path = f"{V1}/domain_blocks"
    await hers.get(path, status=404)
    await put(api, "domain_blocks", "users")
    await api.anybody.get(path, status=404)
    found = await hers.get(path)
    assert [(one["domain"], one["severity"], one["comment"]) for one in found] == [
        ("ver****.*est", "suspend", None),
        ("quiet.test", "silence", None),
    ]
    assert found[0]["digest"] == sha256(b"verybad.test").hexdigest()
    await put(api, "domain_blocks", "all")
    await put(api, "domain_block_comments", "all")
    assert [one["comment"] for one in await api.anybody.get(path)] == ["spam", ""]


@pytest.mark.operation("GET /api/v1/instance/activity")
async def test_activity(api: Api) -> None:
    ana = await make_person(api.store, "ana")
    await make_post(api.store, ana)
    await make_post(api.store, ana, visibility="private")
    async with api.store.write() as tx:
        before = tx.now - 7 * 86_400_000
        await tx.db.run(
            "UPDATE users SET created_at = :at, seen_at = :at WHERE id = :id", {"at": before, "id": ana.id}
        )
    await make_post(api.store, ana, id=(before << 16) + 1, uri="https://a.test/ap/posts/old")
    weeks = await api.anybody.get(f"{V1}/activity")
    assert len(weeks) == 12
    this, last = weeks[0], weeks[1]
    assert int(this["week"]) - int(last["week"]) == 7 * 86_400
    assert datetime.fromtimestamp(int(this["week"]), UTC).weekday() == 0
    assert (this["statuses"], this["logins"], this["registrations"]) == ("1", "1", "0")
    assert (last["statuses"], last["logins"], last["registrations"]) == ("1", "1", "1")
    await put(api, "activity", False)
    await api.anybody.get(f"{V1}/activity", status=404)


async def test_settings_that_cannot_be(api: Api) -> None:
    domain, services = await make_domain(api.store), api.world.services
    for key, value in (
        ("nonsense", 1),
        ("title", 5),
        ("title", "x" * 61),
        ("domain_blocks", "some"),
        ("terms", [{"effective_date": "tomorrow", "text": "x"}]),
        ("rules", "x"),
    ):
        with pytest.raises(Unprocessable):
            await site.put(services, sites(api), domain.id, key, value)
    assert (await api.anybody.get(V2))["title"] == "fedi"


@pytest.mark.operation("GET /health")
async def test_health(api: Api) -> None:
    assert (await api.anybody.ask("GET", "/health")).status == 200
