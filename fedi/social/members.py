"""New accounts here: people's, and the instance actor of each domain."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from msgspec import Struct

from fedi.activitypub import keys
from fedi.activitypub.uris import Addresses
from fedi.errors import ConfigError, Unprocessable
from fedi.model.people import ROLES, Account, Domain, User
from fedi.services import Services
from fedi.social import passwords
from fedi.store.hosting import Hosting
from fedi.store.store import Transaction
from fedi.store.timelines import KEPT_READY_MS

HOUR_MS = 3_600_000
_NAME = re.compile(r"[a-zA-Z0-9_]{1,30}")
_EMAIL = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,189}")
_RESERVED = """
about abuse accounts actor admin administrator api auth autoconfig broadcasthost fedi help here hostmaster inbox info
instance localhost mailer_daemon me mod moderator news nobody no_reply noreply oauth official owner postmaster root
security settings staff support system undefined usenet webmaster
"""
RESERVED = frozenset(_RESERVED.split())
"""Names that only whoever runs the server may give out: they would be taken for the server's own."""


class _Keys(Struct, frozen=True):
    rsa: keys.KeyPair
    ed25519: keys.KeyPair


async def create(
    services: Services,
    domain: Domain,
    name: str,
    email: str,
    password: str,
    role: str = "user",
    *,
    allow_reserved: bool = False,
    values: Mapping[str, Any] | None = None,
    also: Callable[[Transaction, Account], Awaitable[None]] | None = None,
) -> Account:
    """An account on a domain hosted here, with keys and a login; confirmed unless `values`, of the user, say else.

    `also` is done in the same transaction. Raises Unprocessable, with the reason, for a name or an address that
    cannot be had.
    """
    check_name(name, allow_reserved=allow_reserved)
    email = email.strip().lower()
    if not is_email(email):
        raise Unprocessable(public="Validation failed: Email is not an e-mail address")
    if role not in ROLES:
        raise Unprocessable(public=f"A role is one of {', '.join(ROLES)}.")
    # Slow work comes before the transaction: everyone else who writes would wait for it.
    password_hash = await passwords.hashed(password)
    made = await _make_keys()
    async with services.store.write() as tx:
        account = _person(tx, domain, name)
        if not await tx.people.add_if_new(account):
            raise Unprocessable(public="Validation failed: Username has already been taken")
        await _publish_keys(tx, domain, account, made)
        user = User(
            id=account.id,
            email=email,
            password_hash=password_hash,
            role=role,
            seen_at=tx.now,
            created_at=tx.now,
            **{"confirmed_at": tx.now, **(values or {})},
        )
        if not await tx.members.add_if_new(user):
            raise Unprocessable(public="Validation failed: Email has already been taken")
        if also is not None:
            await also(tx, account)
    return account


def is_email(text: str) -> bool:
    """Whether this looks like an e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Whether a person here can be called so."""
    return _NAME.fullmatch(text) is not None


def check_name(name: str, *, allow_reserved: bool = False) -> None:
    """Raise Unprocessable unless this can be the name of a person here."""
    if not _NAME.fullmatch(name):
        raise Unprocessable(
            public="Validation failed: Username has 1 to 30 letters, digits and underscores, and nothing else"
        )
    if name.lower() in RESERVED and not allow_reserved:
        raise Unprocessable(public="Validation failed: Username is reserved")


async def arrived(services: Services, user: User) -> None:
    """Note, once an hour, that a person is here; the home of somebody who was away for long is built anew."""
    away = services.store.clock() - user.seen_at
    if away < HOUR_MS:
        return
    async with services.store.write() as tx:
        await tx.members.seen(user.id)
        if away > KEPT_READY_MS:
            await tx.timelines.rebuild(user.id)
        else:
            await tx.timelines.trim(user.id)


async def ensure_domain(services: Services) -> Domain:
    """The domain of the settings, set up if this is the first start. Several processes may do this at once."""
    name, url = services.config.domain.lower(), services.config.url
    async with services.store.read() as tx:
        found = await tx.domains.by_name(name)
    if found is None:
        found = await host_domain(services, name, url)
    if found.url != url:
        raise ConfigError(
            public=f"The domain {name} was set up at {found.url}, and other servers know its people by that "
            f'address. Set url = "{found.url}", not {url}.'
        )
    return found


async def host_domain(services: Services, name: str, url: str) -> Domain:
    """Host a domain: its row, and the actor that signs for it. One that is hosted already is left as it is.

    Raises Unprocessable where another domain answers at `url`.
    """
    made = await _make_keys()
    async with services.store.write() as tx:
        domain_id = await Hosting(tx).begin(name, url)
        if domain_id is not None:
            domain = Domain(domain_id, name, url, None, tx.now)
            actor = _instance_actor(tx, domain)
            await tx.people.add(actor)
            await _publish_keys(tx, domain, actor, made)
            await tx.domains.set_actor(domain_id, actor.id)
    async with services.store.read() as tx:
        found = await tx.domains.by_name(name)
    if found is None:
        raise Unprocessable(public=f"Another domain is hosted at {url}.")
    return found


def _person(tx: Transaction, domain: Domain, name: str) -> Account:
    at, account_id = Addresses(domain.url), tx.new_id()
    return Account(
        id=account_id,
        uri=at.actor(account_id),
        domain_id=domain.id,
        username=name,
        domain=domain.name,
        handle=f"{name}@{domain.name}".lower(),
        handle_checked_at=tx.now,
        url=at.profile_page(name),
        inbox=at.inbox(account_id),
        shared_inbox=at.shared_inbox,
        outbox=at.outbox(account_id),
        followers_uri=at.followers(account_id),
        following_uri=at.following(account_id),
        featured_uri=at.featured(account_id),
        discoverable=True,
        created_at=tx.now,
    )


def _instance_actor(tx: Transaction, domain: Domain) -> Account:
    at = Addresses(domain.url)
    return Account(
        id=tx.new_id(),
        uri=at.instance_actor,
        domain_id=domain.id,
        type="Application",
        username=domain.name,
        domain=domain.name,
        handle=f"{domain.name}@{domain.name}",
        handle_checked_at=tx.now,
        url=domain.url,
        inbox=at.instance_inbox,
        shared_inbox=at.shared_inbox,
        outbox=at.instance_outbox,
        locked=True,
        created_at=tx.now,
    )


async def _make_keys() -> _Keys:
    rsa, ed25519 = await asyncio.gather(
        asyncio.to_thread(keys.generate_rsa), asyncio.to_thread(keys.generate_ed25519)
    )
    return _Keys(rsa, ed25519)


async def _publish_keys(tx: Transaction, domain: Domain, account: Account, made: _Keys) -> None:
    at = Addresses(domain.url)
    rsa, ed25519 = made.rsa, made.ed25519
    await tx.keys.put(at.rsa_key(account.uri), account.id, "rsa", rsa.public_pem, rsa.private_pem)
    await tx.keys.put(
        at.ed25519_key(account.uri), account.id, "ed25519", ed25519.public_pem, ed25519.private_pem
    )
