"""Access tokens and scopes (RFC 6750): which requests get as far as their handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from quart import Response, request

from fedi.api import limits
from fedi.api.context import Asker, domain_asked, services
from fedi.errors import NotAllowed, NotFound, Unauthenticated, Unprocessable
from fedi.services import Services
from fedi.social import tokens
from fedi.social.scopes import covers
from fedi.store.apps import AppSession
from fedi.store.members import Session

P = ParamSpec("P")
Handler = Callable[Concatenate[Asker, P], Awaitable[Response]]
Route = Callable[P, Awaitable[Response]]

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_NAMES = ("access_token", "bearer_token")


def member(*scopes: str, confirmed: bool = True) -> Callable[[Handler[P]], Route[P]]:
    """The handler is for people who sign in, with a token that has one of `scopes`.

    `confirmed` False: also for those who have still to confirm their address, or to be let in.
    """
    return _guarded(scopes, required=True, confirmed=confirmed)


def anyone(*scopes: str) -> Callable[[Handler[P]], Route[P]]:
    """The handler is for everyone. A token that is sent anyway must be good, and have one of `scopes`.

    A token of an app alone stands for nobody, and so does one of a person who is not confirmed yet.
    """
    return _guarded(scopes, required=False, confirmed=True)


def _guarded(scopes: tuple[str, ...], *, required: bool, confirmed: bool) -> Callable[[Handler[P]], Route[P]]:
    def decorate(handler: Handler[P]) -> Route[P]:
        @wraps(handler)
        async def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            given = services()
            if any(isinstance(part, str) and "\x00" in part for part in kwargs.values()):
                raise NotFound  # no database keeps a text with this character
            session, app = await _who(given, scopes, required=required, confirmed=confirmed)
            limits.count(given, session)
            domain, at = await domain_asked()
            return await handler(Asker(given, domain, at, session, app), *args, **kwargs)

        return guarded

    return decorate


async def _who(
    given: Services, scopes: tuple[str, ...], *, required: bool, confirmed: bool
) -> tuple[Session | None, AppSession | None]:
    """Whose token came with the request.

    Raises Unauthenticated for a bad one, NotAllowed for one too weak or not to be used yet.
    """
    token = await _token()
    if token is None:
        if required:
            raise Unauthenticated
        return None, None
    found = await tokens.authenticate(given, token)
    if isinstance(found, Session) and required and confirmed:
        tokens.check_login(found)
    if isinstance(found, Session) and not found.may_act:
        raise NotAllowed(public="Your login is currently disabled")
    if scopes and not any(covers(found.scopes, scope) for scope in scopes):
        raise NotAllowed(public="This action is outside the authorized scopes")
    if isinstance(found, AppSession):
        if required:
            raise Unprocessable(public="This method requires an authenticated user")
        return None, found
    if not required and (found.user.confirmed_at is None or not found.user.approved):
        return None, None
    await tokens.used(given, found)
    return found, None


async def _token() -> str | None:
    """The token of the request: in a header as it should be, or where older apps put it."""
    header = request.headers.get("Authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated
        return token.strip()
    for name in _NAMES:
        if token := request.args.get(name, ""):
            return token
    if request.method != "GET" and request.mimetype in _FORMS:
        form = await request.form
        return next((form[name] for name in _NAMES if form.get(name)), None)
    return None
