"""Notices that are about something else than a post: reports, warnings, severed relationships, collections."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

import pytest

from fedi.store.collections import Collection, Collections
from fedi.store.reports import Report
from fedi.store.severances import Severance
from fedi.store.store import Store
from fedi.store.strikes import Appeal, Strike
from tests.api.conftest import Api, Counting
from tests.builders import make_stranger

V1, V2 = "/api/v1/notifications", "/api/v2/notifications"


async def scene(api: Api, number: int) -> None:
    """One more of each, for ana."""
    async with api.store.read() as tx:
        ana = await tx.people.by_handle("ana@a.test")
    assert ana is not None
    far = await make_stranger(api.store, f"bo{number}")
    async with api.store.write() as tx:
        report = Report(
            id=tx.new_id(),
            uri=f"https://b.test/flags/{number}",
            reporter_id=far.id,
            target_id=ana.id,
            comment="loud",
            created_at=tx.now,
            updated_at=tx.now,
        )
        await tx.reports.add(report)
        tx.notifications.give(ana.id, "admin.report", far.id, about_id=report.id)
        lost = Severance(
            id=tx.new_id(),
            account_id=ana.id,
            type="domain_block",
            target_name="c.test",
            followers_count=2,
            following_count=3,
            created_at=tx.now,
        )
        await tx.severances.add([lost])
        tx.notifications.give(ana.id, "severed_relationships", ana.id, about_id=lost.id)
        strike = Strike(
            id=tx.new_id(),
            target_id=ana.id,
            account_id=None,
            action="silence",
            text="Be kind.",
            created_at=tx.now,
        )
        await tx.strikes.add(strike)
        await tx.strikes.appeal(
            Appeal(id=tx.new_id(), warning_id=strike.id, account_id=ana.id, text="I was.", created_at=tx.now)
        )
        tx.notifications.give(ana.id, "moderation_warning", ana.id, about_id=strike.id)
        collection = Collection(
            id=tx.new_id(),
            uri=f"https://b.test/collections/{number}",
            account_id=far.id,
            local=False,
            name="Kind people",
            sensitive=False,
            discoverable=True,
            created_at=tx.now,
            updated_at=tx.now,
        )
        await Collections(tx).add(collection)
        tx.notifications.give(ana.id, "added_to_collection", far.id, about_id=collection.id)
        tx.notifications.give(ana.id, "admin.sign_up", far.id)


async def test_each_tells_what_it_is_about(api: Api) -> None:
    _, hers = await api.member("ana")
    await scene(api, 1)
    found: dict[str, Any] = {one["type"]: one for one in await hers.get(V1)}
    assert len(found) == 5
    assert found["admin.report"]["report"]["comment"] == "loud"
    assert found["severed_relationships"]["event"]["following_count"] == 3
    warning = found["moderation_warning"]["moderation_warning"]
    assert (warning["action"], warning["text"], warning["appeal"]["state"]) == (
        "silence",
        "Be kind.",
        "pending",
    )
    assert found["added_to_collection"]["collection"]["name"] == "Kind people"
    assert found["admin.sign_up"]["group_key"].startswith("admin.sign_up-")
    for one in found.values():
        assert await hers.get(f"{V1}/{one['id']}") == one


async def test_groups_tell_it_too(api: Api) -> None:
    _, hers = await api.member("ana")
    await scene(api, 1)
    # The published schema of groups has no collections.
    groups = (await hers.get(f"{V2}?exclude_types[]=added_to_collection"))["notification_groups"]
    found = {one["type"]: one for one in groups}
    assert found["admin.report"]["report"]["category"] == "other"
    assert found["severed_relationships"]["event"]["target_name"] == "c.test"
    assert found["moderation_warning"]["moderation_warning"]["target_account"]["acct"] == "ana"


async def test_they_are_asked_for_all_at_once(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    _, hers = await api.member("ana")
    statements: list[str] = []
    reading = Store.read

    @asynccontextmanager
    async def counted(store: Store) -> Any:
        async with reading(store) as tx:
            tx.db = Counting(tx.db, statements)
            yield tx

    await hers.get(V1)
    monkeypatch.setattr(Store, "read", counted)
    costs = []
    for number in range(3):
        await scene(api, number)
        statements.clear()
        assert len(await hers.get(V1)) == 5 * (number + 1)
        costs.append(len(statements))
    assert costs == [costs[0]] * 3
