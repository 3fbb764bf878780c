"""Who asks, and of which domain: what every handler of the API starts from."""

from __future__ import annotations

from typing import cast

from msgspec import Struct
from quart import current_app, request

from fedi.api.entities.here import Here, here
from fedi.errors import Unauthenticated
from fedi.model.people import Account, Domain
from fedi.services import Services
from fedi.store.apps import AppSession
from fedi.store.members import Session
from fedi.store.store import Transaction


class Asker(Struct, frozen=True):
    """A request: the domain it went to, and who sent it, if they said so."""

    services: Services
    domain: Domain
    at: Here
    session: Session | None
    app: AppSession | None = None
    """An app that asks for itself, with a token that stands for nobody."""

    @property
    def viewer_id(self) -> int | None:
        """The account that looks, None for anybody."""
        return None if self.session is None else self.session.user.id

    @property
    def id(self) -> int:
        """The account of the member who asks. Raises Unauthenticated for others."""
        if self.session is None:
            raise Unauthenticated(public="This method requires an authenticated user")
        return self.session.user.id

    @property
    def locale(self) -> str | None:
        """The language of the member who asks, if they chose one."""
        return None if self.session is None else self.session.user.locale

    async def account(self, tx: Transaction) -> Account:
        """The account of the member who asks."""
        found = await tx.people.by_id(self.id)
        if found is None:
            raise Unauthenticated
        return found


def services() -> Services:
    """What the program was given."""
    return cast(Services, current_app.extensions["fedi"])


async def domain_asked() -> tuple[Domain, Here]:
    """The domain that the Host header names."""
    domain = await services().domain_of(request.host)
    return domain, here(domain)
