"""Searching: people by name, hashtags by their start, and people and posts by their address or handle."""

from __future__ import annotations

import structlog
from msgspec import Struct

from fedi.activitypub.uris import Addresses, is_http
from fedi.errors import FediError, FetchError, RemoteInvalid
from fedi.model.people import Account, Domain
from fedi.services import Services
from fedi.social import receiving
from fedi.store.store import Transaction
from fedi.store.tags import Tags
from fedi.webfinger import lookup

log = structlog.get_logger()

LONGEST = 500
KINDS = ("accounts", "statuses", "hashtags")


class Query(Struct, frozen=True, kw_only=True):
    """What is searched for. `kinds` are those of `KINDS` that are wanted; `resolve` lets other servers be asked."""

    text: str
    kinds: tuple[str, ...] = KINDS
    resolve: bool = False
    limit: int = 20
    offset: int = 0


class Found(Struct, frozen=True):
    """What was found. Whether the reader may see the posts is not known yet."""

    accounts: list[Account] = []
    post_ids: list[int] = []
    hashtags: list[str] = []


async def search(services: Services, domain: Domain, query: Query) -> Found:
    """Everything that fits. What cannot be fetched is simply not found."""
    text = query.text.strip()[:LONGEST]
    if not text:
        return Found()
    if is_http(text):
        return await _by_address(services, domain, text, query)
    return Found(
        accounts=await _people(services, domain, text, query) if "accounts" in query.kinds else [],
        hashtags=await _hashtags(services, text, query) if "hashtags" in query.kinds else [],
    )


async def _people(services: Services, domain: Domain, text: str, query: Query) -> list[Account]:
    if text.startswith("#"):
        return []
    name = text.removeprefix("@")
    handle = name if "@" in name else f"{name}@{domain.name}"
    async with services.store.read() as tx:
        exact = await tx.people.by_handle(handle)
        found = await tx.people.search(name, query.limit + query.offset)
    if exact is None and query.resolve and "@" in name:
        exact = await _resolve(services, name)
    if exact is not None and exact.is_active:
        found = [exact, *(one for one in found if one.id != exact.id)]
    return found[query.offset : query.offset + query.limit]


async def _resolve(services: Services, handle: str) -> Account | None:
    try:
        return await lookup.resolve(services, handle)
    except FediError as error:
        log.info("handle not resolved", handle=handle, reason=str(error))
        return None


async def _hashtags(services: Services, text: str, query: Query) -> list[str]:
    tag = text.removeprefix("#")
    if not tag or "@" in tag or " " in tag:
        return []
    async with services.store.read() as tx:
        found = await Tags(tx).starting_with(tag, query.limit + query.offset)
    return found[query.offset : query.offset + query.limit]


async def _by_address(services: Services, domain: Domain, uri: str, query: Query) -> Found:
    async with services.store.read() as tx:
        known = await _known(tx, domain, uri)
    if known == Found() and query.resolve and not uri.startswith(f"{domain.url}/"):
        known = await _fetched(services, uri)
    return Found(
        known.accounts if "accounts" in query.kinds else [],
        known.post_ids if "statuses" in query.kinds else [],
    )


async def _known(tx: Transaction, domain: Domain, uri: str) -> Found:
    page = Addresses(domain.url).local_page(uri)
    if page is not None and page[1] is not None:
        return Found(post_ids=[page[1]])
    person = await tx.people.by_uri(uri)
    if person is None and page is not None:
        person = await tx.people.local_by_name(domain.id, page[0])
    if person is not None:
        return Found(accounts=[person] if person.is_active else [])
    post = await tx.posts.by_uri(uri)
    return Found(post_ids=[post.id] if post is not None else [])


async def _fetched(services: Services, uri: str) -> Found:
    try:
        return Found(post_ids=[await _post(services, uri)])
    except RemoteInvalid:
        pass  # not a post: perhaps a person
    except FediError as error:
        log.info("post not fetched", uri=uri, reason=str(error))
        return Found()
    try:
        person = await services.actors.find(uri)
    except FediError as error:
        log.info("person not fetched", uri=uri, reason=str(error))
        return Found()
    return Found(accounts=[person] if person.is_active else [])


async def _post(services: Services, uri: str) -> int:
    post, author = await receiving.fetch(services, uri)
    async with services.store.write() as tx:
        known = await tx.posts.by_uri(post.id or uri)
        stored = known or await receiving.received(tx, post, author, wanted=True)
    if stored is None:
        raise FetchError(f"{uri} is not kept here")
    return stored.id
