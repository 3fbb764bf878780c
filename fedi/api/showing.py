"""Accounts as they are shown one by one: with where they moved to, and the roles that everyone may see."""

from __future__ import annotations

from collections.abc import Sequence

from quart import Response

from fedi.api.context import Asker
from fedi.api.entities.accounts import Account, account
from fedi.api.paging import link
from fedi.api.responses import answer
from fedi.model import people
from fedi.store.follow_lists import Listed
from fedi.store.paging import AccountPage
from fedi.store.store import Transaction


async def entities(tx: Transaction, asker: Asker, found: Sequence[people.Account]) -> list[Account]:
    """The entities of accounts, in their order. Asks for roles where somebody is local, for moves where one moved."""
    targets = {one.moved_to_uri for one in found if one.moved_to_uri is not None}
    moved = await tx.people.by_uris(targets) if targets else {}
    locals_ = [one.id for one in found if one.is_local]
    roles = await tx.people.roles(locals_) if locals_ else {}
    return [account(one, asker.at, _moved(moved, one), roles.get(one.id)) for one in found]


async def entity(tx: Transaction, asker: Asker, found: people.Account) -> Account:
    """The entity of one account."""
    return (await entities(tx, asker, [found]))[0]


async def page(tx: Transaction, asker: Asker, found: Sequence[Listed]) -> Response:
    """A page of accounts that are listed by the ids of something else: follows, blocks, endorsements."""
    first, last = (found[0].id, found[-1].id) if found else (None, None)
    shown = [one.account for one in found]
    return answer(await entities(tx, asker, shown), link=link(asker, AccountPage(shown, first, last)))


def _moved(known: dict[str, people.Account], one: people.Account) -> people.Account | None:
    found = known.get(one.moved_to_uri) if one.moved_to_uri is not None else None
    return found if found is not None and found.is_active and found.id != one.id else None
