"""What is done now and then: leases renewed, old rows forgotten."""

from __future__ import annotations

import asyncio

import structlog

from fedi.media.sweeping import sweep
from fedi.services import Services
from fedi.store.signals import came

log = structlog.get_logger()

_RENEW_SECONDS = 30
_TIDY_SECONDS = 3_600
_EVENTS_SECONDS = 60
_EVENTS_MS = 300_000
_DAY_MS = 86_400_000
# Longer than any server we know of retries a delivery (PROTOCOL section 7), so a late copy is still recognised.
_RECEIVED_MS = 10 * _DAY_MS
_TOMBSTONES_MS = 90 * _DAY_MS
_TRANSLATIONS_MS = 7 * 86_400_000
_REFRESHES_MS = 86_400_000
_ACTIVITIES_MS = 30 * _DAY_MS


async def keep_lease(services: Services, stop: asyncio.Event) -> None:
    """Renew this process's part of the id space; stop the process if another has taken it."""
    while not await came(stop, _RENEW_SECONDS):
        try:
            if not await services.store.renew():
                log.error("this process was thought dead and lost its place: stopping")
                stop.set()
        except Exception:
            log.exception("lease not renewed")


async def tidy(services: Services, stop: asyncio.Event) -> None:
    """Forget what is no longer needed, once an hour, a bounded piece at a time."""
    while not await came(stop, _TIDY_SECONDS):
        try:
            await tidy_once(services)
        except Exception:
            log.exception("tidying failed")


async def tidy_once(services: Services) -> None:
    """One round of forgetting."""
    async with services.store.write() as tx:
        await tx.received.forget(tx.now - _RECEIVED_MS)
    async with services.store.write() as tx:
        await tx.tombstones.forget(tx.now - _TOMBSTONES_MS)
    async with services.store.write() as tx:
        await tx.translations.forget(tx.now - _TRANSLATIONS_MS)
        await tx.refreshes.forget(tx.now - _REFRESHES_MS)
    async with services.store.write() as tx:
        await tx.deliveries.forget_dead(tx.now - _ACTIVITIES_MS)
    async with services.store.write() as tx:
        await tx.activities.forget(tx.now - _ACTIVITIES_MS)
    await sweep(services.media)
    await services.media.copies.tidy()
    async with services.store.write() as tx:
        for over in (tx.grants, tx.sessions, tx.factors, tx.letters):
            await over.forget()
        await tx.email_blocks.forget()
        await tx.ip_blocks.forget(tx.now - _ACTIVITIES_MS)
        await tx.apps.forget(tx.now - _DAY_MS)


async def forget_events(services: Services, stop: asyncio.Event) -> None:
    """Forget what streams have told long since, every minute: there may be hundreds of rows a second."""
    while not await came(stop, _EVENTS_SECONDS):
        try:
            async with services.store.write() as tx:
                await tx.events.forget(tx.now - _EVENTS_MS)
        except Exception:
            log.exception("events not forgotten")
