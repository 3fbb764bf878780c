"""A remote person moves: proven from both sides, once a week, and its followers here go along."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from fedi.activitypub import codec, types
from fedi.activitypub.keys import SigningKey
from fedi.config import Config
from fedi.errors import NotAllowed, RemoteMissing
from fedi.inbox import move
from fedi.model.people import Account
from fedi.net.signers import Verified
from fedi.net.values import Document
from fedi.services import Services
from fedi.social import following, moving
from fedi.store.follows import FOLLOWING
from fedi.store.rows import to_json
from fedi.store.store import Store
from tests.builders import make_domain, make_person, make_stranger
from tests.store.recount import recount
from tests.support import keys
from tests.support.sent import sent

OLD, NEW = "https://b.test/users/bo", "https://c.test/users/bo"


class Web:
    """Other servers: only their actors."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}
        self.fetched: list[str] = []

    def serve(self, uri: str, **values: Any) -> None:
        key = types.PublicKey(id=f"{uri}#main-key", owner=uri, pem=keys.rsa().public_pem)
        actor = types.Actor(
            id=uri, preferred_username="bo", inbox=f"{uri}/inbox", public_keys=(key,), **values
        )
        self.documents[uri] = codec.render(actor)

    async def fetch(self, uri: str, *, signer: SigningKey | None, fresh: bool = False) -> Document:
        self.fetched.append(uri)
        if uri not in self.documents:
            raise RemoteMissing(uri)
        return Document(uri, orjson.loads(orjson.dumps(self.documents[uri])))


@pytest.fixture
def web() -> Web:
    web = Web()
    web.serve(OLD, moved_to=NEW)
    web.serve(NEW, also_known_as=(OLD,))
    return web


@pytest.fixture
async def services(store: Store, web: Web) -> Services:
    await make_domain(store)
    return Services(Config.load(None, {"FEDI_DOMAIN": "a.test"}), store, web)  # type: ignore[arg-type]


async def send_move(store: Store, bo: Account, target: str = NEW) -> dict[str, Any]:
    """What the job for the Move is given."""
    async with store.write() as tx:
        fresh = await tx.people.by_id(bo.id)
        assert fresh is not None
        activity = types.Move(id=f"{OLD}/move", actor=OLD, object=OLD, target=target)
        await move.handle(activity, Verified(fresh, ""), tx)
    async with store.write() as tx:
        jobs = await tx.jobs.claim(10, 1000)
        [job] = [job for job in jobs if job.kind == "follow_move"]
        await tx.jobs.drop([job.id for job in jobs])
    return {**job.payload, "job_id": job.id}


async def follow(store: Store, follower: Account, followee: Account, **wishes: bool) -> None:
    async with store.write() as tx:
        uri = f"{follower.uri}/follows/{followee.id}"
        await tx.follows.add(follower.id, followee.id, state=FOLLOWING, uri=uri, **wishes)


async def account(store: Store, uri: str) -> Account:
    async with store.read() as tx:
        found = await tx.people.by_uri(uri)
    assert found is not None
    return found


async def test_followers_ask_the_new_account_and_leave_the_old_one(store: Store, services: Services) -> None:
    ana, cleo = await make_person(store, "ana"), await make_person(store, "cleo")
    bo, di = await make_stranger(store, "bo"), await make_stranger(store, "di")
    await follow(store, ana, bo, show_reblogs=False, notify=True)
    await follow(store, cleo, bo)
    await follow(store, di, ana)
    payload = await send_move(store, bo)
    for _ in range(2):
        await moving.run(services, payload)
    old, new = await account(store, OLD), await account(store, NEW)
    assert (old.moved_to_uri, old.moved_at) == (NEW, payload["at"])
    async with store.read() as tx:
        to_old, to_new = await tx.follows.relationships(ana.id, [old.id, new.id])
    assert not to_old.following
    assert (to_new.requested, to_new.showing_reblogs, to_new.notifying) == (True, False, True)
    out = [(inbox, type(activity), activity.actor) for inbox, activity in await sent(store)]
    assert sorted(out, key=lambda one: (one[2], one[0])) == sorted(
        [
            (to, kind, person.uri)
            for person in (ana, cleo)
            for to, kind in ((f"{NEW}/inbox", types.Follow), (f"{OLD}/inbox", types.Undo))
        ],
        key=lambda one: (one[2], one[0]),
    )
    assert await recount(store) == []


