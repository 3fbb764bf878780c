"""Any sequence of what can happen to follows leaves the states that the rules say, and every count right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fedi.activitypub import types
from fedi.errors import NotAllowed, NotFound
from fedi.model.people import Account
from fedi.social import blocking, following
from fedi.store.follows import ASKED, FOLLOWING
from fedi.store.store import Store, Transaction
from tests.builders import make_person, make_stranger
from tests.store.recount import recount

Pair: TypeAlias = tuple[str, str]
LOCAL, REMOTE = ("ana", "cleo"), ("bo", "cy", "di")
LOCKED = "cleo"
TABLES = (
    "follows",
    "blocks",
    "notifications",
    "follower_inboxes",
    "follower_hosts",
    "deliveries",
    "activities",
)


class World:
    """The people, what really happens in `tx`, and what should have: states by (follower, followee)."""

    def __init__(self, people: dict[str, Account], tx: Transaction) -> None:
        self.people = people
        self.tx = tx
        self.states: dict[Pair, str] = {}
        self.blocks: set[Pair] = set()
        self._ids = 0

    def _follow(self, follower: str, followee: str) -> types.Follow:
        self._ids += 1
        one, other = self.people[follower], self.people[followee]
        return types.Follow(id=f"{one.uri}/follows/{self._ids}", actor=one.uri, object=other.uri)

    async def ask(self, local: str, other: str) -> None:
        """A local person asks anybody."""
        may = local != other and not self.blocks & {(local, other), (other, local)}
        try:
            await following.ask(self.tx, self.people[local], self.people[other])
        except (NotAllowed, NotFound):
            assert not may
            return
        assert may
        at_once = other in LOCAL and other != LOCKED
        self.states.setdefault((local, other), FOLLOWING if at_once else ASKED)

    async def asked(self, local: str, remote: str) -> None:
        """A remote person asks a local one."""
        await following.asked(self.tx, self._follow(remote, local), self.people[remote], self.people[local])
        if (local, remote) not in self.blocks:
            self.states.setdefault((remote, local), ASKED if local == LOCKED else FOLLOWING)

    async def approve(self, local: str, other: str) -> None:
        """A local person accepts a request."""
        try:
            await following.accept(self.tx, self.people[local], self.people[other])
        except NotFound:
            assert self.states.get((other, local)) != ASKED
            return
        assert self.states[other, local] == ASKED
        self.states[other, local] = FOLLOWING

    async def accepted(self, local: str, remote: str) -> None:
        """A remote person accepts, asked or not."""
        await following.accepted(self.tx, self.people[remote], self._follow(local, remote))
        if (local, remote) in self.states:
            self.states[local, remote] = FOLLOWING

    async def unaccepted(self, local: str, remote: str) -> None:
        """A remote person takes an Accept back."""
        await following.unaccepted(self.tx, self.people[remote], self._follow(local, remote))
        if (local, remote) in self.states:
            self.states[local, remote] = ASKED

    async def rejected(self, local: str, remote: str) -> None:
        """A remote person rejects, before or after it accepted."""
        await following.rejected(self.tx, self.people[remote], self._follow(local, remote))
        self.states.pop((local, remote), None)

    async def undo(self, local: str, other: str) -> None:
        """A local person unfollows."""
        await following.undo(self.tx, self.people[local], self.people[other])
        self.states.pop((local, other), None)

    async def undone(self, local: str, remote: str) -> None:
        """A remote person unfollows."""
        was = self.states.pop((remote, local), None)
        found = await following.undone(
            self.tx, self.people[remote], object_uri=self.people[local].uri, uri=None
        )
        assert found == (was is not None)

    async def remove(self, local: str, other: str) -> None:
        """A local person removes a follower."""
        await following.remove_follower(self.tx, self.people[local], self.people[other])
        self.states.pop((other, local), None)

    async def block(self, local: str, other: str) -> None:
        """A local person blocks."""
        if local != other:
            await blocking.block(self.tx, self.people[local], self.people[other])
            self._severed(local, other)

    async def unblock(self, local: str, other: str) -> None:
        """A local person unblocks."""
        await blocking.unblock(self.tx, self.people[local], self.people[other])
        self.blocks.discard((local, other))

    async def blocked(self, local: str, remote: str) -> None:
        """A remote person blocks a local one."""
        one, other = self.people[remote], self.people[local]
        block = types.Block(id=f"{one.uri}/block", actor=one.uri, object=other.uri)
        await blocking.blocked(self.tx, block, one, other)
        self._severed(remote, local)

    async def unblocked(self, local: str, remote: str) -> None:
        """A remote person unblocks a local one."""
        one, other = self.people[remote], self.people[local]
        found = await blocking.unblocked(self.tx, one, object_uri=other.uri, uri=None)
        assert found == ((remote, local) in self.blocks)
        self.blocks.discard((remote, local))

    async def move_inbox(self, _: str, remote: str) -> None:
        """A remote person's server names another shared inbox, or none."""
        old = self.people[remote]
        shared = None if old.shared_inbox else f"https://{old.domain}/inbox"
        await self.tx.people.update(old.id, shared_inbox=shared)
        found = await self.tx.people.by_id(old.id)
        assert found is not None
        self.people[remote] = found
        await self.tx.follows.moved_inbox(old.id, old.delivery_inbox, found.delivery_inbox, old.host_id or 0)

    def _severed(self, one: str, other: str) -> None:
        self.blocks.add((one, other))
        self.states.pop((one, other), None)
        self.states.pop((other, one), None)

    async def real_states(self) -> dict[Pair, str]:
        names = {person.id: name for name, person in self.people.items()}
        rows = await self.tx.db.rows("SELECT follower_id, followee_id, state FROM follows")
        return {(names[row["follower_id"]], names[row["followee_id"]]): row["state"] for row in rows}


