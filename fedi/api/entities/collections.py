"""Collection, CollectionItem, CollectionWithAccounts."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from fedi.api.entities.accounts import Account
from fedi.api.entities.here import Here, time
from fedi.api.entities.statuses import StatusTag
from fedi.store import collections as store


class CollectionItem(Struct):
    """Somebody in a collection."""

    id: str
    account_id: str | None
    state: str
    created_at: str


class Collection(Struct):
    """People whom somebody recommends together."""

    id: str
    account_id: str
    uri: str
    url: str | None
    local: bool
    name: str
    description: str
    language: str | None
    tag: StatusTag | None
    sensitive: bool
    discoverable: bool
    item_count: int
    items: list[CollectionItem]
    created_at: str
    updated_at: str


class CollectionWithAccounts(Struct):
    """A collection, with its owner and everybody in it."""

    collection: Collection
    accounts: list[Account]


def collection(found: store.Collection, items: Sequence[store.Item], at: Here) -> Collection:
    """The entity of a collection."""
    return Collection(
        id=str(found.id),
        account_id=str(found.account_id),
        uri=found.uri,
        url=found.url,
        local=found.local,
        name=found.name,
        description=found.description,
        language=found.language,
        tag=StatusTag(found.tag, at.addresses.tag_page(found.tag)) if found.tag else None,
        sensitive=found.sensitive,
        discoverable=found.discoverable,
        item_count=len(items),
        items=[item(one) for one in items],
        created_at=time(found.created_at),
        updated_at=time(found.updated_at),
    )


def item(found: store.Item) -> CollectionItem:
    """The entity of a person in a collection."""
    return CollectionItem(str(found.id), str(found.account_id), found.state, time(found.created_at))
