"""What follows from a changed profile: links are verified, and who waited for an unlocked account is let in."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import structlog

from fedi.errors import FetchError, Unreachable
from fedi.model.people import Account, ProfileField
from fedi.services import Services
from fedi.social import following, profile_fields
from fedi.store.rows import write

ACCEPT_REQUESTS = "accept_requests"
VERIFY_FIELDS = "verify_fields"
"""The kinds of the jobs."""
_BATCH = 50
_PAGE_BYTES = 1024 * 1024
_HTML = ("text/html", "application/xhtml+xml")
log = structlog.get_logger()


async def accept_requests(services: Services, payload: dict[str, Any]) -> None:
    """The job: everybody who waits may follow, a few in each transaction, as long as the account is not locked."""
    more = True
    while more:
        async with services.store.write() as tx:
            account = await tx.people.by_id(payload["account_id"])
            if account is None or account.locked or not account.is_active:
                return
            waiting = await tx.follows.requests(account.id, limit=_BATCH)
            for one in waiting:
                await following.accept(tx, account, one.account)
            more = len(waiting) == _BATCH


async def verify_fields(services: Services, payload: dict[str, Any]) -> None:
    """The job: which of the pages that a profile names link back to it with rel="me".

    Tried again where a page's server cannot be reached: then Unreachable is raised, when the others are done.
    """
    async with services.store.read() as tx:
        account = await tx.people.by_id(payload["account_id"])
    if account is None or not account.is_active:
        return
    confirmed: set[str] = set()
    unreachable: Unreachable | None = None
    for field in account.fields:
        page = profile_fields.page_of(field)
        if page is None or field.verified_at is not None:
            continue
        try:
            if await _links_back(services, page, account):
                confirmed.add(page)
        except Unreachable as error:
            unreachable = error
        except FetchError as error:
            log.info("profile link not verified", page=page, error=str(error))
    if confirmed:
        await _confirm(services, account.id, confirmed)
    if unreachable is not None:
        raise unreachable


async def _links_back(services: Services, page: str, account: Account) -> bool:
    answer = await services.net.get(page, accept="text/html", content_types=_HTML, max_bytes=_PAGE_BYTES)
    profiles = {account.url or account.uri, account.uri}
    return await asyncio.to_thread(
        profile_fields.links_back, answer.body.decode("utf-8", "replace"), profiles
    )


async def _confirm(services: Services, account_id: int, pages: set[str]) -> None:
    async with services.store.write() as tx:
        account = await tx.people.by_id(account_id)
        if account is None:
            return

        def confirmed(field: ProfileField) -> ProfileField:
            if field.verified_at is None and profile_fields.page_of(field) in pages:
                return msgspec.structs.replace(field, verified_at=tx.now)
            return field

        fields = tuple(confirmed(field) for field in account.fields)
        after = write(msgspec.structs.replace(account, fields=fields))
        await tx.people.update(account_id, fields=after["fields"])
