"""Conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from fedi.api.entities.accounts import Account, account
from fedi.api.entities.here import Here
from fedi.api.entities.statuses import Status
from fedi.model import people
from fedi.store import conversations as store


class Conversation(Struct):
    """Direct statuses with the same people. https://docs.joinmastodon.org/entities/Conversation/."""

    id: str
    unread: bool
    accounts: list[Account]
    last_status: Status | None


def conversations(
    found: Sequence[store.Conversation],
    known: Mapping[int, people.Account],
    latest: Mapping[str, Status],
    at: Here,
) -> list[Conversation]:
    """The entities of conversations; who talks to themselves is the only one in it."""
    entities = {one.id: account(one, at) for one in known.values()}
    return [
        Conversation(
            str(one.id),
            one.unread,
            [entities[other] for other in one.participants or (one.account_id,) if other in entities],
            latest.get(str(one.last_post_id)),
        )
        for one in found
    ]
