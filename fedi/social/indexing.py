"""Indexing: what is new or changed is made to be found, a batch at a time, beside everything else.

Nothing waits for it: posting and the inbox only note (by triggers) that there is something to index.
"""

from __future__ import annotations

import asyncio

import structlog

from fedi.model import words
from fedi.services import Services
from fedi.store.search_index import Text, Waiting, Words
from fedi.store.signals import came
from fedi.store.store import Store, Transaction

log = structlog.get_logger()

_BATCH = 100
_REST_SECONDS = 2.0
_BREATH_SECONDS = 0.02  # between batches of a long queue: others want to write too


async def run(services: Services, stop: asyncio.Event) -> None:
    """Index until told to stop."""
    while not stop.is_set():
        try:
            more = await batch(services.store)
        except Exception:
            log.exception("indexing failed")
            more = False
        await came(stop, _BREATH_SECONDS if more else _REST_SECONDS)


async def everything(store: Store) -> None:
    """Index all that waits now."""
    while await batch(store):
        pass


async def batch(store: Store) -> bool:
    """Index what waits longest; whether there was anything."""
    async with store.read() as tx:
        if not await tx.search_index.waits():
            return False
    async with store.write() as tx:
        waiting = await tx.search_index.take(_BATCH)
        if waiting is not None:
            await _index(tx, waiting)
    return waiting is not None


async def _index(tx: Transaction, waiting: Waiting) -> None:
    for account_id in sorted(waiting.authors):
        await tx.search_index.all_of(account_id)
    if waiting.posts:
        texts = await tx.search_index.texts(waiting.posts)
        await tx.search_index.put_posts([_of_post(text) for text in texts])
    if waiting.accounts:
        names = await tx.search_index.names(waiting.accounts)
        await tx.search_index.put_accounts([Words(one, words.words(name)) for one, name in names])


def _of_post(text: Text) -> Words:
    found = words.of_post(text.title, text.summary, text.content, text.attachments, text.options)
    return Words(text.id, found, words.traits(text.content, text.attachments))
