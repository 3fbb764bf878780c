"""What waits to be delivered, read back from the store."""

from __future__ import annotations

from fedi.activitypub import codec, types
from fedi.store.store import Store


async def sent(store: Store) -> list[tuple[str, types.AnyActivity]]:
    """(inbox, activity) pairs in the order in which they were published, each as its receiver would read it."""
    async with store.read() as tx:
        rows = await tx.db.rows(
            "SELECT d.inbox, a.document FROM deliveries d JOIN activities a ON a.id = d.activity_id ORDER BY a.id"
        )
    return [(row["inbox"], codec.parse_activity(codec.load(row["document"]))) for row in rows]


async def notices(store: Store, account_id: int) -> list[tuple[str, int]]:
    """(type, from) of a person's notices, the oldest first."""
    async with store.read() as tx:
        found = await tx.notifications.list(account_id)
    return [(notice.type, notice.from_id) for notice in reversed(found)]
