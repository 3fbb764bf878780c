"""Numbers for moderators, counted from what happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.admin.conftest import House
from tests.builders import make_person, make_post, make_stranger

TODAY = datetime.now(UTC).date()


def period(days: int = 2) -> dict[str, str]:
    return {
        "start_at": (TODAY - timedelta(days=days - 1)).isoformat(),
        "end_at": f"{TODAY.isoformat()}T12:00:00Z",
    }


@pytest.mark.operation("POST /api/v1/admin/measures")
async def test_measures_count_what_happened_on_each_day(house: House) -> None:
    _, mia = await house.staff()
    ana, client = await house.member("ana")
    bo = await make_stranger(house.store, "bo")
    post = await make_post(house.store, ana, tags=("cats",))
    await make_post(house.store, bo, attachments=(), tags=("cats",), in_reply_to_id=post.id)
    async with house.store.write() as tx:
        for one in (post.id,):
            await tx.posts.tag(one, ["cats"])
        await tx.db.run(
            "INSERT INTO visits (day, user_id) VALUES (:day, :user) ON CONFLICT DO NOTHING",
            {"day": tx.now // 86_400_000, "user": ana.id},
        )
    await client.post(f"/api/v1/statuses/{post.id}/favourite")
    await house.follow(ana, bo)
    await house.follow(bo, ana)
    await client.post("/api/v1/reports", json={"account_id": bo.id})
    about = {"domain": "b.test"}
    keys = [
        "active_users",
        "new_users",
        "interactions",
        "opened_reports",
        "resolved_reports",
        "tag_accounts",
        "tag_uses",
        "tag_servers",
        "instance_accounts",
        "instance_media_attachments",
        "instance_reports",
        "instance_statuses",
        "instance_follows",
        "instance_followers",
    ]
    asked: dict[str, Any] = {"keys": [*keys, "nonsense"], **period()}
    asked |= {key: {"id": "cats"} for key in keys if key.startswith("tag_")}
    asked |= {key: about for key in keys if key.startswith("instance_")}
    found = {one["key"]: one for one in await mia.post("/api/v1/admin/measures", json=asked)}
    assert list(found) == keys
    totals = {key: int(one["total"]) for key, one in found.items()}
    assert totals == {
        "active_users": 2,
        "new_users": 2,
        "interactions": 2,
        "opened_reports": 1,
        "resolved_reports": 0,
        "tag_accounts": 2,
        "tag_uses": 2,
        "tag_servers": 1,
        "instance_accounts": 1,
        "instance_media_attachments": 0,
        "instance_reports": 1,
        "instance_statuses": 1,
        "instance_follows": 1,
        "instance_followers": 1,
    }
    assert found["new_users"]["previous_total"] == "0"
    assert "previous_total" not in found["instance_accounts"]
    assert [day["value"] for day in found["new_users"]["data"]] == ["0", "2"]
    assert found["new_users"]["data"][1]["date"] == f"{TODAY.isoformat()}T00:00:00.000Z"
    assert found["new_users"]["unit"] is None


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"keys": ["new_users"]},
        {"keys": ["new_users"], "start_at": "soon", "end_at": "later"},
        {"keys": ["new_users"], "start_at": "2026-02-31", "end_at": "2026-03-31"},
        {"keys": ["new_users"], "start_at": "2026-03-01", "end_at": "2026-02-01"},
        {"keys": ["new_users"], "start_at": "9999-03-01", "end_at": "9999-04-01"},
        {"keys": ["tag_uses"], "start_at": "2020-03-01", "end_at": "2020-03-02"},
    ],
)
async def test_without_a_period_nothing_is_measured(house: House, asked: dict[str, Any]) -> None:
    _, mia = await house.staff()
    assert await mia.post("/api/v1/admin/measures", json=asked) == []


async def test_a_period_of_ages_is_a_year_at_most(house: House) -> None:
    _, mia = await house.staff()
    asked = {"keys": ["new_users"], "start_at": "1970-01-01", "end_at": TODAY.isoformat()}
    (found,) = await mia.post("/api/v1/admin/measures", json=asked)
    assert len(found["data"]) == 366


@pytest.mark.operation("POST /api/v1/admin/dimensions")
async def test_dimensions_say_what_most_of_something_is(house: House) -> None:
    _, mia = await house.staff()
    ana = await make_person(house.store, "ana")
    bo, cy = await make_stranger(house.store, "bo"), await make_stranger(house.store, "cy", "c.test")
    await house.user("ana", locale="fr")
    await make_post(house.store, ana, tags=("cats",), language="fr")
    for _ in range(2):
        await make_post(house.store, bo, tags=("cats",), language="en")
    await make_post(house.store, cy)
    await house.follow(ana, bo)
    asked: dict[str, Any] = {
        "keys": [
            "languages",
            "sources",
            "servers",
            "space_usage",
            "software_versions",
            "tag_servers",
            "tag_languages",
            "instance_accounts",
            "instance_languages",
            "nonsense",
        ],
        "tag_servers": {"id": "cats"},
        "tag_languages": {"id": "cats"},
        "instance_accounts": {"domain": "b.test"},
        "instance_languages": {"domain": "b.test"},
        **period(),
    }
    found = {
        one["key"]: {entry["key"]: entry for entry in one["data"]}
        for one in await mia.post("/api/v1/admin/dimensions", json=asked)
    }

    def values(key: str) -> dict[str, str]:
        return {name: entry["value"] for name, entry in found[key].items()}

    assert values("languages") == {"fr": "1", "und": "1"}
    assert values("sources") == {"web": "1"}
    assert values("servers") == {"b.test": "2", "c.test": "1"}
    assert values("tag_servers") == {"b.test": "2", "a.test": "1"}
    assert values("tag_languages") == {"en": "2", "fr": "1"}
    assert values("instance_accounts") == {"bo": "1"}
    assert values("instance_languages") == {"en": "2"}
    engine = house.store.database.engine
    assert set(found["software_versions"]) == {"fedi", "python", "sqlite"} or engine == "postgresql"
    space = next(entry for key, entry in found["space_usage"].items() if key != "media")
    assert int(space["value"]) > 10_000
    assert (space["unit"], space["human_value"].split()[1]) in (("bytes", "KB"), ("bytes", "MB"))
    short = await mia.post("/api/v1/admin/dimensions", json={"keys": ["servers"], "limit": 1})
    assert [entry["key"] for entry in short[0]["data"]] == ["b.test"]
    assert await mia.post("/api/v1/admin/dimensions", json={}) == []


@pytest.mark.operation("POST /api/v1/admin/retention")
async def test_retention_tells_who_came_back(house: House) -> None:
    _, mia = await house.staff()
    people = [await make_person(house.store, name) for name in ("ana", "cleo")]
    async with house.store.write() as tx:
        today, day = tx.now // 86_400_000, 86_400_000
        await tx.db.run("DELETE FROM visits")
        for person in people:
            await tx.db.run(
                "UPDATE users SET created_at = :at WHERE id = :id", {"at": (today - 2) * day, "id": person.id}
            )
        for person, days in zip(people, ((0, 1, 2), (0,)), strict=True):
            for later in days:
                await tx.db.run(
                    "INSERT INTO visits (day, user_id) VALUES (:day, :id) ON CONFLICT DO NOTHING",
                    {"day": today - 2 + later, "id": person.id},
                )
    cohorts = await mia.post("/api/v1/admin/retention", json={**period(3), "frequency": "day"})
    assert [one["frequency"] for one in cohorts] == ["day"] * 3
    assert [(one["value"], one["rate"]) for one in cohorts[0]["data"]] == [("2", 1.0), ("1", 0.5), ("1", 0.5)]
    assert [len(one["data"]) for one in cohorts] == [3, 2, 1]
    months = await mia.post("/api/v1/admin/retention", json={**period(3), "frequency": "month"})
    assert months[0]["period"][8:10] == "01"
    assert sum(int(one["data"][0]["value"]) for one in months) >= 2
    assert await mia.post("/api/v1/admin/retention", json={"frequency": "day"}) == []
