"""What a command needs to act on the database of a server that may be running: the services, for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from fedi.config import Config
from fedi.errors import FediError
from fedi.model.people import Account
from fedi.services import Services
from fedi.social import members
from fedi.store.store import Transaction

T = TypeVar("T")


class Refused(FediError):
    """A command cannot do what it was asked; the sentence says why and what to do."""

    status = 422


def act(config: Config, work: Callable[[Services], Awaitable[T]]) -> T:
    """Run `work` with the services of `config`, and close them whatever happens."""
    return asyncio.run(_act(config, work))


async def _act(config: Config, work: Callable[[Services], Awaitable[T]]) -> T:
    services = await Services.open(config)
    try:
        await members.ensure_domain(services)
        await services.refresh()
        return await work(services)
    finally:
        await services.close()


async def local_person(tx: Transaction, services: Services, name: str) -> Account:
    """The local account NAME, or NAME@DOMAIN on a deployment of several domains; Refused if there is none."""
    handle = name.removeprefix("@")
    if "@" not in handle:
        handle = f"{handle}@{services.config.domain}"
    account = await tx.people.by_handle(handle)
    if account is None or not account.is_local or account.type == "Application":
        raise Refused(public=f"There is no local account {name}. `fedi user list` shows those there are.")
    return account
