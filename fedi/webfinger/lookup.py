"""From a handle to an actor, and from an actor to the handle it may carry.

A handle is shown only when both directions agree: its domain names the actor, and the actor's server names the
handle (PROTOCOL section 1; Akkoma's advisory 2024.04.1). Otherwise anyone could give a handle on their own
domain to somebody else's account.
"""

from __future__ import annotations

from typing import Any

from fedi.activitypub import types
from fedi.activitypub.uris import host_of
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
from fedi.net.actors import read_document
from fedi.services import Services
from fedi.store.store import Transaction
from fedi.webfinger.asking import ask, split, subject_of

__all__ = ["confirm", "resolve", "split"]


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
        confirmed, uri = await _named(services, wanted)
    except (RemoteMissing, RemoteGone) as error:
        raise NotFound(str(error), public=f"There is no account @{wanted}.") from error
    account = await services.actors.find(uri)
    if account.uri != uri:
        raise RemoteInvalid(f"{wanted} leads to {uri}, which calls itself {account.uri}")
    if account.is_local:
        return account
    if not await _own_server_agrees(services, account, confirmed):
        raise RemoteInvalid(f"{wanted} leads to {uri}, whose server does not call it {confirmed}")
    async with services.store.write() as tx:
        return await _carry(tx, account, confirmed)


async def confirm(services: Services, payload: dict[str, Any]) -> None:
    """The job `confirm_handle` {account_id}: may the account carry the name that its actor document gives it?"""
    async with services.store.read() as tx:
        account = await tx.people.by_id(payload["account_id"])
    if account is None or account.is_local or account.handle_checked_at is not None:
        return
    confirmed = await _by_own_server(services, account) or await _by_own_claim(services, account)
    # Without either, the handle on the actor's own host stays as it is, unconfirmed.
    if confirmed is not None:
        async with services.store.write() as tx:
            await _carry(tx, account, confirmed)


async def _named(services: Services, handle: str) -> tuple[str, str]:
    """(handle, actor's id) that a domain names; the subject may be another handle once (split domain)."""
    said = await ask(services, handle)
    subject = subject_of(said, handle)
    if subject != handle:
        again = await ask(services, subject)
        if subject_of(again, subject) != subject or again.actor != said.actor:
            raise RemoteInvalid(f"WebFinger of {handle} names {subject}, which does not agree")
    if said.actor is None:
        raise RemoteInvalid(f"WebFinger of {handle} names no actor")
    return subject, said.actor


async def _own_server_agrees(services: Services, account: Account, handle: str) -> bool:
    """Whether the actor's own server says, too, that this is its handle."""
    if handle.partition("@")[2] == host_of(account.uri):
        return True  # it was the one that said so
    if await _by_own_server(services, account) == handle:
        return True
    return await _claim(services, account) == handle


async def _by_own_server(services: Services, account: Account) -> str | None:
    """The handle on which WebFinger at the actor's own host, and at the domain that it names, agree."""
    try:
        handle, uri = await _named(services, f"{account.username}@{host_of(account.uri)}".lower())
    except Unreachable:
        raise
    except FetchError:
        return None
    return handle if uri == account.uri else None


async def _by_own_claim(services: Services, account: Account) -> str | None:
    """The handle that the actor's document claims (FEP-2c59), if its domain agrees."""
    claim = await _claim(services, account)
    if claim is None:
        return None
    try:
        handle, uri = await _named(services, claim)
    except Unreachable:
        raise
    except FetchError:
        return None
    return handle if (handle, uri) == (claim, account.uri) else None


async def _claim(services: Services, account: Account) -> str | None:
    """`webfinger` of the actor's document, in normal form. Asked for only where WebFinger did not settle it."""
    try:
        document = await services.net.fetch(account.uri, signer=await services.actors.instance_key())
        actor = await read_document(document.data)
        if not isinstance(actor, types.Actor) or actor.webfinger is None:
            return None
        return "@".join(split(actor.webfinger.removeprefix("acct:"))).lower()
    except Unreachable:
        raise
    except (FetchError, BadRequest):
        return None


async def _carry(tx: Transaction, account: Account, handle: str) -> Account:
    name = handle.partition("@")[0]
    # The actor's own spelling, where it is the same name.
    username = account.username if account.username.lower() == name else name
    found = await tx.people.carry(account.id, handle, username)
    assert found is not None
    return found
