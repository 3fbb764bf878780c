"""Jobs: leases, keys, attempts."""

from __future__ import annotations

import asyncio

from fedi.store.jobs import Job
from fedi.store.store import Store
from tests.outbox.lab import MINUTE, Clock


async def add(store: Store, kind: str = "fetch_post", **options: object) -> bool:
    async with store.write() as tx:
        return await tx.jobs.add(kind, {"uri": "https://b.test/1"}, **options)  # type: ignore[arg-type]


async def claim(store: Store, limit: int = 10) -> list[Job]:
    async with store.write() as tx:
        return await tx.jobs.claim(limit, MINUTE)


async def fail(store: Store, job: Job, next_at: int | None) -> None:
    async with store.write() as tx:
        await tx.jobs.failed(job.id, "no luck", next_at)


async def test_a_job_commits_with_its_fact_and_wakes_who_waits(store: Store):
    assert await add(store)
    assert await store.signals.wait("jobs", 1)
    jobs = await claim(store)
    assert [(job.kind, job.payload, job.attempts) for job in jobs] == [
        ("fetch_post", {"uri": "https://b.test/1"}, 1)
    ]
    async with store.write() as tx:
        await tx.jobs.done(jobs[0].id)
        await tx.jobs.done(jobs[0].id)
        assert await tx.jobs.next_at() is None


async def test_jobs_come_in_the_order_of_their_times(store: Store):
    clock = Clock(store)
    for kind, at in (
        ("late", clock() - 1),
        ("later", None),
        ("early", clock() - 2),
        ("not yet", clock() + 1),
    ):
        await add(store, kind, run_at=at)
    assert [job.kind for job in await claim(store, 2)] == ["early", "late"]
    assert [job.kind for job in await claim(store)] == ["later"]
    async with store.read() as tx:
        assert await tx.jobs.next_at() == clock() + 1


async def test_a_claimed_job_is_free_again_when_its_lease_ends(store: Store, database_url: str):
    clock = Clock(store)
    await add(store)
    first = (await claim(store))[0]
    other = await Store.open(database_url)
    other.clock = clock
    assert await claim(other) == []
    clock += MINUTE
    again = (await claim(other))[0]
    assert (again.id, again.attempts) == (first.id, 2)  # a job that takes its process down is counted
    async with other.write() as tx:
        await tx.jobs.renew([again.id], 10 * MINUTE)
    clock += 2 * MINUTE
    assert await claim(store) == []
    async with other.write() as tx:
        await tx.jobs.give_back([again.id])
    assert (await claim(store))[0].attempts == 2
    await other.close()


async def test_two_processes_never_claim_the_same_job(store: Store, database_url: str):
    other = await Store.open(database_url)
    for _ in range(20):
        await add(store)
    halves = await asyncio.gather(*(claim(each, 3) for each in (store, other) * 4))
    ids = [job.id for half in halves for job in half]
    assert len(ids) == len(set(ids)) == 20
    await other.close()


async def test_a_key_is_for_one_waiting_job(store: Store):
    assert await add(store, key="k")
    assert not await add(store, key="k")
    assert await add(store, key="other")
    assert await add(store)
    assert await add(store)
    assert len(await claim(store)) == 4


async def test_what_is_asked_for_while_a_job_runs_is_done_afterwards(store: Store):
    clock = Clock(store)
    await add(store, key="k")
    running = (await claim(store))[0]
    assert await add(store, key="k")
    assert not await add(store, key="k")
    await fail(store, running, clock() + MINUTE)  # the newer one takes its place
    clock += MINUTE
    jobs = await claim(store)
    assert len(jobs) == 1
    assert jobs[0].id != running.id
    await fail(store, jobs[0], clock() + MINUTE)
    assert not await add(store, key="k")  # it waits for its next attempt


async def test_a_failed_job_waits_and_a_dead_one_stays_with_its_reason(store: Store):
    clock = Clock(store)
    await add(store, key="k")
    job = (await claim(store))[0]
    await fail(store, job, clock() + MINUTE)
    assert await claim(store) == []
    clock += MINUTE
    again = (await claim(store))[0]
    assert again.attempts == 2
    await fail(store, again, None)
    clock += MINUTE
    assert await claim(store) == []
    async with store.read() as tx:
        row = await tx.db.row("SELECT state, error FROM jobs")
    assert row is not None
    assert (row["state"], row["error"]) == ("dead", "no luck")
    assert await add(store, key="k")  # a dead job holds no key
    async with store.write() as tx:
        assert await tx.jobs.retry() == 1
    assert [job.attempts for job in await claim(store)] == [1, 1]
