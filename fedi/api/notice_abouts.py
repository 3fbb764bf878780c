"""What notices are about beside statuses: reports, severed relationships, warnings, collections.

Each kind is asked only where a notice of the page needs it, and then once for the whole page.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from fedi.api.entities.collections import collection
from fedi.api.entities.here import Here
from fedi.api.entities.notice_things import severance, warning
from fedi.api.entities.notifications import About
from fedi.api.entities.reports import report
from fedi.store.collections import Collections
from fedi.store.notice_values import Notice
from fedi.store.store import Transaction

_COLLECTIONS = ("added_to_collection", "collection_update")
Things = dict[tuple[str, int], Any]


async def about(
    tx: Transaction,
    notices: Sequence[Notice],
    at: Here,
    *,
    supported: Collection[str] | None = None,
    locale: str | None = None,
) -> About:
    """What the notices of a page are about; and which types the app says it knows."""
    ids: dict[str, set[int]] = {}
    for notice in notices:
        if notice.about_id:
            ids.setdefault(notice.type, set()).add(notice.about_id)
    things: Things = {}
    if found := ids.get("admin.report"):
        things |= await _reports(tx, found, at)
    if found := ids.get("severed_relationships"):
        lost = await tx.severances.by_ids(found)
        things |= {("severed_relationships", one.id): severance(one) for one in lost.values()}
    if found := ids.get("moderation_warning"):
        things |= await _warnings(tx, found, at)
    if found := set().union(*(ids.get(kind, ()) for kind in _COLLECTIONS)):
        things |= await _collections(tx, found, at)
    return About(things, supported, locale)


async def _reports(tx: Transaction, ids: set[int], at: Here) -> Things:
    found = await tx.reports.by_ids([*ids])
    people = await tx.people.by_ids({one.target_id for one in found.values()})
    return {
        ("admin.report", one.id): report(one, people[one.target_id], at)
        for one in found.values()
        if one.target_id in people
    }


async def _warnings(tx: Transaction, ids: set[int], at: Here) -> Things:
    found = await tx.strikes.by_ids(ids)
    appeals = await tx.strikes.appeals(found)
    people = await tx.people.by_ids({one.target_id for one in found.values()})
    return {
        ("moderation_warning", one.id): warning(one, people[one.target_id], appeals.get(one.id), at)
        for one in found.values()
        if one.target_id in people
    }


async def _collections(tx: Transaction, ids: set[int], at: Here) -> Things:
    store = Collections(tx)
    found = await store.by_ids(ids)
    items = await store.items(found)
    entities = {one.id: collection(one, items.get(one.id, []), at) for one in found.values()}
    return {(kind, key): entity for key, entity in entities.items() for kind in _COLLECTIONS}
