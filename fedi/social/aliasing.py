"""Other accounts that somebody here says are theirs, too (`alsoKnownAs`): what moving to this one asks for."""

from __future__ import annotations

from collections.abc import Sequence

from fedi.errors import FediError, Unprocessable
from fedi.model.people import Account
from fedi.services import Services
from fedi.webfinger import lookup

ALIASES_MAX = 10
_LONGEST = 500


async def find(services: Services, account: Account, names: Sequence[str]) -> tuple[str, ...]:
    """The addresses of accounts, named by handle or address. Raises Unprocessable for one that is not found."""
    if len(names) > ALIASES_MAX:
        raise Unprocessable(public=f"Validation failed: At most {ALIASES_MAX} other accounts can be named")
    found = [await _find(services, name.strip()) for name in names if name.strip()]
    if account.uri in found:
        raise Unprocessable(public="Validation failed: Also known as cannot be the account itself")
    return tuple(dict.fromkeys(found))


async def _find(services: Services, name: str) -> str:
    refused = Unprocessable(public=f"Validation failed: There is no account {name[:100]}")
    if len(name) > _LONGEST:
        raise refused
    try:
        if name.startswith(("https://", "http://")):
            return (await services.actors.find(name)).uri
        return (await lookup.resolve(services, name)).uri
    except FediError as error:
        raise refused from error
