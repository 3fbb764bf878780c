"""From an access token to whom it stands for."""

from __future__ import annotations

from fedi.errors import NotAllowed, Unauthenticated
from fedi.services import Services
from fedi.social import members
from fedi.store.apps import AppSession
from fedi.store.members import Session

_LONGEST = 512
_DAY_MS = 86_400_000


async def authenticate(services: Services, token: str) -> Session | AppSession:
    """The person, or the app alone, that a token stands for. Raises Unauthenticated for a bad one."""
    if not 1 <= len(token) <= _LONGEST:
        raise Unauthenticated("a token of no length that we make")
    async with services.store.read() as tx:
        session = await tx.members.any_by_token(token)
        app = await tx.apps.by_token(token) if session is None else None
    if session is not None and session.revoked:
        raise Unauthenticated(public="The access token was revoked")
    found = session or app
    if found is None:
        raise Unauthenticated
    return found


def check_login(session: Session) -> None:
    """Raise NotAllowed, with the reason, for somebody who may not act (yet, or any more)."""
    if session.user.confirmed_at is None:
        raise NotAllowed(public="Your login is missing a confirmed e-mail address")
    if not session.user.approved:
        raise NotAllowed(public="Your login is currently pending approval")
    if not session.may_act:
        raise NotAllowed(public="Your login is currently disabled")


async def used(services: Services, session: Session) -> None:
    """Note that the person is here (once an hour), and that the token was used (once a day)."""
    if services.store.clock() - session.used_at > _DAY_MS:
        async with services.store.write() as tx:
            await tx.grants.used(session.token_id)
    await members.arrived(services, session.user)
