"""Bearer tokens and scopes (RFC 6750): which requests get as far as their handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from quart import Response, request

from fedi.api import limits
from fedi.api.context import Asker, domain_asked, services
from fedi.errors import NotAllowed, Unauthenticated
from fedi.services import Services
from fedi.social import members
from fedi.social.scopes import covers
from fedi.store.members import Session

P = ParamSpec("P")
Handler = Callable[Concatenate[Asker, P], Awaitable[Response]]
Route = Callable[P, Awaitable[Response]]


def member(*scopes: str) -> Callable[[Handler[P]], Route[P]]:
    """The handler is for people who sign in, with a token that has one of `scopes`."""
    return _guarded(scopes, required=True)


def anyone(*scopes: str) -> Callable[[Handler[P]], Route[P]]:
    """The handler is for everyone. A token that is sent anyway must be good, and have one of `scopes`."""
    return _guarded(scopes, required=False)


def _guarded(scopes: tuple[str, ...], *, required: bool) -> Callable[[Handler[P]], Route[P]]:
    def decorate(handler: Handler[P]) -> Route[P]:
        @wraps(handler)
        async def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            given = services()
            session = await _session(given, scopes)
            if session is None and required:
                raise Unauthenticated
            limits.count(given, session)
            domain, at = await domain_asked()
            return await handler(Asker(given, domain, at, session), *args, **kwargs)

        return guarded

    return decorate


async def _session(given: Services, scopes: tuple[str, ...]) -> Session | None:
    """Whose token came with the request. Raises Unauthenticated for a bad one, NotAllowed for one too weak."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not 1 <= len(token) <= 512:
        raise Unauthenticated
    async with given.store.read() as tx:
        session = await tx.members.by_token(token.strip())
    if session is None:
        raise Unauthenticated
    if not session.may_act:
        raise NotAllowed(public="Your login is currently disabled")
    if scopes and not any(covers(session.scopes, scope) for scope in scopes):
        raise NotAllowed(public="This action is outside the authorized scopes")
    await members.arrived(given, session.user)
    return session
