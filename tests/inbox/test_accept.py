"""Accept and Reject: by the person who was asked, and only what was asked."""

from __future__ import annotations

import pytest

from fedi.activitypub import types
from fedi.errors import NotAllowed
from fedi.inbox import accept, reject
from fedi.model.people import Account, Relationship
from fedi.net.signers import Verified
from fedi.social import following
from fedi.store.store import Store
from tests.builders import make_person, make_post, make_stranger
from tests.store.recount import recount
from tests.support.sent import sent


async def ask(store: Store, ana: Account, bo: Account) -> types.Follow:
    """`ana` asks to follow `bo`; the Follow that was sent."""
    async with store.write() as tx:
        await following.ask(tx, ana, bo)
    [(_, follow)] = await sent(store)
    assert isinstance(follow, types.Follow)
    return follow


async def answer(
    store: Store, kind: type[types.Accept] | type[types.Reject], by: Account, to: types.Follow | str
) -> None:
    async with store.write() as tx:
        activity = kind(id=f"{by.uri}/answer", actor=by.uri, object=to)
        handler = accept.handle if isinstance(activity, types.Accept) else reject.handle
        await handler(activity, Verified(by, ""), tx)  # type: ignore[arg-type]


async def between(store: Store, ana: Account, bo: Account) -> Relationship:
    async with store.read() as tx:
        return await following.relationship(tx, ana, bo)


@pytest.mark.parametrize("form", ["embedded", "without id", "other id", "by id"])
async def test_an_accepted_follow_is_in_force_and_fills_the_home(store: Store, form: str) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    post = await make_post(store, bo)
    follow = await ask(store, ana, bo)
    forms: dict[str, types.Follow | str] = {
        "embedded": follow,
        "without id": types.Follow(actor=ana.uri, object=bo.uri),
        "other id": types.Follow(id=f"{bo.uri}#accepts/follows/7", actor=ana.uri, object=bo.uri),
        "by id": follow.id or "",
    }
    for _ in range(2):
        await answer(store, types.Accept, bo, forms[form])
    found = await between(store, ana, bo)
    assert (found.following, found.requested) == (True, False)
    async with store.read() as tx:
        home = await tx.db.rows("SELECT post_id FROM home_entries WHERE account_id = :id", {"id": ana.id})
    assert [row["post_id"] for row in home] == [post.id]
    assert await recount(store) == []


async def test_cve_2025_30741_a_follow_is_pending_until_the_followee_itself_accepts(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    mallory = await make_stranger(store, "mallory", "evil.test")
    follow = await ask(store, ana, bo)
    await answer(store, types.Accept, mallory, follow.id or "")
    with pytest.raises(NotAllowed):
        await answer(store, types.Accept, mallory, follow)
    forged = types.Follow(id=follow.id, actor=ana.uri, object=mallory.uri)
    await answer(store, types.Accept, mallory, forged)
    found = await between(store, ana, bo)
    assert (found.following, found.requested) == (False, True)
    assert not (await between(store, ana, mallory)).following


async def test_nobody_follows_who_never_asked(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    cy = await make_stranger(store, "cy")
    for actor in (ana.uri, cy.uri, "https://c.test/users/unknown"):
        follow = types.Follow(id=f"{bo.uri}/f", actor=actor, object=bo.uri)
        await answer(store, types.Accept, bo, follow)
    await answer(store, types.Accept, bo, f"{bo.uri}/f")
    async with store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM follows") == 0


async def test_a_stranger_cannot_accept_its_own_request(store: Store) -> None:
    ana, bo = await make_person(store, "ana", locked=True), await make_stranger(store, "bo")
    follow = types.Follow(id=f"{bo.uri}/f", actor=bo.uri, object=ana.uri)
    async with store.write() as tx:
        await following.asked(tx, follow, bo, ana)
    await answer(store, types.Accept, bo, follow.id or "")
    with pytest.raises(NotAllowed):
        await answer(store, types.Accept, bo, follow)
    assert not (await between(store, ana, bo)).followed_by


@pytest.mark.parametrize("by_id", [False, True])
@pytest.mark.parametrize("accepted_before", [False, True])
async def test_a_reject_ends_what_was_asked_or_accepted(
    store: Store, by_id: bool, accepted_before: bool
) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    await make_post(store, bo)
    follow = await ask(store, ana, bo)
    if accepted_before:
        await answer(store, types.Accept, bo, follow)
    for _ in range(2):
        await answer(store, types.Reject, bo, (follow.id or "") if by_id else follow)
    found = await between(store, ana, bo)
    assert (found.following, found.requested) == (False, False)
    async with store.read() as tx:
        assert await tx.db.value("SELECT COUNT(*) FROM home_entries") == 0
    assert await recount(store) == []


async def test_a_reject_by_somebody_else_ends_nothing(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    mallory = await make_stranger(store, "mallory", "evil.test")
    follow = await ask(store, ana, bo)
    await answer(store, types.Reject, mallory, follow.id or "")
    with pytest.raises(NotAllowed):
        await answer(store, types.Reject, mallory, follow)
    assert (await between(store, ana, bo)).requested
