"""The worker: applies what came in, delivers what goes out, does the jobs, and stops cleanly.

Every process that has the role runs one; they share work through leases and locks in the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import structlog

from fedi import housekeeping
from fedi.errors import FediError, Unavailable
from fedi.inbox.process import Processor
from fedi.inbox.readings import Readings
from fedi.outbox import fanout, synchronization
from fedi.outbox.deliver import Deliverer
from fedi.outbox.retry import job_next_try
from fedi.services import Services
from fedi.social import (
    boosting,
    domain_blocking,
    indexing,
    looking_back,
    mailing,
    moving,
    muting,
    notice_requests,
    poll_jobs,
    previewing,
    profile_jobs,
    pushing,
    quote_jobs,
    receiving,
    replies_fetching,
    scheduling,
    suspending,
    trending,
    uploading,
)
from fedi.store.jobs import Job
from fedi.webfinger import lookup

log = structlog.get_logger()

JobHandler = Callable[[Services, dict[str, Any]], Awaitable[None]]

JOBS: dict[str, JobHandler] = {
    "accept_requests": profile_jobs.accept_requests,
    "confirm_handle": lookup.confirm,
    "end_mute": muting.run,
    "fan_out": fanout.run,
    "fetch_announced": boosting.run,
    "fetch_post": receiving.run,
    "follow_move": moving.run,
    "leave_domain": domain_blocking.run,
    "fetch_replies": replies_fetching.run,
    "fetch_card": previewing.run,
    "end_poll": poll_jobs.end,
    "merge_notices": notice_requests.run,
    "publish_scheduled": scheduling.run,
    "push_notice": pushing.run,
    "look_back": looking_back.run,
    "refresh_actor": receiving.refresh_actor,
    "tell_tallies": poll_jobs.tell_tallies,
    "verify_fields": profile_jobs.verify_fields,
    "verify_quote": quote_jobs.run,
    "process_media": uploading.process,
    "sweep_media": uploading.sweep,
    suspending.PURGE: suspending.purge,
    "synchronize_followers": synchronization.run,
    mailing.JOB: mailing.run,
}

_AT_ONCE = 16
_POLL_SECONDS = 1.0
_LEASE_MS = 30_000  # a killed process's jobs wait for as long
_RENEW_SECONDS = 8.0


class Worker:
    """Runs until told to stop."""

    def __init__(self, services: Services, readings: Readings) -> None:
        self._services = services
        self._store = services.store
        self._processor = Processor(services, readings)
        self._deliverer = Deliverer(services)
        self._renewed_at = 0.0
        self._done: list[int] = []  # jobs that have come to their end, still to be taken off the disk

    async def run(self, stop: asyncio.Event) -> None:
        """Everything a worker does, side by side; returns once all of it has come to rest."""
        listening = asyncio.create_task(self._store.listen())
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._processor.run(stop))
                group.create_task(self._deliverer.run(stop))
                group.create_task(self._jobs(stop))
                group.create_task(self._rouse(stop))
                group.create_task(housekeeping.tidy(self._services, stop))
                group.create_task(indexing.run(self._services, stop))
                group.create_task(trending.run(self._services, stop))
                group.create_task(housekeeping.forget_events(self._services, stop))
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _rouse(self, stop: asyncio.Event) -> None:
        """Let those who wait for work see at once that they are to stop."""
        await stop.wait()
        self._store.signals.wake(("received", "jobs", "deliveries"))

    async def _jobs(self, stop: asyncio.Event) -> None:
        running: dict[asyncio.Task[None], int] = {}
        while not stop.is_set():
            try:
                await self._renew(running.values())
                jobs = await self._settle_and_claim(_AT_ONCE - len(running))
            except Exception:
                log.exception("claiming jobs failed")
                jobs = []
            running |= {asyncio.create_task(self.do(job)): job.id for job in jobs}
            if running and (len(running) >= _AT_ONCE or not jobs):
                await asyncio.wait(running, timeout=_POLL_SECONDS / 4, return_when=asyncio.FIRST_COMPLETED)
            running = {task: job_id for task, job_id in running.items() if not task.done()}
            if not jobs:
                await self._store.signals.wait("jobs", _POLL_SECONDS if not running else 0.05)
        # What is cut off here is done by whoever claims it when its lease has ended: jobs may run twice.
        if running:
            await asyncio.wait(running, timeout=self._services.config.server.stop_seconds / 2)
        for task in running:
            task.cancel()
        await self._settle_and_claim(0)

    async def _renew(self, job_ids: Collection[int]) -> None:
        now = asyncio.get_running_loop().time()
        if not job_ids or now - self._renewed_at < _RENEW_SECONDS:
            return
        async with self._store.write() as tx:
            await tx.jobs.renew(job_ids, _LEASE_MS)
        self._renewed_at = now

    async def _settle_and_claim(self, room: int) -> list[Job]:
        """One commit for the jobs that are done and those that come next."""
        if room <= 0 and not self._done:
            return []
        done, self._done = self._done, []
        try:
            async with self._store.write() as tx:
                if done:
                    await tx.jobs.drop(done)
                return await tx.jobs.claim(room, _LEASE_MS) if room > 0 else []
        except BaseException:
            self._done += done
            raise

    async def do(self, job: Job) -> None:
        """One job: done and soon forgotten, put off with the reason kept, or given up."""
        try:
            await JOBS[job.kind](self._services, {**job.payload, "job_id": job.id})
            self._done.append(job.id)
        except Exception as error:
            try:
                await (self._give_back(job) if isinstance(error, Unavailable) else self._put_off(job, error))
            except Exception:
                log.exception("job left until its lease ends", kind=job.kind)

    async def _give_back(self, job: Job) -> None:
        """Again in a moment, and not counted: the database's trouble is not the job's."""
        log.warning("job given back", kind=job.kind, exc_info=True)
        await asyncio.sleep(_POLL_SECONDS)
        async with self._store.write() as tx:
            await tx.jobs.give_back([job.id])

    async def _put_off(self, job: Job, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}"[:500]
        known = isinstance(error, FediError)
        log.info("job put off", kind=job.kind, error=reason, exc_info=None if known else error)
        async with self._store.write() as tx:
            await tx.jobs.failed(job.id, reason, job_next_try(job.attempts, error, tx.now))
