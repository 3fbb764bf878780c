"""Accounts for moderators: found by every filter, and what is done about them has its effect."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default

import pytest

from fedi.activitypub import types
from tests.api.admin.conftest import House
from tests.builders import make_person, make_post, make_stranger
from tests.support.sent import notices, sent

AT = "/api/v1/admin/accounts"


def names(found: list[dict[str, object]]) -> list[object]:
    return [one["username"] for one in found]


@pytest.mark.operation("GET /api/v1/admin/accounts", "GET /api/v1/admin/accounts/{id}")
async def test_accounts_are_found_by_what_is_known_of_them(house: House) -> None:
    _, mia = await house.staff()
    ana = await make_person(house.store, "ana")
    await make_person(house.store, "cleo", silenced_at=1, sensitized_at=1)
    await make_stranger(house.store, "bo", suspended_at=1)
    await house.user("ana", disabled_at=5, sign_up_address="192.0.2.7")
    await house.user("cleo", approved=False, reason="please")
    for asked, found in [
        ("", ["bo", "cleo", "ana", "mia"]),
        ("local=true", ["cleo", "ana", "mia"]),
        ("remote=true", ["bo"]),
        ("active=true", ["mia"]),
        ("pending=true", ["cleo"]),
        ("disabled=true", ["ana"]),
        ("silenced=true", ["cleo"]),
        ("sensitized=true", ["cleo"]),
        ("suspended=true", ["bo"]),
        ("username=AN", ["ana"]),
        ("display_name=le", ["cleo"]),
        ("by_domain=b.test", ["bo"]),
        ("email=ana@", ["ana"]),
        ("ip=192.0.2.7", ["ana"]),
        ("staff=true", ["mia"]),
        ("username=%25", []),
    ]:
        assert names(await mia.get(f"{AT}?{asked}")) == found, asked
    one = await mia.get(f"{AT}/{ana.id}")
    assert one["email"] == "ana@mail.test"
    assert (one["ip"], [each["ip"] for each in one["ips"]]) == ("192.0.2.7", ["192.0.2.7"])
    assert (one["disabled"], one["confirmed"], one["approved"], one["domain"]) == (True, True, True, None)
    assert one["account"]["acct"] == "ana"
    assert one["role"]["id"] == "-99"
    await mia.get(f"{AT}/99", 404)
    await mia.get(f"{AT}/nobody", 404)


@pytest.mark.operation("GET /api/v2/admin/accounts")
async def test_the_second_version_asks_in_other_words(house: House) -> None:
    mia, client = await house.staff()
    await make_person(house.store, "ana")
    await make_stranger(house.store, "bo")
    at = "/api/v2/admin/accounts"
    for asked, found in [
        ("origin=local", ["ana", "mia"]),
        ("origin=remote", ["bo"]),
        ("origin=local&status=active&limit=1", ["ana"]),
        ("status=suspended", []),
        ("permissions=staff", ["mia"]),
        ("role_ids[]=1", ["mia"]),
        ("role_ids[]=3", []),
        (f"invited_by={mia.id}", []),
    ]:
        assert names(await client.get(f"{at}?{asked}")) == found, asked
    page = await client.ask("GET", f"{at}?limit=2")
    assert names(page.json) == ["bo", "ana"]
    older = page.headers["Link"].partition("a.test")[2].partition(">")[0]
    assert names(await client.get(older)) == ["mia"]
    await client.get(f"{at}?origin=moon", 400)
    await client.get(f"{at}?status=tired", 400)


@pytest.mark.operation(
    "POST /api/v1/admin/accounts/{id}/action",
    "POST /api/v1/admin/accounts/{id}/unsuspend",
    "DELETE /api/v1/admin/accounts/{id}",
)
async def test_a_suspended_person_is_hidden_and_can_come_back_until_the_data_is_deleted(house: House) -> None:
    _, mia = await house.staff(role="admin")
    ana, client = await house.member("ana")
    bo = await make_stranger(house.store, "bo")
    await house.follow(bo, ana)
    post = await make_post(house.store, ana)
    done = {"type": "suspend", "text": "spam", "send_email_notification": True}
    assert await mia.post(f"{AT}/{ana.id}/action", json=done) == {}
    await client.get("/api/v1/accounts/verify_credentials", 403)
    await house.anybody.get(f"/api/v1/statuses/{post.id}", 404)
    found = await mia.get(f"{AT}/{ana.id}")
    assert found["suspended"] is True
    async with house.store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM jobs WHERE kind = 'purge_suspended'") == 1
        assert await tx.db.value("SELECT COUNT(*) FROM canonical_email_blocks") == 1
        documents = await tx.db.rows("SELECT type FROM activities ORDER BY id")
    assert [row["type"] for row in documents] == ["Update"]
    assert (await mia.post(f"{AT}/{ana.id}/unsuspend"))["suspended"] is False
    await client.get("/api/v1/accounts/verify_credentials")
    await house.anybody.get(f"/api/v1/statuses/{post.id}")
    await mia.post(f"{AT}/{ana.id}/unsuspend", 403)
    assert (await mia.ask("DELETE", f"{AT}/{ana.id}")).status == 403
    await mia.post(f"{AT}/{ana.id}/action", json=done)
    assert (await mia.ask("DELETE", f"{AT}/{ana.id}")).status == 200
    await client.get("/api/v1/accounts/verify_credentials", 401)
    async with house.store.read() as tx:
        assert await tx.posts.by_id(post.id) is None
        assert await tx.tombstones.has(ana.uri)
    inbox, farewell = (await sent(house.store))[-1]
    assert (inbox, type(farewell)) == (bo.shared_inbox, types.Delete)
    assert (await house.anybody.ask("GET", f"/ap/users/{ana.id}")).status == 410
    actions = ["suspend", "unsuspend", "suspend", "destroy"]
    assert await house.logged() == [(action, "Account") for action in actions]


@pytest.mark.operation(
    "POST /api/v1/admin/accounts/{id}/action",
    "POST /api/v1/admin/accounts/{id}/enable",
    "POST /api/v1/admin/accounts/{id}/unsilence",
    "POST /api/v1/admin/accounts/{id}/unsensitive",
)
async def test_limits_take_effect_are_told_and_are_lifted(house: House) -> None:
    _, mia = await house.staff()
    ana, client = await house.member("ana")
    post = await make_post(house.store, ana)
    await mia.post(f"{AT}/{ana.id}/action", json={"type": "sensitive"})
    assert (await client.get(f"/api/v1/statuses/{post.id}"))["sensitive"] is True
    await mia.post(f"{AT}/{ana.id}/action", json={"type": "silence", "text": "calm down"})
    assert (await house.anybody.get(f"/api/v1/accounts/{ana.id}"))["limited"] is True
    assert await house.anybody.get("/api/v1/timelines/public") == []
    told = await client.get("/api/v1/notifications?types[]=moderation_warning")
    assert [one["moderation_warning"]["action"] for one in told] == ["silence", "sensitive"]
    assert told[0]["moderation_warning"]["text"] == "calm down"
    await mia.post(f"{AT}/{ana.id}/action", json={"type": "disable"})
    await client.get("/api/v1/accounts/verify_credentials", 403)
    assert (await mia.post(f"{AT}/{ana.id}/enable"))["disabled"] is False
    assert (await mia.post(f"{AT}/{ana.id}/unsilence"))["silenced"] is False
    assert (await mia.post(f"{AT}/{ana.id}/unsensitive"))["sensitized"] is False
    assert (await client.get(f"/api/v1/statuses/{post.id}"))["sensitive"] is False
    assert len(await house.anybody.get("/api/v1/timelines/public")) == 1
    again = ["enable", "unsilence", "unsensitive"]
    for verb in again:
        await mia.post(f"{AT}/{ana.id}/{verb}")
    assert [action for action, _ in await house.logged()] == ["sensitive", "silence", "disable", *again]


@pytest.mark.operation("POST /api/v1/admin/accounts/{id}/approve", "POST /api/v1/admin/accounts/{id}/reject")
async def test_who_waits_is_let_in_or_not(house: House) -> None:
    _, mia = await house.staff()
    ana, cleo = await make_person(house.store, "ana"), await make_person(house.store, "cleo")
    for name in ("ana", "cleo"):
        await house.user(name, approved=False)
    assert (await mia.post(f"{AT}/{ana.id}/approve"))["approved"] is True
    assert (await mia.post(f"{AT}/{cleo.id}/reject"))["username"] == "cleo"
    await mia.get(f"{AT}/{cleo.id}", 404)
    await mia.post(f"{AT}/{ana.id}/approve", 403)
    await mia.post(f"{AT}/{ana.id}/reject", 403)
    async with house.store.read() as tx:
        rows = await tx.db.rows("SELECT payload FROM jobs WHERE kind = 'send_letter' ORDER BY id")
    assert ["approved" in row["payload"] for row in rows] == [True, False]
    assert await house.logged() == [("approve", "User"), ("reject", "User")]
    assert await make_person(house.store, "cleo")  # the name is free again


async def test_suspending_somebody_elsewhere_ends_follows_and_tells_who_lost_them(house: House) -> None:
    _, mia = await house.staff()
    ana, client = await house.member("ana")
    bo = await make_stranger(house.store, "bo")
    post = await make_post(house.store, bo)
    await house.follow(ana, bo)
    await house.follow(bo, ana)
    await mia.post(f"{AT}/{bo.id}/action", json={"type": "suspend"})
    await house.anybody.get(f"/api/v1/statuses/{post.id}", 404)
    assert [type(activity) for _, activity in await sent(house.store)] == [types.Undo, types.Reject]
    assert ("severed_relationships", ana.id) in await notices(house.store, ana.id)
    (told,) = await client.get("/api/v1/notifications?types[]=severed_relationships")
    event = told["event"]
    assert (event["type"], event["target_name"]) == ("account_suspension", bo.handle)
    assert (event["followers_count"], event["following_count"], event["purged"]) == (1, 1, True)
    async with house.store.read() as tx:
        assert (await tx.follows.relationships(ana.id, [bo.id]))[0].following is False


@pytest.mark.parametrize(
    ("sent_", "status"),
    [
        ({"type": "explode"}, 422),
        ({}, 422),
        ({"type": "silence", "report_id": "12"}, 404),
        ({"type": "none", "text": "x" * 6_000}, 422),
    ],
)
async def test_what_is_no_action_changes_nothing(house: House, sent_: dict[str, str], status: int) -> None:
    _, mia = await house.staff()
    ana = await make_person(house.store, "ana")
    await mia.post(f"{AT}/{ana.id}/action", status, json=sent_)
    await mia.post(f"{AT}/12/action", 404, json={"type": "silence"})
    bo = await make_stranger(house.store, "bo")
    await mia.post(f"{AT}/{bo.id}/action", 422, json={"type": "disable"})
    assert await house.account(ana.id) == ana
    assert await house.logged() == []


async def test_nobody_decides_about_themselves_or_their_betters(house: House) -> None:
    me, mia = await house.staff()
    for role in ("moderator", "admin", "owner"):
        other = await make_person(house.store, f"o_{role}", role=role)
        await mia.post(f"{AT}/{other.id}/action", 403, json={"type": "silence"})
    await mia.post(f"{AT}/{me.id}/action", 403, json={"type": "none"})
    async with house.store.read() as tx:
        instance = (await tx.domains.all())[0].actor_id
    await mia.post(f"{AT}/{instance}/action", 404, json={"type": "silence"})
    assert await house.logged() == []


async def test_who_is_warned_gets_a_letter_with_the_words_of_the_moderator(house: House) -> None:
    _, mia = await house.staff()
    ana = await make_person(house.store, "ana")
    async with house.store.write() as tx:
        preset = await tx.strikes.add_preset("Spam", "We do not want advertising.")
    wanted = {
        "type": "none",
        "text": "Last time.",
        "warning_preset_id": str(preset),
        "send_email_notification": True,
    }
    await mia.post(f"{AT}/{ana.id}/action", json=wanted)
    await house.world.settle()
    (letter,) = house.world.services.config.email.spool.glob("*.eml")
    message = message_from_bytes(letter.read_bytes(), policy=default)
    assert (message["To"], message["Subject"]) == ("ana@mail.test", "A warning from fedi")
    text = message.get_content()
    assert "We do not want advertising.\n\nLast time." in text
    assert "@ana@a.test" in text