Step: TypeAlias = tuple[Callable[[World, str, str], Awaitable[None]], str, str]
with_anybody = st.tuples(
    st.sampled_from([World.ask, World.approve, World.undo, World.remove, World.block, World.unblock]),
    st.sampled_from(LOCAL),
    st.sampled_from(LOCAL + REMOTE),
)
with_strangers = st.tuples(
    st.sampled_from(
        [
            World.asked,
            World.accepted,
            World.unaccepted,
            World.rejected,
            World.undone,
            World.blocked,
            World.unblocked,
            World.move_inbox,
        ]
    ),
    st.sampled_from(LOCAL),
    st.sampled_from(REMOTE),
)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(steps=st.lists(with_anybody | with_strangers, min_size=30, max_size=60))
async def test_states_and_counts_after_any_sequence(store: Store, steps: list[Step]) -> None:
    people = await _people(store)
    async with store.write() as tx:
        for table in TABLES:
            await tx.db.run(f"DELETE FROM {table}")
        await tx.db.run(
            "UPDATE accounts SET followers_count = 0, following_count = 0, local_followers_count = 0"
        )
        world = World(people, tx)
        for step, local, other in steps:
            await step(world, local, other)
        assert await world.real_states() == world.states
    assert await recount(store) == []
    async with store.write() as tx:
        for person in people.values():
            await tx.follows.remove_of(person.id)
    assert await recount(store) == []


async def _people(store: Store) -> dict[str, Account]:
    async with store.read() as tx:
        rows = await tx.db.rows("SELECT id, username FROM accounts WHERE type = 'Person'")
        known = await tx.people.by_ids([row["id"] for row in rows])
    if known:
        return {person.username: person for person in known.values()}
    return {
        "ana": await make_person(store, "ana"),
        "cleo": await make_person(store, "cleo", locked=True),
        "bo": await make_stranger(store, "bo", "b.test"),
        "cy": await make_stranger(store, "cy", "b.test", shared_inbox=None),
        "di": await make_stranger(store, "di", "d.test"),
    }
