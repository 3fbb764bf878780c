"""Who may use the admin API: people whose role has the permission, with a token that has the scope."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from quart import Response

from fedi.api.auth import member
from fedi.api.context import Asker
from fedi.errors import NotAllowed, Unauthenticated
from fedi.model.people import User
from fedi.model.permissions import may

P = ParamSpec("P")
Handler = Callable[Concatenate[Asker, P], Awaitable[Response]]
DENIED = "This action is not allowed"


def staff(permission: int, scope: str) -> Callable[[Handler[P]], Callable[P, Awaitable[Response]]]:
    """The handler is for people with `permission`, and a token with `scope`; all others get 401 or 403."""

    def decorate(handler: Handler[P]) -> Callable[P, Awaitable[Response]]:
        @wraps(handler)
        async def permitted(me: Asker, /, *args: P.args, **kwargs: P.kwargs) -> Response:
            if not may(user_of(me).role, permission):
                raise NotAllowed(f"{me.id} lacks the permission {permission}", public=DENIED)
            return await handler(me, *args, **kwargs)

        return member(scope)(permitted)

    return decorate


def user_of(me: Asker) -> User:
    """The login of who asks."""
    if me.session is None:
        raise Unauthenticated
    return me.session.user
