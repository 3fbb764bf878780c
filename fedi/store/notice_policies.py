"""Whose notices somebody wants, and what was held back: policies, requests, permissions."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from fedi.store.events import tell
from fedi.store.notices import ASKED_ABOUT, POLICY
from fedi.store.paging import Range
from fedi.store.rows import changed, columns, read
from fedi.store.unit import Unit

WORDS = ("accept", "filter", "drop")
COUNTED = 100
"""Requests, and notices of one, are counted up to here."""


class Policy(Struct, frozen=True):
    """What is done with notices from whom: accept, filter or drop."""

    for_not_following: str = POLICY["for_not_following"]
    for_not_followers: str = POLICY["for_not_followers"]
    for_new_accounts: str = POLICY["for_new_accounts"]
    for_private_mentions: str = POLICY["for_private_mentions"]
    for_limited_accounts: str = POLICY["for_limited_accounts"]


class Request(Struct, frozen=True):
    """Somebody whose mentions are held back; `last_post_id` is the latest of them."""

    id: int
    from_id: int
    last_post_id: int
    created_at: int
    updated_at: int
    count: int


_TYPES = ", ".join(f"'{word}'" for word in sorted(ASKED_ABOUT))
_COUNT = f"""(SELECT COUNT(*) FROM (
  SELECT x.id FROM notifications x WHERE x.account_id = r.account_id AND x.from_id = r.from_id
  AND x.filtered AND x.type IN ({_TYPES}) LIMIT {COUNTED}) y)"""
_REQUESTS = f"""
SELECT r.id, r.from_id, r.last_post_id, r.created_at, r.updated_at, {_COUNT} AS count
FROM notification_requests r JOIN accounts a ON a.id = r.from_id
WHERE r.account_id = :account AND a.suspended_at IS NULL AND a.deleted_at IS NULL
"""
_SUMMARY = f"""
SELECT COUNT(*) AS requests, COALESCE(SUM(q.count), 0) AS notices FROM ({_REQUESTS} LIMIT {COUNTED}) q
"""
_PUT = f"""
INSERT INTO notification_policies (account_id, {columns(Policy)})
VALUES (:account, {", ".join(":" + name for name in Policy.__struct_fields__)})
ON CONFLICT (account_id) DO UPDATE SET {changed(dict.fromkeys(Policy.__struct_fields__, ""))}
"""


class NoticePolicies:
    """Tables `notification_policies`, `..._requests`, `..._permissions` and `..._merges`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def policy(self, account_id: int) -> Policy:
        """What a person decided, or what holds where they did not."""
        row = await self._db.row(
            f"SELECT {columns(Policy)} FROM notification_policies WHERE account_id = :id", {"id": account_id}
        )
        return read(Policy, row) if row else Policy()

    async def set_policy(self, account_id: int, policy: Policy) -> None:
        """Keep what a person decides. What they were told before stays as it is."""
        values = {name: getattr(policy, name) for name in Policy.__struct_fields__}
        await self._db.run(_PUT, {"account": account_id, **values})

    async def summary(self, account_id: int) -> tuple[int, int]:
        """How many requests wait, and how many notices they hold back; up to `COUNTED` of each."""
        row = await self._db.row(_SUMMARY, {"account": account_id})
        return (row["requests"], int(row["notices"])) if row else (0, 0)

    async def requests(self, account_id: int, ask: Range) -> list[Request]:
        """Requests to a person, the newest first."""
        way = "ASC" if ask.upwards else "DESC"
        sql = f"{_REQUESTS} AND r.id < :max_id AND r.id > :min_id ORDER BY r.id {way} LIMIT :limit"
        rows = await self._db.rows(sql, {"account": account_id, **ask.params()})
        return sorted((read(Request, row) for row in rows), key=lambda found: found.id, reverse=True)

    async def request(self, account_id: int, request_id: int) -> Request | None:
        """One of them."""
        params = {"account": account_id, "id": request_id}
        row = await self._db.row(f"{_REQUESTS} AND r.id = :id", params)
        return read(Request, row) if row else None

    async def accept(self, account_id: int, request_ids: Sequence[int]) -> list[int]:
        """Let people through from now on; who they are. `merge` brings what was held back."""
        found = await self._take(account_id, request_ids)
        params = [{"account": account_id, "from_id": one, "now": self._tx.now} for one in found]
        await self._db.run_many(
            "INSERT INTO notification_permissions (account_id, from_id, created_at) "
            "VALUES (:account, :from_id, :now) ON CONFLICT (account_id, from_id) DO NOTHING",
            params,
        )
        await self._db.run_many(
            "INSERT INTO notification_merges (account_id, from_id) VALUES (:account, :from_id) "
            "ON CONFLICT (account_id, from_id) DO NOTHING",
            [{"account": account_id, "from_id": one} for one in found],
        )
        return found

    async def dismiss(self, account_id: int, request_ids: Sequence[int]) -> list[int]:
        """Take requests away with what they hold back; whose they were."""
        found = await self._take(account_id, request_ids)
        if found:
            await self._db.run(
                "DELETE FROM notifications WHERE account_id = :account AND from_id = ANY(:them) AND filtered",
                {"account": account_id, "them": found},
            )
        return found

    async def merge(self, account_id: int, from_id: int) -> None:
        """Put what was held back from one account among the other notices."""
        params = {"account": account_id, "from_id": from_id}
        where = "WHERE account_id = :account AND from_id = :from_id"
        await self._db.run(f"UPDATE notifications SET filtered = FALSE {where} AND filtered", params)
        if await self._db.run(f"DELETE FROM notification_merges {where}", params) and await self.merged(
            account_id
        ):
            tell(self._tx, "notifications_merged", account_id, account_id=account_id)

    async def merged(self, account_id: int) -> bool:
        """Whether everything accepted is where it belongs."""
        found = await self._db.value(
            "SELECT COUNT(*) FROM notification_merges WHERE account_id = :id", {"id": account_id}
        )
        return not found

    async def _take(self, account_id: int, request_ids: Sequence[int]) -> list[int]:
        if not request_ids:
            return []
        rows = await self._db.rows(
            "DELETE FROM notification_requests WHERE account_id = :account AND id = ANY(:ids) RETURNING from_id",
            {"account": account_id, "ids": list(request_ids)},
        )
        return [row["from_id"] for row in rows]
