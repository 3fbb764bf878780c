"""Users and their tokens."""

from __future__ import annotations

from fedi.store.store import Store
from tests.builders import make_person


async def test_a_token_stands_for_its_person_until_revoked(store: Store) -> None:
    ana = await make_person(store)
    async with store.write() as tx:
        token = await tx.members.add_token(ana.id, "read write:statuses")
    async with store.write() as tx:
        session = await tx.members.by_token(token)
        assert session is not None
        assert session.user.id == ana.id
        assert session.scopes == {"read", "write:statuses"}
        assert session.domain_id == ana.domain_id
        assert session.may_act
        assert await tx.members.by_token(token + "x") is None
        await tx.members.revoke(session.token_id)
        assert await tx.members.by_token(token) is None


async def test_who_is_disabled_or_suspended_may_not_act(store: Store) -> None:
    ana, bo = await make_person(store), await make_person(store, "bo")
    async with store.write() as tx:
        tokens = [await tx.members.add_token(one.id, "read") for one in (ana, bo)]
        await tx.db.run("UPDATE users SET disabled_at = 1 WHERE id = :id", {"id": ana.id})
        await tx.people.update(bo.id, suspended_at=1)
        for token in tokens:
            session = await tx.members.by_token(token)
            assert session is not None
            assert not session.may_act


async def test_a_token_is_not_kept(store: Store) -> None:
    ana = await make_person(store)
    async with store.write() as tx:
        token = await tx.members.add_token(ana.id, "read")
        kept = await tx.db.value("SELECT hash FROM tokens")
    assert token.encode() not in bytes(kept)


async def test_by_email_and_seen(store: Store) -> None:
    ana = await make_person(store)
    async with store.write() as tx:
        user = await tx.members.by_email(" Ana@Mail.test ")
        assert user is not None
        assert user == await tx.members.by_id(ana.id)
        await tx.db.run("UPDATE users SET seen_at = 1")
        await tx.members.seen(ana.id)
        after = await tx.members.by_id(ana.id)
        assert after is not None
        assert after.seen_at == tx.now
