"""Follows and blocks between fedi and Fedify, in both directions."""

from __future__ import annotations

import pytest

from tests.interop.harness.eventually import eventually
from tests.interop.harness.person import Person
from tests.interop.member import Entity, Member
from tests.interop.pair import Pair


@pytest.fixture
def lea(pair: Pair) -> Member:
    """Someone here who answers herself who may follow her."""
    return pair.ours.member("lea")


async def between(ours: Member, account: Entity, **expected: bool) -> None:
    """Waits until what is between `ours` and the account is as expected."""

    async def as_expected() -> bool:
        found = await ours.relationship(account["id"])
        return {name: found[name] for name in expected} == expected

    await eventually(as_expected)


async def following(theirs: Person, *actors: str) -> None:
    """Waits until Fedify has `theirs` follow exactly these."""

    async def as_expected() -> bool:
        return (await theirs.state()).following == list(actors)

    await eventually(as_expected)


async def test_they_follow_us_and_we_them_and_both_leave(pair: Pair, ana: Member, bo: Person) -> None:
    follow = await bo.follow(ana.handle)
    await following(bo, ana.uri)
    account = await ana.account(bo.uri)
    assert (await ana.relationship(account["id"]))["followed_by"]
    assert len(await ana.notices("follow", account["id"])) == 1
    accept = (await bo.received("Accept"))[0].document
    assert accept["object"]["id"] == follow

    await ana.on_account(account["id"], "follow")
    await between(ana, account, following=True, requested=False)
    assert (await bo.state()).followers == [ana.uri]

    await bo.undo(follow)
    await between(ana, account, followed_by=False)
    await ana.on_account(account["id"], "unfollow")

    async def left() -> bool:
        return (await bo.state()).followers == []

    await eventually(left)
    assert not (await ana.relationship(account["id"]))["following"]
    await pair.check()


async def test_a_locked_person_of_theirs_accepts_or_rejects(pair: Pair, ana: Member) -> None:
    eve, ida = await pair.newcomer("eve", locked=True), await pair.newcomer("ida", locked=True)
    for person in (eve, ida):
        account = await ana.account(person.handle)
        assert account["locked"]
        asked = await ana.on_account(account["id"], "follow")
        assert (asked["following"], asked["requested"]) == (False, True)

        async def waiting(person: Person = person) -> bool:
            return (await person.state()).requests == [ana.uri]

        await eventually(waiting)
    await eve.accept(ana.uri)
    await ida.reject(ana.uri)
    await between(ana, await ana.account(eve.uri), following=True, requested=False)
    await between(ana, await ana.account(ida.uri), following=False, requested=False)
    assert (await eve.state()).followers == [ana.uri]
    assert (await ida.state()).followers == []
    await pair.check()


async def test_a_locked_person_of_ours_accepts_or_rejects(pair: Pair, lea: Member, bo: Person) -> None:
    ida = await pair.newcomer("ida")
    await bo.follow(lea.handle)
    await ida.follow(lea.handle)

    async def asked() -> bool:
        return set(await lea.requests()) >= {bo.uri, ida.uri}

    await eventually(asked)
    accounts = [await lea.account(person.uri) for person in (bo, ida)]
    assert len(await lea.notices("follow_request", accounts[0]["id"])) == 1
    assert (await bo.state()).following == []

    await lea.answer(accounts[0]["id"], "authorize")
    await lea.answer(accounts[1]["id"], "reject")
    await following(bo, lea.uri)
    await eventually(lambda: ida.received("Reject"))
    assert ((await ida.state()).following, (await ida.state()).asked) == ([], [])
    assert (await lea.relationship(accounts[0]["id"]))["followed_by"]
    assert not (await lea.relationship(accounts[1]["id"]))["followed_by"]

    await lea.on_account(accounts[0]["id"], "remove_from_followers")
    await following(bo)
    await pair.check()


async def test_they_take_back_what_they_asked(pair: Pair, lea: Member, bo: Person) -> None:
    follow = await bo.follow(lea.handle)

    async def asked() -> bool:
        return bo.uri in await lea.requests()

    await eventually(asked)
    await bo.undo(follow)

    async def withdrawn() -> bool:
        return bo.uri not in await lea.requests()

    await eventually(withdrawn)
    await pair.check()


async def test_we_block_them_and_forgive(pair: Pair, ana: Member, bo: Person) -> None:
    account = await pair.befriend(ana, bo)
    found = await ana.on_account(account["id"], "block")
    assert (found["following"], found["followed_by"], found["blocking"]) == (False, False, True)

    async def told() -> bool:
        state = await bo.state()
        return (state.blocked_by, state.followers, state.following) == ([ana.uri], [], [])

    await eventually(told)
    await bo.follow(ana.handle)
    await eventually(lambda: bo.received("Reject"))
    assert not (await ana.relationship(account["id"]))["followed_by"]

    await ana.on_account(account["id"], "unblock")

    async def forgiven() -> bool:
        return (await bo.state()).blocked_by == []

    await eventually(forgiven)
    await pair.followed(ana, bo)
    await pair.check()


async def test_they_block_us_and_forgive(pair: Pair, ana: Member, bo: Person) -> None:
    account = await pair.befriend(ana, bo)
    block = await bo.block(ana.handle)
    await between(ana, account, following=False, followed_by=False, blocked_by=True)
    assert (await bo.state()).blocked == [ana.uri]
    await bo.undo(block)
    await between(ana, account, blocked_by=False)
    await pair.befriend(ana, bo)
    await pair.check()
