"""Reports: made by people here, sent on without a name, and handled by moderators."""

from __future__ import annotations

import pytest

from fedi.activitypub import types
from fedi.store.site import SiteSettings
from tests.api.admin.conftest import House
from tests.builders import make_domain, make_person, make_post, make_stranger
from tests.support.posts import new_uri, take
from tests.support.sent import sent

AT = "/api/v1/admin/reports"


async def with_rules(house: House) -> None:
    domain = await make_domain(house.store)
    async with house.store.write() as tx:
        rules = [{"id": 1, "text": "Be kind"}, {"id": 2, "text": "No spam", "hint": "none at all"}]
        await SiteSettings(tx).put(domain.id, "rules", rules)


@pytest.mark.operation("POST /api/v1/reports")
async def test_a_report_is_kept_told_to_staff_and_forwarded_without_a_name(house: House) -> None:
    mia_account, mia = await house.staff()
    _, ana = await house.member("ana")
    bo, cy = await make_stranger(house.store, "bo"), await make_stranger(house.store, "cy", "c.test")
    theirs = await make_post(house.store, bo, in_reply_to_id=1, in_reply_to_account_id=cy.id)
    hidden, others = await make_post(house.store, bo, visibility="direct"), await make_post(house.store, cy)
    made = await ana.post(
        "/api/v1/reports",
        json={
            "account_id": str(bo.id),
            "status_ids": [str(theirs.id), str(hidden.id), str(others.id)],
            "comment": "spam",
            "category": "spam",
            "forward": True,
            "forward_to_domains": ["b.test", "c.test", "evil.test"],
        },
    )
    assert made["status_ids"] == [str(theirs.id)]
    assert (made["category"], made["comment"], made["forwarded"]) == ("spam", "spam", True)
    assert made["target_account"]["acct"] == "bo@b.test"
    flags = await sent(house.store)
    assert [inbox for inbox, _ in flags] == [bo.shared_inbox, cy.shared_inbox]
    for _, flag in flags:
        assert isinstance(flag, types.Flag)
        assert (flag.actor, flag.objects, flag.content) == (
            "https://a.test/actor",
            (bo.uri, theirs.uri),
            "spam",
        )
    (told,) = await mia.get("/api/v1/notifications?types[]=admin.report")
    assert told["report"]["id"] == made["id"]
    assert mia_account.id
    await ana.get("/api/v1/notifications?types[]=admin.report")


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({}, 404),
        ({"account_id": "12"}, 404),
        ({"account_id": "x"}, 400),
        ({"category": "nonsense"}, 422),
        ({"comment": "x" * 1_001}, 422),
        ({"rule_ids": ["77"]}, 422),
    ],
)
async def test_what_cannot_be_reported(house: House, values: dict[str, object], status: int) -> None:
    ana_account, ana = await house.member("ana")
    bo = await make_stranger(house.store, "bo")
    if values and "account_id" not in values:
        values = {**values, "account_id": str(bo.id)}
    await ana.post("/api/v1/reports", status, json=values)
    await ana.post("/api/v1/reports", 422, json={"account_id": str(ana_account.id)})
    await house.anybody.post("/api/v1/reports", 401, json={"account_id": str(bo.id)})
    async with house.store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM reports") == 0


