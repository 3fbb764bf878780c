"""The jobs of polls: tallies told, the end of a poll told."""

from __future__ import annotations

from typing import Any

import structlog

from fedi.errors import FetchError, NotAllowed
from fedi.services import Services
from fedi.social import polling, receiving

log = structlog.get_logger()


async def tell_tallies(services: Services, payload: dict[str, Any]) -> None:
    """The job `tell_tallies`: some time after a vote, for all votes until then."""
    async with services.store.write() as tx:
        poll = await tx.polls.by_id(payload["poll_id"])
        post = await tx.posts.by_id(poll.post_id) if poll is not None else None
        if poll is not None and post is not None and poll.closed_at is None:
            await polling.tell_tallies(tx, post)
        await tx.jobs.done(payload["job_id"])


async def end(services: Services, payload: dict[str, Any]) -> None:
    """The job `end_poll`: it is over, unless an edit gave it more time (then another job waits)."""
    async with services.store.read() as tx:
        poll = await tx.polls.by_id(payload["poll_id"])
        post = await tx.posts.by_id(poll.post_id) if poll is not None else None
    if poll is not None and post is not None and polling.is_stale(post, poll, services.store.clock()):
        await _refresh(services, post.uri)
    async with services.store.write() as tx:
        poll = await tx.polls.lock(payload["poll_id"])
        post = await tx.posts.by_id(poll.post_id) if poll is not None else None
        if poll is not None and post is not None and poll.closed_at is None and poll.is_over(tx.now):
            await polling.ended(tx, post, poll)
        await tx.jobs.done(payload["job_id"])


async def _refresh(services: Services, uri: str) -> None:
    """The last tallies, if they can be had: that people are told does not depend on it."""
    try:
        document, author = await receiving.fetch(services, uri)
    except (FetchError, NotAllowed) as error:
        log.info("poll not refreshed", uri=uri, reason=str(error))
        return
    async with services.store.write() as tx:
        await receiving.edited(tx, document, author, wanted=True)
