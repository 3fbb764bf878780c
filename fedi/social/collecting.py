"""Collections: made and filled by their owners; whoever is in one may leave it for good."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from fedi.activitypub.uris import Addresses
from fedi.errors import NotAllowed, NotFound, Unprocessable
from fedi.model.people import Account, Domain
from fedi.social.notifying import notify
from fedi.store.collections import ACCEPTED, REVOKED, Collection, Collections, Item
from fedi.store.store import Transaction

COLLECTIONS_MAX = 10
ITEMS_MAX = 25
NAME_MAX = 40
DESCRIPTION_MAX = 100
_TAG = re.compile(r"\w{1,100}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_WRONG = "Validation failed: "


class Draft(Struct, frozen=True, kw_only=True):
    """What a collection is to say; None: as it is."""

    name: str | None = None
    description: str | None = None
    language: str | None = None
    tag: str | None = None
    sensitive: bool | None = None
    discoverable: bool | None = None

    def values(self) -> dict[str, Any]:
        """The columns to write. Raises Unprocessable."""
        found: dict[str, Any] = {}
        if self.name is not None:
            if not 1 <= len(self.name.strip()) <= NAME_MAX:
                raise Unprocessable(public=f"{_WRONG}Name must have 1 to {NAME_MAX} characters")
            found["name"] = self.name.strip()
        if self.description is not None:
            if len(self.description) > DESCRIPTION_MAX:
                raise Unprocessable(public=f"{_WRONG}Description has {DESCRIPTION_MAX} characters at most")
            found["description"] = self.description
        if self.language is not None:
            if self.language and not _LANGUAGE.fullmatch(self.language):
                raise Unprocessable(public=f"{_WRONG}Language is not a language")
            found["language"] = self.language or None
        if self.tag is not None:
            tag = self.tag.removeprefix("#").lower()
            if tag and (not _TAG.fullmatch(tag) or tag.isdecimal()):
                raise Unprocessable(public=f"{_WRONG}Tag name is not a hashtag")
            found["tag"] = tag or None
        flags = {"sensitive": self.sensitive, "discoverable": self.discoverable}
        return found | {name: value for name, value in flags.items() if value is not None}


async def create(
    tx: Transaction, domain: Domain, owner: Account, draft: Draft, account_ids: Sequence[int]
) -> Collection:
    """Make a collection with people in it. Raises Unprocessable, NotFound, NotAllowed as `put_in` does."""
    values = {"sensitive": False, "discoverable": True, **draft.values()}
    if "name" not in values:
        raise Unprocessable(public=f"{_WRONG}Name can't be blank")
    if await Collections(tx).count(owner.id) >= COLLECTIONS_MAX:
        raise Unprocessable(public=f"{_WRONG}You have {COLLECTIONS_MAX} collections, which is the limit")
    made = tx.new_id()
    collection = Collection(
        id=made,
        uri=f"{Addresses(domain.url).actor(owner.id)}/collections/{made}",
        url=f"{domain.url}/collections/{made}",
        account_id=owner.id,
        local=True,
        created_at=tx.now,
        updated_at=tx.now,
        **values,
    )
    await Collections(tx).add(collection)
    if account_ids:
        await put_in(tx, owner, collection, account_ids)
    return collection


async def owned(tx: Transaction, owner_id: int, collection_id: int) -> Collection:
    """A collection of one's own. Raises NotFound; NotAllowed for another's that one may see."""
    found = await visible(tx, owner_id, collection_id)
    if found.account_id != owner_id:
        raise NotAllowed(public="This action is not allowed")
    return found


async def visible(tx: Transaction, viewer_id: int | None, collection_id: int) -> Collection:
    """A collection, unless its owner is gone or blocks the viewer. Raises NotFound."""
    found = await Collections(tx).by_id(collection_id)
    owner = await tx.people.by_id(found.account_id) if found is not None else None
    if found is None or owner is None or not owner.is_active:
        raise NotFound
    if viewer_id is not None and viewer_id in await tx.blocks.either_way(owner.id, [viewer_id]):
        raise NotFound
    return found


async def put_in(
    tx: Transaction, owner: Account, collection: Collection, account_ids: Sequence[int]
) -> list[Item]:
    """Put people in who agree to be recommended.

    Raises NotFound for whom nobody may see, NotAllowed for who does not agree or left before, Unprocessable for
    too many or who is in it.
    """
    people = await tx.people.by_ids(account_ids)
    blocked = await tx.blocks.either_way(owner.id, account_ids)
    for account_id in account_ids:
        person = people.get(account_id)
        if person is None or not person.is_active or account_id in blocked:
            raise NotFound
        if not may_feature(person):
            raise NotAllowed(public="This action is not allowed")
    store = Collections(tx)
    known = await store.known(collection.id, account_ids)
    if REVOKED in known.values():
        raise NotAllowed(public="This action is not allowed")
    if known:
        raise Unprocessable(public=f"{_WRONG}Account has already been taken")
    items = (await store.items([collection.id]))[collection.id]
    if len(items) + len(account_ids) > ITEMS_MAX:
        raise Unprocessable(public=f"{_WRONG}A collection has {ITEMS_MAX} accounts at most")
    added = await store.put_in(collection.id, account_ids)
    await store.update(collection.id)
    for account_id in account_ids:
        await notify(tx, account_id, "added_to_collection", owner.id, about_id=collection.id)
    return added


async def change(tx: Transaction, owner_id: int, collection_id: int, draft: Draft) -> Collection:
    """Change what a collection of one's own says; who is in it is told. Raises as `owned` does, Unprocessable."""
    before = await owned(tx, owner_id, collection_id)
    values = draft.values()
    if values:
        await Collections(tx).update(before.id, **values)
        for item in (await Collections(tx).items([before.id]))[before.id]:
            await notify(tx, item.account_id, "collection_update", owner_id, about_id=before.id)
    return await owned(tx, owner_id, collection_id)


async def take_out(tx: Transaction, collection: Collection, item_id: int) -> None:
    """The owner takes somebody out. Raises NotFound."""
    item = await Collections(tx).item(collection.id, item_id)
    if item is None or item.state == REVOKED:
        raise NotFound
    await Collections(tx).take_out(item_id)
    await Collections(tx).update(collection.id)


async def revoke(tx: Transaction, account_id: int, collection_id: int, item_id: int) -> None:
    """Somebody leaves a collection for good. Raises NotFound, NotAllowed for somebody else's place in it."""
    item = await Collections(tx).item(collection_id, item_id)
    if item is None or item.state != ACCEPTED:
        raise NotFound
    if item.account_id != account_id:
        raise NotAllowed(public="This action is not allowed")
    await Collections(tx).revoke(item_id)


def may_feature(person: Account) -> bool:
    """Whether a person may be put into collections: those here who may be discovered.

    People elsewhere are asked by a protocol that is not spoken yet, so they are left out.
    """
    return person.is_local and person.discoverable and person.type != "Application"