@pytest.mark.operation(
    "GET /api/v1/admin/reports",
    "GET /api/v1/admin/reports/{id}",
    "PUT /api/v1/admin/reports/{id}",
    "POST /api/v1/admin/reports/{id}/assign_to_self",
    "POST /api/v1/admin/reports/{id}/unassign",
    "POST /api/v1/admin/reports/{id}/resolve",
    "POST /api/v1/admin/reports/{id}/reopen",
)
async def test_a_report_goes_its_way(house: House) -> None:
    mia_account, mia = await house.staff()
    await with_rules(house)
    ana_account, ana = await house.member("ana")
    bo = await make_stranger(house.store, "bo")
    post = await make_post(house.store, bo, visibility="private")
    await house.follow(ana_account, bo)
    made = await ana.post(
        "/api/v1/reports", json={"account_id": bo.id, "status_ids": [post.id], "rule_ids": [2]}
    )
    (listed,) = await mia.get(AT)
    assert listed["id"] == made["id"]
    assert listed["account"]["username"] == "ana"
    assert listed["target_account"]["domain"] == "b.test"
    assert [one["id"] for one in listed["statuses"]] == [str(post.id)]
    assert (listed["category"], listed["rules"]) == (
        "violation",
        [{"id": "2", "text": "No spam", "hint": "none at all"}],
    )
    one = f"{AT}/{made['id']}"
    assert (await mia.get(one)) == listed
    assert (await mia.post(f"{one}/assign_to_self"))["assigned_account"]["id"] == str(mia_account.id)
    assert (await mia.post(f"{one}/unassign"))["assigned_account"] is None
    changed = await mia.ask("PUT", one, json={"category": "spam"})
    assert (changed.json["category"], changed.json["rules"]) == ("spam", [])
    assert (await mia.ask("PUT", one, json={"category": "violation", "rule_ids": ["1"]})).json["rules"][0][
        "id"
    ] == "1"
    assert (await mia.ask("PUT", one, json={"category": "rude"})).status == 422
    assert (await mia.ask("PUT", one, json={"category": "violation", "rule_ids": ["9"]})).status == 422
    done = await mia.post(f"{one}/resolve")
    assert (done["action_taken"], done["action_taken_by_account"]["username"]) == (True, "mia")
    assert await mia.get(AT) == []
    assert len(await mia.get(f"{AT}?resolved=true")) == 1
    assert (await mia.post(f"{one}/reopen"))["action_taken"] is False
    actions = [action for action, _ in await house.logged()]
    assert actions == ["assign_to_self", "unassign", "update", "update", "resolve", "reopen"]


async def test_reports_are_found_by_whom_they_are_of_and_about(house: House) -> None:
    _, mia = await house.staff()
    ana_account, ana = await house.member("ana")
    cleo = await make_person(house.store, "cleo")
    bo = await make_stranger(house.store, "bo")
    for target in (bo, cleo):
        await ana.post("/api/v1/reports", json={"account_id": target.id})
    for asked, count in [
        ("", 2),
        (f"account_id={ana_account.id}", 2),
        (f"account_id={bo.id}", 0),
        (f"target_account_id={bo.id}", 1),
        ("target_origin=local", 1),
        ("target_origin=remote", 1),
        ("by_target_domain=b.test", 1),
        ("by_target_domain=a.test&target_origin=remote", 0),
        ("limit=1", 1),
        ("max_id=1", 0),
    ]:
        assert len(await mia.get(f"{AT}?{asked}")) == count, asked
    await mia.get(f"{AT}/77", 404)
    await mia.post(f"{AT}/77/resolve", 404)


async def test_what_is_done_about_an_account_settles_the_reports_about_it(house: House) -> None:
    _, mia = await house.staff()
    _, ana = await house.member("ana")
    cleo = await make_person(house.store, "cleo")
    post = await make_post(house.store, cleo)
    first = await ana.post("/api/v1/reports", json={"account_id": cleo.id, "status_ids": [post.id]})
    second = await ana.post("/api/v1/reports", json={"account_id": cleo.id})
    act = f"/api/v1/admin/accounts/{cleo.id}/action"
    await mia.post(act, json={"type": "none", "text": "please stop", "report_id": first["id"]})
    assert [one["id"] for one in await mia.get(AT)] == [second["id"]]
    await mia.post(act, json={"type": "silence"})
    assert await mia.get(AT) == []
    async with house.store.read() as tx:
        strikes = await tx.strikes.of(cleo.id)
    assert [(one.action, one.text, one.post_ids) for one in strikes] == [
        ("silence", "", ()),
        ("none", "please stop", (post.id,)),
    ]


async def test_a_flag_of_another_server_is_a_report_and_a_blocked_one_is_not_read(house: House) -> None:
    _, mia = await house.staff("mia", "admin")
    ana = await make_person(house.store, "ana")
    server = await make_stranger(house.store, "c.test", "c.test", type="Application")
    flag = types.Flag(id=new_uri(server), actor=server.uri, objects=(ana.uri,), content="rude")
    await take(house.store, server, flag)
    (found,) = await mia.get(AT)
    assert (found["comment"], found["account"]["domain"]) == ("rude", "c.test")
    assert len(await mia.get("/api/v1/notifications?types[]=admin.report")) == 1
    blocks = "/api/v1/admin/domain_blocks"
    await mia.post(blocks, json={"domain": "c.test", "severity": "noop", "reject_reports": True})
    again = types.Flag(id=new_uri(server), actor=server.uri, objects=(ana.uri,))
    with pytest.raises(Exception, match="not read"):
        await take(house.store, server, again)
    assert len(await mia.get(AT)) == 1
