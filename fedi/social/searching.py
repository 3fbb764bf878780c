"""Searching: people by name, posts by their words, hashtags by their start, and anything by address or handle."""

from __future__ import annotations

import structlog
from msgspec import Struct, structs

from fedi.activitypub.uris import Addresses, is_http
from fedi.errors import FediError, FetchError, RemoteInvalid
from fedi.model.people import Account, Domain
from fedi.model.words import words
from fedi.services import Services
from fedi.social import receiving, search_words
from fedi.store.search import PostQuery, Window
from fedi.store.store import Transaction
from fedi.store.tags import Tags
from fedi.webfinger import lookup

log = structlog.get_logger()

LONGEST = 500
KINDS = ("accounts", "statuses", "hashtags")
_NOBODY = frozenset({0})


class Query(Struct, frozen=True, kw_only=True):
    """What is searched for, and by whom (`viewer_id` None: anybody).

    `kinds` are those of `KINDS` that are wanted; `resolve` lets other servers be asked; `account_id` wants the posts
    of one person, `max_id` and `min_id` page through posts, `following` wants people alone whom the viewer follows.
    """

    text: str
    viewer_id: int | None = None
    kinds: tuple[str, ...] = KINDS
    resolve: bool = False
    following: bool = False
    reviewed: bool = False
    account_id: int | None = None
    limit: int = 20
    offset: int = 0
    max_id: int | None = None
    min_id: int | None = None


class Found(Struct, frozen=True):
    """What was found. Whether the reader may see a post that was found by its address is not known yet."""

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
        accounts=await people(services, domain, query) if "accounts" in query.kinds else [],
        post_ids=await _posts(services, domain, text, query) if "statuses" in query.kinds else [],
        hashtags=await _hashtags(services, text, query) if "hashtags" in query.kinds else [],
    )


async def people(services: Services, domain: Domain, query: Query) -> list[Account]:
    """People by a part of their name or handle."""
    text = query.text.strip()[:LONGEST]
    if text.startswith("#") or ("@" in text and " " in text):
        return []
    name = text.removeprefix("@").lower()
    handle = name if "@" in name else f"{name}@{domain.name}"
    if query.resolve and "@" in name:
        await _resolve(services, name)
    async with services.store.read() as tx:
        ids = await tx.search.accounts(
            query.viewer_id,
            words(name)[:10],
            handle,
            following=query.following,
            limit=query.limit,
            offset=query.offset,
        )
        found = await tx.people.by_ids(ids)
    return [found[one] for one in ids if one in found]


async def _resolve(services: Services, handle: str) -> Account | None:
    try:
        return await lookup.resolve(services, handle)
    except FediError as error:
        log.info("handle not resolved", handle=handle, reason=str(error))
        return None


async def _posts(services: Services, domain: Domain, text: str, query: Query) -> list[int]:
    """Posts by their words: for members, as only they have posts that are theirs to find."""
    if query.viewer_id is None:
        return []
    asked = search_words.read(text)
    if asked.is_empty:
        return []
    window = Window(query.limit, query.offset, query.max_id, query.min_id)
    async with services.store.read() as tx:
        return await tx.search.posts(
            query.viewer_id, await _authored(tx, domain, asked, query, query.viewer_id), window
        )


async def _authored(
    tx: Transaction, domain: Domain, asked: search_words.Asked, query: Query, viewer_id: int
) -> PostQuery:
    """The query with accounts for handles. Whom nobody knows wrote nothing."""
    wanted = await _ids(tx, domain, asked.authors, viewer_id)
    if query.account_id is not None:
        only = frozenset({query.account_id})
        wanted = wanted & only if asked.authors else only
    elif not asked.authors:
        return structs.replace(asked.query, not_authors=await _ids(tx, domain, asked.not_authors, viewer_id))
    unwanted = await _ids(tx, domain, asked.not_authors, viewer_id)
    return structs.replace(asked.query, authors=(wanted - unwanted) or _NOBODY)


async def _ids(tx: Transaction, domain: Domain, handles: tuple[str, ...], viewer_id: int) -> frozenset[int]:
    if not handles:
        return frozenset()
    full = [one if "@" in one else f"{one}@{domain.name}" for one in handles if one != "me"]
    found = {account.id for account in (await tx.people.by_handles(full)).values()}
    return frozenset(found | {viewer_id} if "me" in handles else found)


async def _hashtags(services: Services, text: str, query: Query) -> list[str]:
    tag = text.removeprefix("#")
    if not tag or "@" in tag or " " in tag:
        return []
    async with services.store.read() as tx:
        found = await Tags(tx).starting_with(tag, query.limit + query.offset, reviewed=query.reviewed)
    return found[query.offset : query.offset + query.limit]


async def _by_address(services: Services, domain: Domain, uri: str, query: Query) -> Found:
    async with services.store.read() as tx:
        known = await _known(tx, domain, uri)
    if known == Found() and query.resolve and not uri.startswith(f"{domain.url}/"):
        known = await _fetched(services, uri)
    found = known.accounts if "accounts" in query.kinds else []
    if query.following and found:
        async with services.store.read() as tx:
            followed = await tx.follows.followed_among(query.viewer_id or 0, [one.id for one in found])
        found = [one for one in found if one.id in followed]
    return Found(found, known.post_ids if "statuses" in query.kinds else [])


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
