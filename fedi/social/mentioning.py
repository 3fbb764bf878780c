"""The people a text mentions, found before it is posted: finding them may need the network."""

from __future__ import annotations

import asyncio

import structlog

from fedi.errors import FediError
from fedi.model.people import Account
from fedi.services import Services
from fedi.social import text as texts
from fedi.webfinger import lookup

log = structlog.get_logger()

_MOST = 30
_SECONDS = 8.0


async def resolve_all(services: Services, text: str, author: Account) -> dict[str, Account]:
    """Accounts by handle as `text.find_handles` gives it; who cannot be found in time is left out."""
    handles = texts.find_handles(text)[:_MOST]
    found = await asyncio.gather(*(_resolve(services, handle, author) for handle in handles))
    return {handle: account for handle, account in zip(handles, found, strict=True) if account is not None}


async def _resolve(services: Services, handle: str, author: Account) -> Account | None:
    full = handle if "@" in handle.removeprefix("@") else f"{handle}@{author.domain}"
    try:
        async with asyncio.timeout(_SECONDS):
            return await lookup.resolve(services, full)
    except (FediError, TimeoutError) as error:
        log.info("mention not found", handle=full, reason=str(error))
        return None
