"""The addresses of our documents. A browser that comes to one is sent to the page for people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from quart import Blueprint, Quart, Response, current_app, request

from fedi.errors import Gone, NotFound
from fedi.model.fleeting import Fleeting
from fedi.model.people import Account
from fedi.outbox import collection_routes, documents, requests
from fedi.outbox.access_requests import readable
from fedi.outbox.documents import Answer
from fedi.outbox.requests import answer, claimed, services, signer
from fedi.store.store import Transaction

outbox = Blueprint("outbox", __name__)
_USER = f"/ap/users/<{collection_routes.ID}:account_id>"
_POST = f"/ap/posts/<{collection_routes.ID}:post_id>"
_MEMORY = "fedi_actor_documents"
# Shorter than what we tell caches by far, and long enough for a crowd that comes at once.
_MEMORY_MS = 2_000


def mount(app: Quart) -> None:
    """Add the addresses to `app`."""
    app.extensions[_MEMORY] = Fleeting[int, Answer](1_000, _MEMORY_MS)
    app.register_blueprint(outbox)
    app.register_blueprint(collection_routes.collections)


@outbox.get(_USER)
async def actor(account_id: int) -> Response:
    """A person here."""
    if not requests.wants_document(otherwise=True):
        async with services().store.read() as tx:
            return _see(await documents.person(tx, account_id))
    return await actor_document(account_id)


async def actor_document(account_id: int) -> Response:
    """The actor, whatever the request prefers."""
    await claimed()
    return answer(await _kept(account_id, lambda tx: documents.actor(tx, account_id)))


async def _kept(key: int, make: Callable[[Transaction], Awaitable[Answer]]) -> Answer:
    """A document that everybody may read, made at most once in a moment."""
    store = services().store
    kept: Fleeting[int, Answer] = current_app.extensions[_MEMORY]
    now = store.clock()
    found = kept.get(key, now)
    if found is None:
        async with store.read() as tx:
            found = await make(tx)
        if found.status == 200:
            kept.put(key, found, now)
    return found


@outbox.get("/actor")
async def instance_actor() -> Response:
    """The server itself. Nobody has to sign to read it: its key is what others check our signatures with."""
    at = services()
    domain = await at.domain_of(request.host)
    if not requests.wants_document(otherwise=True):
        return _redirect(f"{domain.url}/about")
    return answer(await _kept(domain.id, lambda tx: documents.instance_actor(tx, domain.actor_id)))


@outbox.get(_POST)
async def post(post_id: int) -> Response:
    """A post by somebody here."""
    if not requests.wants_document(otherwise=True):
        return await _page_of(post_id)
    return await post_document(post_id)


async def post_document(post_id: int) -> Response:
    """The post, whatever the request prefers."""
    found = await readable(post_id)
    if isinstance(found, Answer):
        return answer(found)
    async with services().store.read() as tx:
        return answer(await documents.post(tx, *found))


@outbox.get(f"{_POST}/activity")
async def create(post_id: int) -> Response:
    """The Create that published a post."""
    if not requests.wants_document(otherwise=True):
        return await _page_of(post_id)
    found = await readable(post_id)
    if isinstance(found, Answer):
        return answer(found)
    async with services().store.read() as tx:
        return answer(await documents.create(tx, *found))


@outbox.get(f"/ap/activities/<{collection_routes.ID}:activity_id>")
async def activity(activity_id: int) -> Response:
    """Any other activity, to everybody or to whom it was sent."""
    at = services()
    asker = await signer()
    domain = await at.domain_of(request.host)
    async with at.store.read() as tx:
        return answer(
            await documents.activity(tx, f"{domain.url}/ap/activities/{activity_id}", activity_id, asker)
        )


@outbox.get(f"/ap/stamps/<{collection_routes.ID}:stamp_id>")
async def stamp(stamp_id: int) -> Response:
    """Somebody's consent to be quoted."""
    await claimed()
    at = services()
    domain = await at.domain_of(request.host)
    async with at.store.read() as tx:
        return answer(await documents.stamp(tx, f"{domain.url}/ap/stamps/{stamp_id}", stamp_id))


async def _page_of(post_id: int) -> Response:
    """To the page of a post that everybody may see; others are not even said to exist."""
    async with services().store.read() as tx:
        found = await tx.posts.by_id(post_id)
        if found is not None and found.local and found.is_public and found.url is not None:
            return _redirect(found.url)
        domain = await services().domain_of(request.host)
        await documents.buried(tx, f"{domain.url}/ap/posts/{post_id}")
    raise Gone(f"post {post_id} was deleted")


def _see(account: Account) -> Response:
    if account.url is None:
        raise NotFound(f"{account.uri} has no page")
    return _redirect(account.url)


def _redirect(url: str) -> Response:
    return Response("", status=302, headers={"Location": url, "Vary": "Accept"}, content_type="text/plain")
