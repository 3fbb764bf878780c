"""Posts for later: kept as they were asked for, published once by a job, whatever happens to the process."""

from __future__ import annotations

from typing import Any

import msgspec

from fedi.errors import NotFound, Unprocessable
from fedi.model.people import Account
from fedi.services import Services
from fedi.social import posting
from fedi.social.composing import Wish, compose
from fedi.store.paging import LAST
from fedi.store.scheduled import Scheduled
from fedi.store.store import Transaction

JOB = "publish_scheduled"
SOONEST_MS = 300_000
TOTAL_MAX = 300
DAY_LIMIT = 25
_DAY_MS = 86_400_000
_WRONG = "Validation failed: "


async def schedule(services: Services, author: Account, wish: Wish, at: int) -> Scheduled:
    """Keep a post for later. Raises Unprocessable for a time too near, too many, and what could not be posted."""
    draft = await compose(services, author, wish)
    posting.check(author, draft, services.config.limits.characters)
    async with services.store.write() as tx:
        if wish.idempotency and (earlier := await tx.scheduled.by_key(author.id, wish.idempotency)):
            return earlier
        await _check(tx, author.id, at)
        made = Scheduled(
            id=tx.new_id(),
            account_id=author.id,
            scheduled_at=at,
            params=msgspec.json.encode(wish).decode(),
            attachments=draft.attachments,
            idempotency_key=wish.idempotency,
            created_at=tx.now,
        )
        if not await tx.scheduled.add(made):
            raise Unprocessable(public=f"{_WRONG}This post is being scheduled already")
        await _due(tx, made.id, at, wish.media_ids)
    return made


async def move(tx: Transaction, account_id: int, scheduled_id: int, at: int) -> Scheduled:
    """Give a post another time. Raises NotFound, Unprocessable."""
    found = await tx.scheduled.by_id(scheduled_id, account_id)
    if found is None:
        raise NotFound
    await _check(tx, account_id, at, but=scheduled_id)
    await tx.scheduled.move(scheduled_id, at)
    await _due(tx, scheduled_id, at, wish_of(found).media_ids)
    return msgspec.structs.replace(found, scheduled_at=at)


async def cancel(tx: Transaction, account_id: int, scheduled_id: int) -> None:
    """Give a post up. Raises NotFound."""
    found = await tx.scheduled.by_id(scheduled_id, account_id)
    if found is None or not await tx.scheduled.take(scheduled_id):
        raise NotFound


async def run(services: Services, payload: dict[str, Any]) -> None:
    """The job `publish_scheduled`: taking the row and adding the post is one transaction, so it happens once."""
    async with services.store.read() as tx:
        found = await tx.scheduled.by_id(payload["id"])
        author = await tx.people.by_id(found.account_id) if found is not None else None
        now = tx.now
    if found is None or author is None or not author.is_active or found.scheduled_at > now:
        return  # given up, gone, or moved: then another job waits
    draft = await compose(services, author, wish_of(found))
    async with services.store.write() as tx:
        if await tx.scheduled.take(found.id):
            limit = services.config.limits.characters
            await posting.create(
                tx, author, msgspec.structs.replace(draft, idempotency_key=None), characters=limit
            )
        await tx.jobs.done(payload["job_id"])


def wish_of(found: Scheduled) -> Wish:
    """How it was asked for."""
    return msgspec.json.decode(found.params, type=Wish)


async def _check(tx: Transaction, account_id: int, at: int, but: int = 0) -> None:
    if at <= tx.now + SOONEST_MS:
        raise Unprocessable(public=f"{_WRONG}Scheduled at The scheduled date must be in the future")
    if await tx.scheduled.count(account_id, 0, LAST, but) >= TOTAL_MAX:
        raise Unprocessable(public=f"{_WRONG}You have exceeded the limit of {TOTAL_MAX} scheduled posts")
    day = at // _DAY_MS * _DAY_MS
    if await tx.scheduled.count(account_id, day, day + _DAY_MS, but) >= DAY_LIMIT:
        raise Unprocessable(
            public=f"{_WRONG}You have exceeded the limit of {DAY_LIMIT} scheduled posts for that day"
        )


async def _due(tx: Transaction, scheduled_id: int, at: int, media_ids: tuple[int, ...]) -> None:
    await tx.jobs.add(JOB, {"id": scheduled_id}, key=f"{JOB}:{scheduled_id}:{at}", run_at=at)
    if media_ids:
        await tx.media.hold(media_ids, at + _DAY_MS)
