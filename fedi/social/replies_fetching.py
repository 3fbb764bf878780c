"""Answers to another server's post that are not here: fetched, within bounds, when somebody looks."""

from __future__ import annotations

from typing import Any

import structlog

from fedi.activitypub import types
from fedi.activitypub.uris import same_origin
from fedi.errors import FediError
from fedi.model.posts import Post
from fedi.net.actors import read_document
from fedi.services import Services
from fedi.social import receiving
from fedi.store.store import Transaction
from fedi.store.translations import Refresh

log = structlog.get_logger()

JOB = "fetch_replies"
_AGAIN_MS = 5 * 60_000
_STUCK_MS = 15 * 60_000
_MOST = 40
_PAGES = 4


def is_due(post: Post, last: Refresh | None, now: int) -> bool:
    """Whether to ask (again) for the answers to a post."""
    if post.local or not post.is_public:
        return False
    return last is None or last.started_at < now - (_AGAIN_MS if last.state == "finished" else _STUCK_MS)


async def begin(tx: Transaction, post: Post) -> Refresh:
    """Have the answers fetched."""
    refresh = await tx.refreshes.start(post.id)
    await tx.jobs.add(JOB, {"refresh_id": refresh.id, "uri": post.uri}, key=f"{JOB}:{post.id}")
    return refresh


async def run(services: Services, payload: dict[str, Any]) -> None:
    """The job `fetch_replies`: each answer is asked of its own server, and one that fails is left out."""
    found = 0
    try:
        for uri in await _missing(services, payload["uri"]):
            found += await _fetch(services, uri)
            async with services.store.write() as tx:
                await tx.refreshes.note(payload["refresh_id"], found, finished=False)
    except FediError as error:
        log.info("answers not fetched", uri=payload["uri"], reason=str(error))
    async with services.store.write() as tx:
        await tx.refreshes.note(payload["refresh_id"], found, finished=True)
        await tx.jobs.done(payload["job_id"])


async def _fetch(services: Services, uri: str) -> int:
    try:
        post, author = await receiving.fetch(services, uri)
        async with services.store.write() as tx:
            return 0 if await receiving.received(tx, post, author, wanted=True) is None else 1
    except FediError as error:
        log.info("answer not fetched", uri=uri, reason=str(error))
        return 0


async def _missing(services: Services, uri: str) -> list[str]:
    post, _ = await receiving.fetch(services, uri)
    named = dict.fromkeys(post.first_replies)
    at, pages = post.replies, 0
    while at is not None and same_origin(at, uri) and pages < _PAGES and len(named) < _MOST:
        pages += 1
        document = await services.net.fetch(at, signer=await services.actors.instance_key())
        page = await read_document(document.data)
        if not isinstance(page, types.Collection):
            break
        named.update(dict.fromkeys(_uris(page)))
        following = page.next or (page.first if pages == 1 else None)
        at = following if following != at else None
    wanted = list(named)[:_MOST]
    async with services.store.read() as tx:
        known = await tx.posts.by_uris(wanted)
        gone = await tx.tombstones.among(wanted)
    return [one for one in wanted if one not in known and one not in gone]


def _uris(page: types.Collection) -> list[str]:
    """Addresses of the items; of what is embedded too, since only its own server speaks for it."""
    found = (item.get("id") if isinstance(item, dict) else item for item in page.items)
    return [one for one in found if isinstance(one, str)]
