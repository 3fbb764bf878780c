"""What is over is forgotten, and nothing that somebody uses."""

from __future__ import annotations

from fedi import housekeeping
from fedi.store.store import Store, Transaction
from tests.builders import make_person
from tests.peer import World

_DAY_MS = 86_400_000


async def counts(tx: Transaction) -> dict[str, int]:
    tables = ("apps", "authorization_codes", "sessions", "passkey_challenges", "letter_tokens")
    return {name: await tx.db.value(f"SELECT COUNT(*) FROM {name}") for name in tables}


async def test_what_is_over_goes(world: World) -> None:
    store: Store = world.store
    ana = await make_person(store)
    async with store.write() as tx:
        user = await tx.members.by_id(ana.id)
        assert user is not None
        unused, _ = await tx.apps.add("unused", None, ("x://y",), "read", confidential=True)
        used, _ = await tx.apps.add("used", None, ("x://y",), "read", confidential=True)
        own, _ = await tx.apps.add("own", None, ("x://y",), "read", confidential=True)
        token_id, _ = await tx.members.issue(ana.id, "read", used.id)
        await tx.members.revoke(token_id)
        await tx.apps.add_token(own.id, "read")
        await tx.grants.add_code(used.id, ana.id, "x://y", "read", None)
        await tx.sessions.add(ana.id, "", "", pending=False)
        await tx.sessions.add(ana.id, "", "", pending=True)
        await tx.factors.put_challenge("cookie", b"challenge")
        await tx.letters.add(user, "reset")
        before = await counts(tx)
    await housekeeping.tidy_once(world.services)
    async with store.write() as tx:
        assert await counts(tx) == before  # nothing is old yet
        await tx.db.run("UPDATE apps SET created_at = :old", {"old": tx.now - 2 * _DAY_MS})
        await tx.db.run("UPDATE authorization_codes SET expires_at = :old", {"old": tx.now - 2 * 3_600_000})
        await tx.db.run("UPDATE sessions SET expires_at = :now WHERE pending", {"now": tx.now})
        for table in ("passkey_challenges", "letter_tokens"):
            await tx.db.run(f"UPDATE {table} SET expires_at = :now", {"now": tx.now})
    await housekeeping.tidy_once(world.services)
    async with store.read() as tx:
        after = await counts(tx)
        assert await tx.apps.by_id(unused.id) is None
        assert {*await tx.apps.by_ids([used.id, own.id])} == {used.id, own.id}
    assert after == {
        "apps": 2,
        "authorization_codes": 0,
        "sessions": 1,
        "passkey_challenges": 0,
        "letter_tokens": 0,
    }


async def test_a_person_who_goes_leaves_nothing(world: World) -> None:
    ana = await make_person(world.store)
    async with world.store.write() as tx:
        user = await tx.members.by_id(ana.id)
        assert user is not None
        app, _ = await tx.apps.add("app", None, ("x://y",), "read", confidential=True)
        await tx.members.issue(ana.id, "read", app.id)
        await tx.grants.add_code(app.id, ana.id, "x://y", "read", None)
        await tx.sessions.add(ana.id, "", "", pending=False)
        await tx.factors.put_totp(ana.id, "S")
        await tx.factors.put_recovery_codes(ana.id, ["a", "b"])
        await tx.letters.add(user, "confirm")
        await tx.db.run("DELETE FROM accounts WHERE id = :id", {"id": ana.id})
        for table in ("tokens", "authorization_codes", "sessions", "totp", "recovery_codes", "letter_tokens"):
            assert await tx.db.value(f"SELECT COUNT(*) FROM {table}") == 0, table
