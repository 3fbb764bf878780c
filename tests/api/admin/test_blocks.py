"""Servers, networks, mail providers and addresses: blocked, changed and freed, with effect at once."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from fedi.social import signup_rules
from tests.api.admin.conftest import House
from tests.api.conftest import Client
from tests.builders import make_person, make_post, make_stranger


async def put(client: Client, path: str, status: int = 200, **values: Any) -> Any:
    reply = await client.ask("PUT", path, json=values)
    assert reply.status == status, reply.data
    return reply.json


async def delete(client: Client, path: str, status: int = 200) -> Any:
    reply = await client.ask("DELETE", path)
    assert reply.status == status, reply.data
    return reply.json


@pytest.mark.operation(
    "GET /api/v1/admin/domain_blocks",
    "POST /api/v1/admin/domain_blocks",
    "GET /api/v1/admin/domain_blocks/{id}",
    "PUT /api/v1/admin/domain_blocks/{id}",
    "DELETE /api/v1/admin/domain_blocks/{id}",
)
async def test_a_server_is_limited_cut_off_and_let_back(house: House) -> None:
    _, oli = await house.staff("oli", "admin")
    ana, client = await house.member("ana")
    bo = await make_stranger(house.store, "bo", "x.bad.test")
    cy = await make_stranger(house.store, "cy", "fine.test")
    await make_post(house.store, bo)
    await house.follow(ana, bo)
    at = "/api/v1/admin/domain_blocks"
    made = await oli.post(at, json={"domain": "BAD.test", "public_comment": "spam", "obfuscate": True})
    assert (made["domain"], made["severity"], made["public_comment"], made["obfuscate"]) == (
        "bad.test",
        "silence",
        "spam",
        True,
    )
    assert made["digest"] == hashlib.sha256(b"bad.test").hexdigest()
    assert (await client.get(f"/api/v1/accounts/{bo.id}"))["limited"] is True
    assert (await client.get(f"/api/v1/accounts/{cy.id}"))["limited"] is False
    again = await oli.ask("POST", at, json={"domain": "bad.test"})
    assert (again.status, again.json["existing_domain_block"]["id"]) == (422, made["id"])
    one = f"{at}/{made['id']}"
    assert await oli.get(one) == made
    changed = await put(oli, one, severity="suspend", private_comment="since May")
    assert (changed["severity"], changed["private_comment"], changed["public_comment"]) == (
        "suspend",
        "since May",
        "spam",
    )
    assert await house.world.services.severity("x.bad.test") == "suspend"
    assert (await house.account(bo.id)).suspended_at is not None
    assert (await house.account(bo.id)).silenced_at is None
    (told,) = await client.get("/api/v1/notifications?types[]=severed_relationships")
    assert (told["event"]["type"], told["event"]["target_name"]) == ("domain_block", "bad.test")
    assert (told["event"]["followers_count"], told["event"]["following_count"]) == (0, 1)
    assert await oli.get(at) == [changed]
    assert await delete(oli, one) == {}
    assert await house.world.services.severity("x.bad.test") is None
    assert (await house.account(bo.id)).suspended_at is None
    assert await oli.get(at) == []
    assert await house.logged() == [(verb, "DomainBlock") for verb in ("create", "update", "destroy")]


async def test_media_of_a_server_are_refused_at_once(house: House) -> None:
    _, oli = await house.staff("oli", "admin")
    bo = await make_stranger(house.store, "bo", avatar_url="https://b.test/a.png")
    await oli.post(
        "/api/v1/admin/domain_blocks", json={"domain": "b.test", "severity": "noop", "reject_media": True}
    )
    assert (await house.account(bo.id)).avatar_url is None
    assert (await house.account(bo.id)).silenced_at is None
    person = house.world.peer("b.test").person("dee")
    account = await house.world.services.actors.find(person.uri)
    assert account.avatar_url is None


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({}, 422),
        ({"domain": "a.test"}, 422),
        ({"domain": "test"}, 422),
        ({"domain": "not a name"}, 422),
        ({"domain": "b.test", "severity": "harsh"}, 422),
        ({"domain": "b.test", "private_comment": "x" * 2_001}, 422),
    ],
)
async def test_what_cannot_be_blocked(house: House, values: dict[str, str], status: int) -> None:
    _, oli = await house.staff("oli", "admin")
    at = "/api/v1/admin/domain_blocks"
    await oli.post(at, status, json=values)
    assert await oli.get(at) == []
    await oli.get(f"{at}/12", 404)
    await put(oli, f"{at}/12", 404)
    await delete(oli, f"{at}/12", 404)


@pytest.mark.operation(
    "GET /api/v1/admin/domain_allows",
    "POST /api/v1/admin/domain_allows",
    "GET /api/v1/admin/domain_allows/{id}",
    "DELETE /api/v1/admin/domain_allows/{id}",
)
async def test_in_a_closed_federation_only_those_let_in_are_met(house: House) -> None:
    _, oli = await house.staff("oli", "admin")
    ana, _ = await house.member("ana")
    bo = await make_stranger(house.store, "bo", "b.test")
    await house.follow(ana, bo)
    house.store.limited_federation = True
    services = house.world.services
    await services.refresh()
    assert await services.severity("b.test") == "suspend"
    assert await services.severity("a.test") is None
    at = "/api/v1/admin/domain_allows"
    made = await oli.post(at, json={"domain": "B.test"})
    assert made["domain"] == "b.test"
    assert (await oli.post(at, json={"domain": "b.test"}))["id"] == made["id"]
    assert await services.severity("b.test") is None
    assert await services.severity("x.b.test") is None
    assert await oli.get(f"{at}/{made['id']}") == made
    assert await oli.get(at) == [made]
    await oli.post(at, 422, json={"domain": ""})
    assert await delete(oli, f"{at}/{made['id']}") == {}
    await delete(oli, f"{at}/{made['id']}", 404)
    assert await services.severity("b.test") == "suspend"
    async with house.store.read() as tx:
        assert (await tx.follows.relationships(ana.id, [bo.id]))[0].following is False
    assert await house.logged() == [("create", "DomainAllow"), ("destroy", "DomainAllow")]


@pytest.mark.operation(
    "GET /api/v1/admin/ip_blocks",
    "POST /api/v1/admin/ip_blocks",
    "GET /api/v1/admin/ip_blocks/{id}",
    "PUT /api/v1/admin/ip_blocks/{id}",
    "DELETE /api/v1/admin/ip_blocks/{id}",
)
async def test_a_closed_network_comes_no_further(house: House) -> None:
    _, oli = await house.staff("oli", "admin")
    at = "/api/v1/admin/ip_blocks"
    made = await oli.post(at, json={"ip": "192.0.2.7/24", "severity": "sign_up_block", "expires_in": 3600})
    assert (made["ip"], made["severity"], made["comment"]) == ("192.0.2.0/24", "sign_up_block", "")
    assert made["expires_at"] is not None
    there = {"X-Forwarded-For": "192.0.2.99"}
    await house.anybody.get("/api/v1/instance", headers=there)
    changed = await put(oli, f"{at}/{made['id']}", severity="no_access", comment="bots")
    assert (changed["severity"], changed["comment"], changed["expires_at"]) == (
        "no_access",
        "bots",
        made["expires_at"],
    )
    await house.anybody.get("/api/v1/instance", 403, headers=there)
    await house.anybody.get("/api/v1/instance", headers={"X-Forwarded-For": "198.51.100.1"})
    assert await oli.get(f"{at}/{made['id']}") == changed
    assert await oli.get(at) == [changed]
    other = await oli.post(at, json={"ip": "2001:db8::/32", "severity": "no_access"})
    assert other["expires_at"] is None
    await put(oli, f"{at}/{other['id']}", 422, ip="192.0.2.0/24")
    assert await delete(oli, f"{at}/{made['id']}") == {}
    await house.anybody.get("/api/v1/instance", headers=there)
    await house.anybody.get("/api/v1/instance", 403, headers={"X-Forwarded-For": "2001:db8:1::1"})


@pytest.mark.parametrize(
    "values",
    [
        {"ip": "192.0.2.0/24"},
        {"ip": "192.0.2.0/24", "severity": "harsh"},
        {"ip": "nowhere", "severity": "no_access"},
        {"ip": "192.0.2.0/33", "severity": "no_access"},
        {"ip": "203.0.113.0/24", "severity": "no_access"},
        {"ip": "192.0.2.1", "severity": "no_access", "comment": "x" * 1_001},
    ],
)
async def test_what_is_no_network_to_block(house: House, values: dict[str, str]) -> None:
    _, oli = await house.staff("oli", "admin")
    at = "/api/v1/admin/ip_blocks"
    await oli.post(at, json={"ip": "203.0.113.0/24", "severity": "sign_up_block"})
    await oli.post(at, 422, json=values)
    assert len(await oli.get(at)) == 1
    await oli.get(f"{at}/12", 404)
    await delete(oli, f"{at}/12", 404)


@pytest.mark.operation(
    "GET /api/v1/admin/email_domain_blocks",
    "POST /api/v1/admin/email_domain_blocks",
    "GET /api/v1/admin/email_domain_blocks/{id}",
    "DELETE /api/v1/admin/email_domain_blocks/{id}",
)
async def test_a_mail_provider_is_blocked_and_attempts_are_counted(house: House) -> None:
    _, oli = await house.staff("oli", "admin")
    at = "/api/v1/admin/email_domain_blocks"
    made = await oli.post(at, json={"domain": "Spam.test"})
    assert (made["domain"], len(made["history"])) == ("spam.test", 7)
    for ip in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        async with house.store.write() as tx:
            assert (await signup_rules.check(tx, "x@mail.spam.test", ip)).is_blocked
    found = await oli.get(f"{at}/{made['id']}")
    assert (found["history"][0]["uses"], found["history"][0]["accounts"]) == ("3", "2")
    assert await oli.get(at) == [found]
    await oli.post(at, 422, json={"domain": "spam.test"})
    await oli.post(at, 422, json={"domain": ""})
    await oli.post(at, 422, json={"domain": "spam test"})
    assert await delete(oli, f"{at}/{made['id']}") == {}
    await oli.get(f"{at}/{made['id']}", 404)
    await delete(oli, f"{at}/{made['id']}", 404)


@pytest.mark.operation(
    "GET /api/v1/admin/canonical_email_blocks",
    "POST /api/v1/admin/canonical_email_blocks",
    "POST /api/v1/admin/canonical_email_blocks/test",
    "GET /api/v1/admin/canonical_email_blocks/{id}",
    "DELETE /api/v1/admin/canonical_email_blocks/{id}",
)
async def test_an_address_is_blocked_in_all_its_spellings(house: House) -> None:
    _, oli = await house.staff("oli", "admin")
    at = "/api/v1/admin/canonical_email_blocks"
    made = await oli.post(at, json={"email": "Ana.Bee+news@mail.test"})
    assert made["canonical_email_hash"] == hashlib.sha256(b"anabee@mail.test").hexdigest()
    assert await oli.post(f"{at}/test", json={"email": "a.n.abee@MAIL.test"}) == [made]
    assert await oli.post(f"{at}/test", json={"email": "ana@mail.test"}) == []
    await oli.post(f"{at}/test", 400)
    assert await oli.get(f"{at}/{made['id']}") == made
    other = await oli.post(at, json={"canonical_email_hash": "ab" * 32})
    assert await oli.get(at) == [other, made]
    for wrong in ({}, {"email": "nobody"}, {"canonical_email_hash": "zz"}, {"email": "anabee@mail.test"}):
        await oli.post(at, 422, json=wrong)
    assert await delete(oli, f"{at}/{made['id']}") == {}
    await delete(oli, f"{at}/{made['id']}", 404)
    await oli.get(f"{at}/{made['id']}", 404)
    assert await make_person(house.store, "ana")
