"""A year in numbers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fedi.api.entities.instance import campaign
from fedi.social import looking_back
from fedi.store.annual import Totals
from tests.api import schema
from tests.api.conftest import Api
from tests.builders import make_person, make_post
from tests.support.posts import follow, jobs

PATH = "/api/v1/annual_reports"
YEAR = 2024


def moment(month: int, day: int = 3) -> int:
    return int(datetime(YEAR, month, day, tzinfo=UTC).timestamp() * 1000)


async def work(api: Api) -> None:
    for payload in await jobs(api.store, looking_back.KIND):
        await looking_back.run(api.world.services, payload)


@pytest.mark.operation(
    "GET /api/v1/annual_reports",
    "GET /api/v1/annual_reports/{year}",
    "GET /api/v1/annual_reports/{year}/state",
    "POST /api/v1/annual_reports/{year}/generate",
    "POST /api/v1/annual_reports/{year}/read",
)
async def test_a_year(api: Api) -> None:
    ana, hers = await api.member("ana")
    bo = await make_person(api.store, "bo")
    for number in range(12):
        at = moment(number % 3 + 1, number + 1)
        await make_post(
            api.store,
            ana,
            id=(at << 16) + number,
            uri=f"https://a.test/ap/posts/y{number}",
            created_at=at,
            tags=("herons",) if number < 4 else (),
            boosts_count=number,
            visibility="direct" if number == 11 else "public",
        )
    await follow(api.store, bo, ana)
    async with api.store.write() as tx:
        await tx.db.run("UPDATE follows SET created_at = :at", {"at": moment(2)})

    async def state(year: int = YEAR) -> str:
        found: str = (await hers.get(f"{PATH}/{year}/state"))["state"]
        return found

    assert await state() == "eligible"
    assert await state(2019) == await state(3000) == "ineligible"
    assert (await hers.ask("POST", f"{PATH}/{YEAR}/generate")).status == 202
    assert (await hers.ask("POST", f"{PATH}/{YEAR}/generate")).status == 202
    assert await state() == "generating"
    await hers.get(f"{PATH}/{YEAR}", status=404)
    await work(api)
    assert await state() == "available"
    assert await hers.post(f"{PATH}/{YEAR}/generate") == {}
    found = await hers.get(f"{PATH}/{YEAR}")
    report = found["annual_reports"][0]
    schema.check(report, "AnnualReport")
    data = report["data"]
    assert (report["year"], report["schema_version"], report["account_id"]) == (YEAR, 2, str(ana.id))
    assert data["archetype"] == "oracle"
    assert data["type_distribution"] == {"total": 11, "reblogs": 0, "replies": 0, "standalone": 11}
    assert data["top_hashtags"] == [{"name": "herons", "count": 4}]
    assert [one["statuses"] for one in data["time_series"][:4]] == [4, 4, 3, 0]
    assert [one["followers"] for one in data["time_series"][:3]] == [0, 1, 0]
    assert [one["id"] for one in found["statuses"]] == [data["top_statuses"]["by_reblogs"]]
    assert data["top_statuses"]["by_replies"] is None
    assert [one["acct"] for one in found["accounts"]] == ["ana"]
    assert (await hers.get(PATH))["annual_reports"] == [report]
    assert await hers.post(f"{PATH}/{YEAR}/read") == {}
    assert (await hers.get(PATH))["annual_reports"] == []
    assert (await hers.get(f"{PATH}/{YEAR}"))["annual_reports"] == [report]


async def test_what_cannot_be_asked(api: Api) -> None:
    ana, hers = await api.member("ana")
    await hers.post(f"{PATH}/{YEAR}/generate", status=404)
    await hers.post(f"{PATH}/{YEAR}/read", status=404)
    for wrong in ("x", "99999", "-1"):
        await hers.get(f"{PATH}/{wrong}", status=404)
        await hers.get(f"{PATH}/{wrong}/state", status=404)
    await api.anybody.get(PATH, status=401)
    weak = await api.client(ana, "read")
    await weak.post(f"{PATH}/{YEAR}/generate", status=403)


@pytest.mark.parametrize(
    ("totals", "word"),
    [
        (Totals(3, 2, 0, 0), "lurker"),
        (Totals(5, 20, 0, 0), "booster"),
        (Totals(20, 0, 0, 5), "pollster"),
        (Totals(20, 0, 15, 0), "replier"),
        (Totals(20, 10, 5, 1), "oracle"),
    ],
)
def test_archetypes(totals: Totals, word: str) -> None:
    assert looking_back.archetype(totals) == word


def test_the_campaign_is_in_december() -> None:
    assert campaign(moment(12)) == str(YEAR)
    assert campaign(moment(11)) is None
