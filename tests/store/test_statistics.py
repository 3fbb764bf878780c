"""Counts: true ones, kept for a while by who asks often."""

from __future__ import annotations

import types

from fedi.social.counting import KEPT_MS, Counter
from fedi.store.statistics import Counts
from fedi.store.store import Store
from tests.builders import make_person, make_post, make_stranger

DAY_MS = 86_400_000


async def test_counts(store: Store) -> None:
    ana, bo, cy = await make_person(store), await make_person(store, "bo"), await make_person(store, "cy")
    far = await make_stranger(store)
    post = await make_post(store, ana)
    await make_post(store, ana, in_reply_to_uri=post.uri)
    await make_post(store, ana, visibility="unlisted")
    await make_post(store, ana, visibility="private")
    await make_post(store, ana, boost_of_id=(await make_post(store, far)).id)
    async with store.write() as tx:
        for person, days in ((bo, 60), (cy, 365)):
            await tx.db.run(
                "UPDATE users SET seen_at = :then WHERE id = :id",
                {"then": tx.now - days * DAY_MS, "id": person.id},
            )
        assert await tx.statistics.counts() == Counts(3, 1, 2, 2, 1, 1)
        await tx.people.update(cy.id, suspended_at=1)
        await tx.db.run("UPDATE users SET disabled_at = 1 WHERE id = :id", {"id": bo.id})
        assert (await tx.statistics.counts()).users == 1


async def test_an_empty_server(store: Store) -> None:
    async with store.read() as tx:
        assert await tx.statistics.counts() == Counts(0, 0, 0, 0, 0, 0)


async def test_counts_are_kept_for_minutes(store: Store) -> None:
    now = [store.clock()]
    store.clock = lambda: now[0]
    services = types.SimpleNamespace(store=store)
    counter = Counter()
    assert (await counter.counts(services)).users == 0  # type: ignore[arg-type]
    await make_person(store)
    assert (await counter.counts(services)).users == 0  # type: ignore[arg-type]
    now[0] += KEPT_MS
    assert (await counter.counts(services)).users == 1  # type: ignore[arg-type]
