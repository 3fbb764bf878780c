"""The pages of a person and of a post. Servers get the document from the same address."""

from __future__ import annotations

from quart import Blueprint, Response, request

from fedi.activitypub.uris import Addresses, is_http
from fedi.errors import Gone, NotFound
from fedi.model.people import Account, Domain
from fedi.model.posts import Post
from fedi.outbox import routes as documents
from fedi.outbox.requests import wants_document
from fedi.store.paging import Range
from fedi.store.store import Transaction
from fedi.store.timeline_lists import AccountPosts
from fedi.web import entries
from fedi.web.paging import asked, older
from fedi.web.rendering import feed, page, services

profiles = Blueprint("profiles", __name__)
_ID = "int(max=9223372036854775807)"


@profiles.get("/@<handle>")
async def profile(handle: str) -> Response:
    """A person and what they posted, without their answers to others."""
    return await _profile(handle, with_replies=False)


@profiles.get("/@<handle>/with_replies")
async def with_replies(handle: str) -> Response:
    """A person and all they posted."""
    return await _profile(handle, with_replies=True)


@profiles.get("/@<handle>/tagged/<tag>")
async def tagged(handle: str, tag: str) -> Response:
    """A person and what they posted with a hashtag."""
    return await _profile(handle, with_replies=True, tag=tag.lower()[:100])


async def _profile(handle: str, *, with_replies: bool, tag: str | None = None) -> Response:
    at, ask = services(), asked()
    domain = await at.domain_of(request.host)
    async with at.store.read() as tx:
        found = await _person(tx, domain, handle)
        if isinstance(found, Account) and not wants_document(otherwise=False):
            which = AccountPosts(exclude_replies=not with_replies, tagged=tag)
            posts = await tx.timelines.of_account(None, found.id, which, ask)
            first = ask.max_id is None
            pinned = await entries.pinned(tx, found) if first and not with_replies else []
            return page(
                "profile.html",
                base=domain.url,
                account=found,
                with_replies=with_replies,
                entries=entries.pinned_first(pinned, await entries.of_page(tx, posts)),
                older=older(posts),
                first=first,
            )
    return await documents.actor_document(found.id) if isinstance(found, Account) else found


@profiles.get(f"/@<handle>/<{_ID}:post_id>")
async def post(handle: str, post_id: int) -> Response:
    """A post in its conversation."""
    if wants_document(otherwise=False):
        return await documents.post_document(post_id)
    at = services()
    domain = await at.domain_of(request.host)
    async with at.store.read() as tx:
        author = await _person(tx, domain, handle)
        if isinstance(author, Response):
            return author
        found = await _public_post(tx, domain, author, post_id)
        if found.boost_of_id is not None:
            return await _original(tx, found)
        return page("post.html", base=domain.url, thread=await entries.thread(tx, found), account=author)


@profiles.get("/@<handle>.atom")
async def atom(handle: str) -> Response:
    """A person's public posts as a feed (RFC 4287)."""
    at = services()
    domain = await at.domain_of(request.host)
    async with at.store.read() as tx:
        account = await _person(tx, domain, handle)
        if isinstance(account, Response):
            return account
        which = AccountPosts(exclude_replies=True, exclude_reblogs=True)
        found = await tx.timelines.of_account(None, account.id, which, Range(limit=20))
        posts = [one for one in found.posts if one.visibility == "public"]
        updated = max((one.edited_at or one.created_at for one in posts), default=account.created_at)
        return feed("feed.xml", base=domain.url, account=account, posts=posts, updated=updated)


async def _person(tx: Transaction, domain: Domain, handle: str) -> Account | Response:
    """Somebody of this domain; or the way to where they live. Raises NotFound, and Gone."""
    if "@" in handle:
        account = await tx.people.by_handle(handle)
        if account is None or not account.is_active or not (where := account.url or account.uri):
            raise NotFound(f"nobody known is {handle}")
        return _elsewhere(where)
    account = await tx.people.local_by_name(domain.id, handle)
    if account is None or account.uri == Addresses(domain.url).instance_actor:
        raise NotFound(f"nobody here is {handle}")
    if not account.is_active:
        raise Gone(f"{handle} is suspended or deleted", public="This account is no longer here.")
    return account


async def _public_post(tx: Transaction, domain: Domain, author: Account, post_id: int) -> Post:
    found = await tx.posts.by_id(post_id)
    if found is None and await tx.tombstones.has(Addresses(domain.url).post(post_id)):
        raise Gone(f"post {post_id} was deleted")
    if found is None or found.account_id != author.id or not found.is_public:
        raise NotFound(f"{author.uri} has no public post {post_id}")
    return found


async def _original(tx: Transaction, boost: Post) -> Response:
    """A boost has no page: to that of what it boosts."""
    original = await tx.posts.by_id(boost.boost_of_id or 0)
    if original is None or not original.is_public:
        raise NotFound(f"{boost.uri} boosts what is not public")
    return _elsewhere(original.url or original.uri)


def _elsewhere(url: str) -> Response:
    if not is_http(url):
        raise NotFound(f"{url} is no address of a page")
    return Response("", status=302, headers={"Location": url, "Vary": "Accept"}, content_type="text/plain")
