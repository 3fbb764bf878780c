"""What the tests of this folder share: who knows whom, what is signed oddly, and what came of it."""

from __future__ import annotations

from typing import Any

import orjson

from fedi.activitypub import codec, signatures, types
from fedi.activitypub.keys import SigningKey
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.store.paging import Range
from tests.peer import Person, World

CONTEXT = "https://www.w3.org/ns/activitystreams"


async def known(world: World, person: Person) -> Account:
    """The account of somebody on a peer, fetched where that was not done before."""
    return await world.services.actors.find(person.uri)


async def follows(world: World, follower: Account, *people: Person) -> None:
    """A local person follows these, who have accepted it."""
    for person in people:
        account = await known(world, person)
        async with world.store.write() as tx:
            uri = f"{follower.uri}/follows/{account.id}"
            await tx.follows.add(follower.id, account.id, state="following", uri=uri)


async def comes(world: World, sender: Person, activity: types.AnyActivity | dict[str, Any]) -> int:
    """An activity is sent and all that follows from it is done; the status it was answered with."""
    status = await sender.sends(activity)
    await settle(world)
    return status


async def settle(world: World) -> None:
    """All there is to do now is done, deliveries too: a worker that is told to stop gives back lanes unbegun."""
    await world.settle()
    while await _lanes_due(world):
        await world.settle()


async def _lanes_due(world: World) -> bool:
    async with world.store.read() as tx:
        found = await tx.db.value("SELECT COUNT(*) FROM hosts WHERE due_at <= :now", {"now": tx.now})
    return bool(found)


async def post(world: World, uri: str) -> Post | None:
    """The post with this id, if it is here."""
    async with world.store.read() as tx:
        return await tx.posts.by_uri(uri)


async def home(world: World, person: Account) -> set[str]:
    """URIs of what a person sees at home, and of what the boosts there boost."""
    async with world.store.read() as tx:
        page = await tx.timelines.home(person.id, Range(limit=40))
    return {one.uri for one in (*page.posts, *page.originals.values())}


async def count(world: World, table: str) -> int:
    """How many rows a table has."""
    async with world.store.read() as tx:
        return int(await tx.db.value(f"SELECT COUNT(*) FROM {table}"))


async def may_see(world: World, found: Post, viewer: Account) -> bool:
    """Whether somebody may see a post."""
    async with world.store.read() as tx:
        return await tx.posts.may_see(found, viewer.id)


def body_of(activity: types.AnyActivity) -> bytes:
    """An activity as it is sent."""
    return orjson.dumps(codec.render(activity))


def signed(world: World, person: Person, body: bytes, **options: Any) -> dict[str, str]:
    """The headers with which somebody signs a POST to our shared inbox. `options` replace what is signed with."""
    key = options.pop("key", SigningKey(person.key_id, person.pair.private_pem))
    url = options.pop("url", f"{world.url}/inbox")
    now = options.pop("now", world.services.now())
    return signatures.sign(options.pop("scheme", "cavage"), "POST", url, body, key, now)
