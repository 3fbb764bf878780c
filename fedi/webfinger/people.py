"""Whom a WebFinger resource means here, and what we say about them."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

import msgspec

from fedi.activitypub.uris import Addresses, host_of, normal_host
from fedi.errors import BadRequest, Gone, Malformed, NotFound
from fedi.model.people import Account, Domain
from fedi.services import Services
from fedi.webfinger.jrd import ACTIVITY, Descriptor, Link

_PROFILE = "http://webfinger.net/rel/profile-page"
_AVATAR = "http://webfinger.net/rel/avatar"
_SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
_OBJECT = "https://w3id.org/fep/3b86/Object"
_LONGEST = 2048


async def find(services: Services, resource: str) -> Account:
    """The local account that a resource names: acct:, a handle, an actor's id or a profile's page.

    Raises BadRequest for what is no resource, NotFound, and Gone for who was deleted.
    """
    if not resource or len(resource) > _LONGEST:
        raise BadRequest("no resource", public="Say whom you mean: ?resource=acct:name@domain")
    if resource.startswith(("https://", "http://")):
        account = await _by_address(services, resource)
    else:
        account = await _by_handle(services, resource.removeprefix("acct:"))
    if account is None or not account.is_local:
        raise NotFound(f"nobody here is {resource}")
    if account.deleted_at is not None:
        raise Gone(f"{resource} is deleted")
    return account


async def _by_handle(services: Services, handle: str) -> Account | None:
    name, at, authority = handle.removeprefix("@").partition("@")
    if not name or not at or "@" in authority:
        raise BadRequest(f"not a handle: {handle}", public="A handle has the form name@domain.")
    host = _normal(authority)
    async with services.store.read() as tx:
        found = await tx.people.by_handle(f"{name}@{host}")
    if found is not None:
        return found
    # Asked by where we answer rather than by what handles end in: the subject will put it right.
    domain = await services.domain_of(host)
    if host not in (host_of(domain.url), domain.name) or (host == domain.name and name.lower() != host):
        return None
    wanted = domain.name if name.lower() == host else name
    async with services.store.read() as tx:
        return await tx.people.by_handle(f"{wanted}@{domain.name}")


async def _by_address(services: Services, url: str) -> Account | None:
    domain = await _domain_at(services, url)
    if domain is None:
        return None
    addresses, path = Addresses(domain.url), urlsplit(url).path
    local, page = addresses.local_id(url), addresses.local_page(url)
    async with services.store.read() as tx:
        if local is not None and local[0] == "user":
            return await tx.people.by_id(local[1])
        if page is not None and page[1] is None:
            return await tx.people.local_by_name(domain.id, page[0])
        if path in ("", "/", "/actor") and domain.actor_id is not None:
            return await tx.people.by_id(domain.actor_id)
    return None


async def _domain_at(services: Services, url: str) -> Domain | None:
    try:
        host = host_of(url)
    except Malformed as error:
        raise BadRequest(str(error), public="That is not an address.") from error
    domain = await services.domain_of(host)
    return domain if host_of(domain.url) == host else None


def _normal(authority: str) -> str:
    name, colon, port = authority.partition(":")
    try:
        return normal_host(name) + colon + port
    except Malformed as error:
        raise BadRequest(str(error), public="That is not a domain.") from error


def describe(account: Account, base: str, rels: Collection[str] = ()) -> Descriptor:
    """What we say of a local account whose domain answers at `base`; with `rels`, only those links (RFC 7033 4.3)."""
    page = account.url or base
    links = [
        Link(_PROFILE, type="text/html", href=page),
        Link("self", type=ACTIVITY, href=account.uri),
        Link(_SUBSCRIBE, template=f"{base}/authorize_interaction?uri={{uri}}"),
        # FEP-3b86: where a person here looks at something that was found elsewhere.
        Link(_OBJECT, template=f"{base}/authorize_interaction?uri={{object}}"),
    ]
    if account.avatar_url:
        links.append(Link(_AVATAR, href=account.avatar_url))
    return Descriptor(
        f"acct:{account.username}@{account.domain}",
        aliases=list(dict.fromkeys((page, account.uri))),
        links=[link for link in links if not rels or link.rel in rels],
    )


def encode(descriptor: Descriptor) -> bytes:
    """The descriptor as JSON."""
    return msgspec.json.encode(descriptor)
