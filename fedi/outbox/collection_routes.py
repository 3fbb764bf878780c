"""The addresses of our collections: of a person, and of a post."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from quart import Blueprint, Response, request

from fedi.errors import BadRequest, BadSignature, NotFound
from fedi.model.people import Account
from fedi.outbox import collections as lists
from fedi.outbox import documents
from fedi.outbox.access_requests import readable
from fedi.outbox.collections import Ask
from fedi.outbox.documents import Answer
from fedi.outbox.publish import addresses_of
from fedi.outbox.requests import answer, claimed, services, signer
from fedi.store.store import Transaction

ID = "int(max=9223372036854775807)"
"""The rule of an id in an address: 64 bits, as in the database."""
collections = Blueprint("collections", __name__)
_USER = f"/ap/users/<{ID}:account_id>"
_POST = f"/ap/posts/<{ID}:post_id>"
_OfPerson: TypeAlias = Callable[[Transaction, Account, Ask], Awaitable[Answer]]


@collections.get(f"{_USER}/outbox")
async def outbox(account_id: int) -> Response:
    """What a person published."""
    return await _of_person(account_id, lists.outbox)


@collections.get(f"{_USER}/followers")
async def followers(account_id: int) -> Response:
    """Who follows a person."""
    return await _of_person(account_id, lists.followers)


@collections.get(f"{_USER}/following")
async def following(account_id: int) -> Response:
    """Whom a person follows."""
    return await _of_person(account_id, lists.following)


@collections.get(f"{_USER}/featured")
async def featured(account_id: int) -> Response:
    """A person's pinned posts."""
    return await _of_person(account_id, _featured)


async def _featured(tx: Transaction, account: Account, _ask: Ask) -> Answer:
    return await lists.featured(tx, account)


@collections.get(f"{_USER}/tags")
async def featured_tags(account_id: int) -> Response:
    """The hashtags on a person's profile."""
    return await _of_person(account_id, _featured_tags)


async def _featured_tags(tx: Transaction, account: Account, _ask: Ask) -> Answer:
    return await lists.featured_tags(tx, account)


@collections.get(f"{_USER}/followers/synchronization")
async def synchronization(account_id: int) -> Response:
    """Which followers of a person the asking server has (FEP-8fcf); it has to sign."""
    asker = await signer()
    if asker is None:
        raise BadSignature("synchronization asked for without a signature")
    async with services().store.read() as tx:
        account = await documents.active(tx, account_id)
        if isinstance(account, Answer):
            return answer(account)
        uri = f"{account.followers_uri}/synchronization"
        return answer(await lists.followers_of_host(tx, account, asker, uri))


@collections.get("/actor/outbox")
async def instance_outbox() -> Response:
    """The server itself publishes nothing."""
    domain = await services().domain_of(request.host)
    return answer(lists.nothing(f"{domain.url}/actor/outbox"))


@collections.get(f"{_POST}/replies")
async def replies(post_id: int) -> Response:
    """The answers to a post."""
    found, ask = await readable(post_id), _ask()
    if isinstance(found, Answer):
        return answer(found)
    async with services().store.read() as tx:
        return answer(await lists.replies(tx, *found, ask))


@collections.get(f"{_POST}/likes")
async def likes(post_id: int) -> Response:
    """How many like a post."""
    found = await readable(post_id)
    if isinstance(found, Answer):
        return answer(found)
    post, author = found
    return answer(lists.total(addresses_of(author).likes(post_id), post.favourites_count, post))


@collections.get(f"{_POST}/shares")
async def shares(post_id: int) -> Response:
    """How many boosted a post."""
    found = await readable(post_id)
    if isinstance(found, Answer):
        return answer(found)
    post, author = found
    return answer(lists.total(addresses_of(author).shares(post_id), post.boosts_count, post))


@collections.get(f"/ap/contexts/<{ID}:post_id>")
async def context(post_id: int) -> Response:
    """The conversation that a public post began (FEP-7888); it has the id of that post."""
    found = await readable(post_id)
    if isinstance(found, Answer):
        return answer(found)
    post, author = found
    uri = addresses_of(author).context(post_id)
    if not post.is_public or post.conversation != uri:
        raise NotFound(f"no public conversation {post_id}")
    async with services().store.read() as tx:
        return answer(await lists.context(tx, post, uri))


async def _of_person(account_id: int, make: _OfPerson) -> Response:
    ask = _ask()
    await claimed()
    async with services().store.read() as tx:
        account = await documents.active(tx, account_id)
        if isinstance(account, Answer):
            return answer(account)
        return answer(await make(tx, account, ask))


def _ask() -> Ask:
    given = request.args
    return Ask(given.get("page") == "true", _number(given.get("max_id")), _number(given.get("min_id")))


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 19 or int(text) >= 2**63:
        raise BadRequest(f"not an id: {text[:40]!r}", public="A page is asked for by a number.")
    return int(text)
