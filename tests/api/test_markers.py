"""Markers: where somebody stopped reading."""

from __future__ import annotations

import asyncio

import pytest

from tests.api.conftest import Api

PATH = "/api/v1/markers"


@pytest.mark.operation("GET /api/v1/markers", "POST /api/v1/markers")
async def test_places_are_kept_by_timeline(api: Api) -> None:
    (_, hers), (_, his) = await api.member("ana"), await api.member("bo")
    both = f"{PATH}?timeline[]=home&timeline[]=notifications"
    assert await hers.get(both) == {}
    made = await hers.post(PATH, json={"home": {"last_read_id": "12"}})
    assert (made["home"]["last_read_id"], made["home"]["version"]) == ("12", 1)
    form = {"home[last_read_id]": "11", "notifications[last_read_id]": "7"}
    after = await hers.post(PATH, form=form)
    assert (after["home"]["last_read_id"], after["home"]["version"]) == ("11", 2)
    assert (after["notifications"]["last_read_id"], after["notifications"]["version"]) == ("7", 1)
    assert await hers.get(both) == after
    assert await hers.get(f"{PATH}?timeline[]=home") == {"home": after["home"]}
    assert (await hers.get(PATH), await hers.get(f"{PATH}?timeline[]=moon")) == ({}, {})
    assert await his.get(both) == {}


async def test_every_change_counts_when_two_come_at_once(api: Api) -> None:
    _, hers = await api.member("ana")
    found = await asyncio.gather(
        *(hers.post(PATH, json={"home": {"last_read_id": str(number)}}) for number in range(1, 6))
    )
    assert sorted(one["home"]["version"] for one in found) == [1, 2, 3, 4, 5]


async def test_what_is_no_place_changes_nothing(api: Api) -> None:
    ana, hers = await api.member("ana")
    for values in ({"home": "12"}, {"home": {"last_read_id": "x"}}, {"home": {"last_read_id": ["1"]}}):
        await hers.post(PATH, status=400, json=values)
    assert await hers.post(PATH, json={"moon": {"last_read_id": "1"}, "home": {}}) == {}
    weak = await api.client(ana, "read:accounts write:lists")
    for method in ("GET", "POST"):
        assert (await weak.ask(method, PATH, json={"home": {"last_read_id": "1"}})).status == 403
        assert (await api.anybody.ask(method, PATH, json={})).status == 401
    assert await hers.get(f"{PATH}?timeline[]=home") == {}