async def test_more_followers_than_one_batch_all_go_along(
    store: Store, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "_BATCH", 2)
    people = [await make_person(store, f"p{number}") for number in range(5)]
    bo = await make_stranger(store, "bo")
    for person in people:
        await follow(store, person, bo)
    async with store.write() as tx:
        await tx.blocks.add(people[2].id, (await make_new(tx)).id, "https://a.test/b")
    await moving.run(services, await send_move(store, bo))
    new = await account(store, NEW)
    async with store.read() as tx:
        asked = await tx.follows.requests(new.id)
        left = await tx.follows.local_follower_ids(bo.id)
    assert {one.account.id for one in asked} == {person.id for person in people} - {people[2].id}
    assert left == [people[2].id]
    assert await recount(store) == []


async def make_new(tx: Any) -> Account:
    host = (await tx.hosts.ensure(["c.test"]))["c.test"]
    made = Account(
        id=tx.new_id(),
        uri=NEW,
        host_id=host,
        username="bo",
        domain="c.test",
        handle="bo@c.test",
        inbox=f"{NEW}/inbox",
        created_at=tx.now,
    )
    await tx.people.add(made)
    return made


@pytest.mark.parametrize("aliases", [(), (f"{OLD}/", "https://b.test/users/ann")])
async def test_a_target_that_does_not_know_of_it_gains_no_followers(
    store: Store, services: Services, web: Web, aliases: tuple[str, ...]
) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    await follow(store, ana, bo)
    async with store.write() as tx:
        stored = await make_new(tx)
        await tx.people.update(stored.id, also_known_as=to_json([OLD]))
    web.serve(NEW, also_known_as=aliases)
    await moving.run(services, await send_move(store, bo))
    assert web.fetched == [OLD, NEW]
    assert (await account(store, OLD)).moved_at is None
    assert await sent(store) == []
    # The refused one does not count: as soon as the alias is there, the next one holds.
    web.serve(NEW, also_known_as=(OLD,))
    await moving.run(services, await send_move(store, bo))
    assert (await account(store, OLD)).moved_to_uri == NEW


async def test_a_target_that_cannot_be_fetched_is_tried_again(
    store: Store, services: Services, web: Web
) -> None:
    bo = await make_stranger(store, "bo")
    payload = await send_move(store, bo)
    del web.documents[NEW]
    with pytest.raises(RemoteMissing):
        await moving.run(services, payload)
    assert (await account(store, OLD)).moved_at is None


async def test_nobody_moves_twice_within_seven_days(store: Store, services: Services, web: Web) -> None:
    bo = await make_stranger(store, "bo")
    await moving.run(services, await send_move(store, bo))
    third = "https://d.test/users/bo"
    web.serve(third, also_known_as=(OLD,))
    with pytest.raises(NotAllowed):
        await send_move(store, bo, third)
    # One that was let in before the first had been carried out falls under the cooldown as well.
    await moving.run(services, {"account_id": bo.id, "target": third, "at": 5, "job_id": 1})
    assert (await account(store, OLD)).moved_to_uri == NEW
    async with store.write() as tx:
        await tx.people.update(bo.id, moved_at=tx.now - moving.COOLDOWN_MS - 1)
    await moving.run(services, await send_move(store, bo, third))
    assert (await account(store, OLD)).moved_to_uri == third


async def test_moving_to_an_account_here(store: Store, services: Services, web: Web) -> None:
    ana = await make_person(store, "ana")
    here = await make_person(store, "bo", also_known_as=(OLD,))
    bo = await make_stranger(store, "bo")
    for follower in (ana, here):
        await follow(store, follower, bo)
    await moving.run(services, await send_move(store, bo, here.uri))
    assert web.fetched == [OLD]
    async with store.read() as tx:
        assert (await following.relationship(tx, ana, here)).following
        assert not (await following.relationship(tx, ana, bo)).following
        assert (await following.relationship(tx, here, bo)).following
    assert await recount(store) == []


@pytest.mark.parametrize(("moved", "target"), [("https://b.test/users/ann", NEW), (OLD, OLD)])
async def test_only_the_account_itself_moves_and_somewhere_else(
    store: Store, moved: str, target: str
) -> None:
    bo = await make_stranger(store, "bo")
    activity = types.Move(id=f"{OLD}/move", actor=OLD, object=moved, target=target)
    async with store.write() as tx:
        with pytest.raises(NotAllowed):
            await move.handle(activity, Verified(bo, ""), tx)
        assert not await tx.jobs.claim(1, 1000)
