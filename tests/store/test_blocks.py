"""Blocks of people, and of servers in every spelling."""

from __future__ import annotations

import pytest

from fedi.errors import Malformed
from fedi.social import defederating
from fedi.store.blocks import domain_name
from fedi.store.paging import Range
from fedi.store.store import Store, Transaction
from tests.builders import make_person, make_stranger


async def test_a_block_is_kept_once_with_its_latest_id(store: Store) -> None:
    ana, bo = await make_person(store, "ana"), await make_stranger(store, "bo")
    async with store.write() as tx:
        assert await tx.blocks.add(bo.id, ana.id, "https://b.test/1")
        assert not await tx.blocks.add(bo.id, ana.id, "https://b.test/2")
        assert await tx.blocks.by_uri("https://b.test/1", account_id=bo.id) is None
        found = await tx.blocks.by_uri("https://b.test/2", account_id=bo.id)
        assert found == await tx.blocks.between(bo.id, ana.id)
        assert await tx.blocks.by_uri("https://b.test/2", account_id=ana.id) is None
        assert await tx.blocks.between(ana.id, bo.id) is None
        assert await tx.blocks.remove(bo.id, ana.id) == found
        assert await tx.blocks.remove(bo.id, ana.id) is None


async def test_blocks_either_way_among_many(store: Store) -> None:
    ana = await make_person(store, "ana")
    bo, cy, di = [await make_stranger(store, name) for name in ("bo", "cy", "di")]
    async with store.write() as tx:
        await tx.blocks.add(ana.id, bo.id, "https://a.test/1")
        await tx.blocks.add(bo.id, ana.id, "https://b.test/1")
        await tx.blocks.add(cy.id, ana.id, "https://b.test/2")
        assert await tx.blocks.either_way(ana.id, [bo.id, cy.id, di.id]) == {bo.id, cy.id}
        assert await tx.blocks.either_way(ana.id, []) == set()


async def test_the_list_of_the_blocked_pages(store: Store) -> None:
    ana = await make_person(store, "ana")
    people = [await make_stranger(store, f"p{number}") for number in range(3)]
    async with store.write() as tx:
        for person in people:
            await tx.blocks.add(ana.id, person.id, f"{person.uri}/b")
        first = await tx.blocks.blocked(ana.id, Range(2))
        rest = await tx.blocks.blocked(ana.id, Range(2, first[-1].id))
    assert [one.account.username for one in first + rest] == ["p2", "p1", "p0"]


async def put(tx: Transaction, name: str, severity: str, comment: str | None = None) -> None:
    terms = defederating.Terms(severity=severity, private_comment=comment)
    await defederating.put(tx, name, terms, by_id=None)


SPELLINGS = [
    "bad.test",
    "BAD.test",
    "bad.test.",
    "bad.test:443",
    "bad.test:8443",
    "Bad.Test.:8443",
    " bad.test ",
    "sub.bad.test",
    "a.b.c.BAD.TEST.",
    "ｂａｄ.test",
    "bad。test",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_ghsa_v3xf_c9qf_j667_a_block_holds_in_every_spelling(store: Store, spelling: str) -> None:
    async with store.write() as tx:
        await put(tx, "bad.test", "suspend")
        assert await tx.blocks.domain_severity(spelling) == "suspend"


@pytest.mark.parametrize(
    "spelling", ["BÜCHER.test", "bücher.test.", "xn--bcher-kva.TEST", "x.bu\u0308cher.test"]
)
async def test_cve_2023_42451_a_block_holds_in_unicode_and_punycode(store: Store, spelling: str) -> None:
    for blocked in ("Bücher.test.", "XN--BCHER-KVA.test"):
        async with store.write() as tx:
            await put(tx, blocked, "silence")
            assert await tx.blocks.domain_severity(spelling) == "silence"
            assert [block.name for block in await tx.blocks.domains()] == ["xn--bcher-kva.test"]


@pytest.mark.parametrize(
    "other", ["notbad.test", "bad.test.org", "test", "bad", "", "bad.test.evil.test", "[::1]"]
)
async def test_a_block_holds_for_no_lookalike(store: Store, other: str) -> None:
    async with store.write() as tx:
        await put(tx, "bad.test", "suspend")
        assert await tx.blocks.domain_severity(other) is None


async def test_the_strictest_block_holds(store: Store) -> None:
    async with store.write() as tx:
        await put(tx, "bad.test", "suspend", "spam")
        await put(tx, "x.bad.test", "silence")
        hosts = ["x.bad.test", "y.bad.test", "fine.test"]
        assert await tx.blocks.domain_severities(hosts) == {"x.bad.test": "suspend", "y.bad.test": "suspend"}
        await put(tx, "BAD.test", "silence", "less spam")
        kept = await tx.blocks.domains()
        assert [(block.name, block.severity, block.private_comment) for block in kept] == [
            ("bad.test", "silence", "less spam"),
            ("x.bad.test", "silence", None),
        ]
        assert await defederating.lift_name(tx, "Bad.Test.", by_id=None)
        assert not await defederating.lift_name(tx, "bad.test", by_id=None)
        assert await tx.blocks.domain_severities(hosts) == {"x.bad.test": "silence"}


@pytest.mark.parametrize(
    "name", ["", ".", "a b.test", "bad..test", "http://bad.test", "*.bad.test", "x" * 300]
)
def test_what_is_no_domain_name_is_refused(name: str) -> None:
    with pytest.raises(Malformed):
        domain_name(name)


def test_an_ipv6_address_keeps_its_colons() -> None:
    assert domain_name("[2001:DB8::1]:8080") == domain_name("[2001:db8::1]") == "[2001:db8::1]"
