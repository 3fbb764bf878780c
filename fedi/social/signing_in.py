"""Signing in: a password, a second factor where there is one, and the browser's session at the end of it."""

from __future__ import annotations

from msgspec import Struct

from fedi.errors import NotAllowed, OAuthRefused, Unauthenticated
from fedi.model.people import Domain, User
from fedi.services import Services
from fedi.social import apps, authorizing, passwords
from fedi.social.throttling import Throttles
from fedi.store.sessions import Browser
from fedi.store.store import Transaction

_LONGEST_LOGIN = 320


class WrongLogin(Unauthenticated):
    """The address, or the password, or the code, is wrong; which one is not said."""

    public = "The e-mail address or the password is wrong."


class WrongCode(Unauthenticated):
    """The code of the second factor is wrong."""

    public = "This code is wrong, or was used before."


class Barred(NotAllowed):
    """The password is right, and the login is not good yet, or any more: unconfirmed, waiting, disabled."""

    def __init__(self, reason: str, public: str) -> None:
        super().__init__(public=public)
        self.reason = reason


class Visitor(Struct, frozen=True):
    """Where somebody signs in from: their network and address, what the browser says it is, and its cookie."""

    network: str
    address: str
    user_agent: str = ""
    cookie: str = ""


class Entry(Struct, frozen=True):
    """A browser's new cookie. `pending`: the second factor is still to come."""

    cookie: str
    user: User
    pending: bool


async def with_password(
    services: Services, throttles: Throttles, domain: Domain, visitor: Visitor, login: str, password: str
) -> Entry:
    """Sign a browser in. Raises WrongLogin, TooManyRequests, and Barred for somebody who may not come in."""
    user = await check_password(services, throttles, domain, visitor.network, login, password)
    async with services.store.write() as tx:
        pending = (await tx.factors.of(user.id)).second
        return await _admit(tx, user, visitor, pending=pending)


async def check_password(
    services: Services, throttles: Throttles, domain: Domain, network: str, login: str, password: str
) -> User:
    """The person whose login and password these are, if they may come in. Raises as `with_password`."""
    login = login.strip()[:_LONGEST_LOGIN]
    throttles.sign_in(services, network, login)
    async with services.store.read() as tx:
        user = await _by_login(tx, domain, login)
        account = await tx.people.by_id(user.id) if user is not None else None
    if user is None or account is None or account.domain_id != domain.id:
        await passwords.pretend(password)  # as slow as for somebody who is here
        raise WrongLogin
    if not await passwords.matches(user.password_hash, password):
        raise WrongLogin
    throttles.signed_in(login)
    check_allowed(user, active=account.is_active)
    return user


async def _by_login(tx: Transaction, domain: Domain, login: str) -> User | None:
    if "@" in login.removeprefix("@"):
        return await tx.members.by_email(login)
    account = await tx.people.local_by_name(domain.id, login.removeprefix("@"))
    return None if account is None else await tx.members.by_id(account.id)


def check_allowed(user: User, *, active: bool) -> None:
    """Raise Barred, with the reason, for a person whose login is not good yet, or any more."""
    if user.confirmed_at is None:
        raise Barred("unconfirmed", "Confirm your e-mail address first: there is a link in our letter.")
    if not user.approved:
        raise Barred("waiting", "Your account is still waiting to be let in.")
    if user.disabled_at is not None or not active:
        raise Barred("disabled", "Your account is disabled.")


async def _admit(tx: Transaction, user: User, visitor: Visitor, *, pending: bool) -> Entry:
    """A new cookie for the browser; the one it came with is good for nothing any more."""
    if visitor.cookie and (before := await tx.sessions.find(visitor.cookie)) is not None:
        await tx.sessions.end(before.user.id, before.id)
    cookie = await tx.sessions.add(user.id, visitor.user_agent, visitor.address, pending=pending)
    return Entry(cookie, user, pending)


async def admit(services: Services, user: User, visitor: Visitor) -> Entry:
    """Sign a browser in whose person has proven everything."""
    async with services.store.write() as tx:
        return await _admit(tx, user, visitor, pending=False)


async def browser(services: Services, cookie: str, domain: Domain) -> Browser | None:
    """Who is signed in with this cookie at this domain, the second factor still missing perhaps."""
    if not 20 <= len(cookie) <= 100:
        return None
    async with services.store.read() as tx:
        found = await tx.sessions.find(cookie)
        stale = found is not None and tx.sessions.is_stale(found)
    if (
        found is None
        or found.domain_id != domain.id
        or not found.active
        or found.user.disabled_at is not None
    ):
        return None
    if stale and not found.pending:
        async with services.store.write() as tx:
            await tx.sessions.seen(found)
    return found


async def by_password_grant(
    services: Services,
    throttles: Throttles,
    domain: Domain,
    network: str,
    client: tuple[str, str],
    login: tuple[str, str],
    scope: str,
) -> authorizing.Issued:
    """A token for an app that was given the password itself. Raises OAuthRefused, TooManyRequests."""
    async with services.store.read() as tx:
        app = await apps.prove(tx, *client)
    try:
        user = await check_password(services, throttles, domain, network, *login)
    except (WrongLogin, Barred) as error:
        raise OAuthRefused("invalid_grant", error.public) from error
    async with services.store.write() as tx:
        if (await tx.factors.of(user.id)).second:
            raise OAuthRefused("invalid_grant", "This account has a second factor: sign in on the page.")
        return await authorizing.for_person(tx, app, user.id, scope)
