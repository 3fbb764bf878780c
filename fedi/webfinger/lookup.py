"""WebFinger as a client (RFC 7033): from a handle to an actor, and from an actor to the handle it may carry.

A handle is shown only when both directions agree: its domain names the actor, and the actor's server names the
handle (PROTOCOL section 1; Akkoma's advisory 2024.04.1).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

from fedi.activitypub.uris import host_of, normal_host
from fedi.errors import (
    BadRequest,
    FetchError,
    NotFound,
    RemoteGone,
    RemoteInvalid,
    RemoteMissing,
    Unreachable,
)
from fedi.model.people import Account
from fedi.net.values import MIB, Answer
from fedi.services import Services
from fedi.store.store import Transaction
from fedi.webfinger import jrd
from fedi.webfinger.jrd import Descriptor

_HANDLE = re.compile(r"@?([^@\s/?#]{1,128})@([^@\s/?#]{1,255})")
_TYPES = (jrd.JRD, "application/json", "application/activity+json", "application/ld+json")
_XRD_TEMPLATE = re.compile(rb"""<Link\b[^>]*\brel=["']lrdd["'][^>]*>""")
_ATTRIBUTE = re.compile(rb"""\btemplate=["']([^"']+)["']""")


def split(handle: str) -> tuple[str, str]:
    """(name, domain in normal form) of `@name@domain`; raises BadRequest for anything else."""
    match = _HANDLE.fullmatch(handle.strip())
    if match is None:
        raise BadRequest(public="That is not a handle: write @name@domain.")
    name, _, port = match[2].partition(":")
    return match[1], normal_host(name) + (f":{port}" if port else "")


async def resolve(services: Services, handle: str) -> Account:
    """The account of `@name@domain`, asked for where it is not known. Raises NotFound, or a FetchError."""
    name, domain = split(handle)
    wanted = f"{name}@{domain}".lower()
    async with services.store.read() as tx:
        known = await tx.people.by_handle(wanted)
        here = await tx.domains.by_name(domain)
    if known is not None and (known.is_local or known.handle_checked_at is not None):
        return known
    if here is not None:
        raise NotFound(f"no {wanted} here", public=f"There is no account @{wanted}.")
    try:
        confirmed, uri = await _confirmed(services, wanted)
    except (RemoteMissing, RemoteGone) as error:
        raise NotFound(str(error), public=f"There is no account @{wanted}.") from error
    account = await services.actors.find(uri)
    if account.uri != uri:
        raise RemoteInvalid(f"{wanted} leads to {uri}, which calls itself {account.uri}")
    async with services.store.write() as tx:
        return await _carry(tx, account, confirmed)


async def confirm(services: Services, payload: dict[str, Any]) -> None:
    """The job `confirm_handle`: may the account {account_id} carry the name that its actor document gives it?"""
    async with services.store.read() as tx:
        account = await tx.people.by_id(payload["account_id"])
    if account is None or account.is_local or account.handle_checked_at is not None:
        return
    host = host_of(account.uri)
    try:
        confirmed, uri = await _confirmed(services, f"{_own_name(account)}@{host}".lower())
    except Unreachable:
        raise
    except FetchError:
        return  # no WebFinger, or none that agrees: the handle on the actor's own host stays as it is
    if uri == account.uri:
        async with services.store.write() as tx:
            await _carry(tx, account, confirmed)


def _own_name(account: Account) -> str:
    return account.username


async def _confirmed(services: Services, handle: str) -> tuple[str, str]:
    """(handle, actor's id) on which WebFinger agrees; the subject may name another handle once (split domain)."""
    said = await _ask(services, handle)
    subject = said.handle or handle
    if subject != handle:
        again = await _ask(services, subject)
        if (again.handle or subject) != subject or again.actor != said.actor:
            raise RemoteInvalid(f"WebFinger of {handle} names {subject}, which does not agree")
    if said.actor is None:
        raise RemoteInvalid(f"WebFinger of {handle} names no actor")
    return subject, said.actor


async def _ask(services: Services, handle: str) -> Descriptor:
    domain = handle.partition("@")[2]
    scheme = "http" if services.config.federation.allow_http and ":" in domain else "https"
    resource = quote(f"acct:{handle}", safe="")
    try:
        answer = await _get(services, f"{scheme}://{domain}/.well-known/webfinger?resource={resource}")
    except (Unreachable, RemoteGone):
        raise
    except FetchError as error:
        template = await _host_meta(services, f"{scheme}://{domain}/.well-known/host-meta")
        if template is None:
            raise RemoteMissing(f"no WebFinger for {handle}: {error}") from error
        answer = await _get(services, template.replace("{uri}", resource))
    return jrd.parse(answer.body)


async def _get(services: Services, url: str) -> Answer:
    return await services.net.get(
        url, accept=f"{jrd.JRD}, application/json", content_types=_TYPES, max_bytes=MIB
    )


async def _host_meta(services: Services, url: str) -> str | None:
    """The WebFinger template of a server that answers elsewhere (RFC 6415 section 2), or None."""
    types = ("application/xrd+xml", "application/xml", "text/xml")
    try:
        answer = await services.net.get(url, accept="application/xrd+xml", content_types=types, max_bytes=MIB)
    except FetchError:
        return None
    link = _XRD_TEMPLATE.search(answer.body)
    template = _ATTRIBUTE.search(link[0]) if link else None
    found = template[1].decode("utf-8", "replace").replace("&amp;", "&") if template else None
    # The default place was asked a moment ago.
    return found if found and "{uri}" in found and found != _default_template(url) else None


def _default_template(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/.well-known/webfinger?resource={{uri}}"


async def _carry(tx: Transaction, account: Account, handle: str) -> Account:
    name, _, domain = handle.partition("@")
    await tx.people.free_handle(handle, account.id)
    # The actor's own spelling, where it is the same name.
    username = account.username if account.username.lower() == name else name
    await tx.people.update(
        account.id, username=username, domain=domain, handle=handle, handle_checked_at=tx.now
    )
    found = await tx.people.by_id(account.id)
    assert found is not None
    return found
