"""Other servers: blocked in each way, let in, and what becomes of their people."""

from __future__ import annotations

import pytest

from fedi.errors import Unprocessable
from fedi.model.people import Account
from fedi.social import defederating
from fedi.social.defederating import Terms
from fedi.store.domain_blocks import DomainBlock
from fedi.store.follows import FOLLOWING
from fedi.store.store import Store, Transaction
from tests.builders import make_person, make_stranger
from tests.store.recount import recount
from tests.support.sent import sent


async def put(tx: Transaction, name: str, severity: str) -> DomainBlock:
    return await defederating.put(tx, name, Terms(severity=severity), by_id=None)


async def follow_each_other(tx: Transaction, one: Account, other: Account) -> None:
    await tx.follows.add(one.id, other.id, state=FOLLOWING, uri=f"{one.uri}/f")
    await tx.follows.add(other.id, one.id, state=FOLLOWING, uri=f"{other.uri}/f")


async def test_suspending_a_server_severs_silently(store: Store) -> None:
    ana = await make_person(store, "ana")
    bo, cy = await make_stranger(store, "bo", "x.bad.test"), await make_stranger(store, "cy", "fine.test")
    async with store.write() as tx:
        await follow_each_other(tx, ana, bo)
        await follow_each_other(tx, ana, cy)
        assert (await put(tx, "BAD.test.", "silence")).name == "bad.test"
        assert len(await tx.follows.followers(ana.id)) == 2
        assert (await put(tx, "bad.test", "suspend")).severity == "suspend"
        to_bo, to_cy = await tx.follows.relationships(ana.id, [bo.id, cy.id])
        assert await tx.blocks.domain_severity("x.bad.test") == "suspend"
        assert await defederating.lift_name(tx, "bad.test", by_id=None)
        assert not await defederating.lift_name(tx, "bad.test", by_id=None)
    assert (to_bo.following, to_bo.followed_by) == (False, False)
    assert (to_cy.following, to_cy.followed_by) == (True, True)
    assert await sent(store) == []
    assert await recount(store) == []


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("a.test", "suspend"),
        ("A.test:80", "silence"),
        ("test", "suspend"),
        ("b.test", "harsh"),
        ("", "suspend"),
        ("b b", "suspend"),
    ],
)
async def test_what_cannot_be_blocked(store: Store, name: str, severity: str) -> None:
    await make_person(store, "ana")
    async with store.write() as tx:
        with pytest.raises(Unprocessable):
            await put(tx, name, severity)
        assert await tx.blocks.domains() == []
