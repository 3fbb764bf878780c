"""Notices to local people: given, listed, taken away. Grouped ones are read in `notice_groups`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from msgspec import Struct

from fedi.store.database import Row
from fedi.store.events import tell
from fedi.store.jobs import Jobs
from fedi.store.notice_groups import NoticeGroups
from fedi.store.notice_values import Notice, Which, conditions
from fedi.store.notices import ADD, ASKED_ABOUT, HOUR_MS, NEW_ACCOUNT_MS, NEW_FOLLOWER_MS
from fedi.store.rows import columns, read, to_json
from fedi.store.unit import Unit

__all__ = ["Notice", "Notifications", "Told", "Which"]

_MAX = 2**63 - 1
_REQUEST = """
INSERT INTO notification_requests (id, account_id, from_id, last_post_id, created_at, updated_at)
VALUES (:id, :account, :from_id, :post, :now, :now)
ON CONFLICT (account_id, from_id) DO UPDATE
SET last_post_id = excluded.last_post_id, updated_at = excluded.updated_at
"""
_WAKE = """
SELECT id, user_id, alerts FROM push_subscriptions WHERE user_id = ANY(:users) AND policy <> 'none' ORDER BY id
"""
_UNREAD = """
SELECT COUNT(*) FROM (
  SELECT n.id FROM notifications n JOIN accounts a ON a.id = n.from_id
  WHERE n.account_id = :account AND n.id > COALESCE((
    SELECT last_read_id FROM markers WHERE account_id = :account AND timeline = 'notifications'), 0)
  AND {conditions} LIMIT :limit) x
"""


class Told(Struct, frozen=True):
    """A notice that somebody sees from now on."""

    id: int
    account_id: int
    type: str
    from_id: int
    post_id: int


class Notifications(NoticeGroups):
    """Table `notifications`.

    Notices are collected and written together, at the end of the transaction or when something here asks: a batch
    of the inbox costs one statement, whatever it holds.
    """

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db
        self._given: list[tuple[int, int, str, int, int, int]] = []

    def give(self, account_id: int, type: str, from_id: int, post_id: int = 0, about_id: int = 0) -> None:  # noqa: A002
        """Have a local person told, if they are one and want to be. Once: what they were told stays as it was."""
        self._given.append((self._tx.new_id(), account_id, type, from_id, post_id, about_id))

    async def add(
        self,
        account_id: int,
        type: str,  # noqa: A002
        from_id: int,
        post_id: int = 0,
        about_id: int = 0,
    ) -> bool:
        """Give one notice at once; whether the person sees it."""
        self.give(account_id, type, from_id, post_id, about_id)
        last = self._given[-1][0]
        return any(told.id == last for told in await self.settle())

    async def settle(self) -> list[Told]:
        """Write what was given; what of it people see."""
        if not self._given:
            return []
        given, self._given = self._given, []
        params = {
            "given": to_json(given),
            "now": self._tx.now,
            "hour": self._tx.now // HOUR_MS,
            "new_account": NEW_ACCOUNT_MS,
            "new_follower": NEW_FOLLOWER_MS,
        }
        rows = sorted(await self._db.rows(ADD, params), key=lambda row: int(row["id"]))
        if not rows:
            return []
        await self._ask_about([row for row in rows if row["filtered"] and row["type"] in ASKED_ABOUT])
        told = [_told(row) for row in rows if not row["filtered"]]
        for one in told:
            tell(self._tx, "notification", one.id, account_id=one.account_id)
        await self._wake([_told(row) for row in rows if row["pushed"] and not row["filtered"]])
        return told

    async def _ask_about(self, held_back: Sequence[Row]) -> None:
        await self._db.run_many(
            _REQUEST,
            [
                {
                    "id": self._tx.new_id(),
                    "account": row["account_id"],
                    "from_id": row["from_id"],
                    "post": row["post_id"],
                    "now": self._tx.now,
                }
                for row in held_back
            ],
        )

    async def _wake(self, told: Sequence[Told]) -> None:
        """Jobs that push notices to the apps that want them."""
        if not told:
            return
        jobs, by_user = Jobs(self._tx), dict[int, list[Row]]()
        for row in await self._db.rows(_WAKE, {"users": list({one.account_id for one in told})}):
            by_user.setdefault(row["user_id"], []).append(row)
        for one in told:
            for row in by_user.get(one.account_id, ()):
                if f'"{one.type}"' in row["alerts"]:
                    payload = {"subscription_id": row["id"], "notice_id": one.id}
                    await jobs.add("push_notice", payload)

    async def remove(
        self,
        *,
        account_id: int | None = None,
        type: str | None = None,  # noqa: A002
        from_id: int | None = None,
        post_id: int | None = None,
    ) -> None:
        """Remove the notices that match everything given: an account or a post at least."""
        await self.settle()
        given = {"account_id": account_id, "type": type, "from_id": from_id, "post_id": post_id}
        params = {name: value for name, value in given.items() if value is not None}
        if params.keys() <= {"type", "from_id"}:
            raise ValueError("which account or post is it about?")
        where = " AND ".join(f"{name} = :{name}" for name in params)
        # Saying <> 0 lets both engines use the index over posts, which leaves out notices without one.
        await self._db.run(
            f"DELETE FROM notifications WHERE {where}{' AND post_id <> 0' if post_id else ''}", params
        )
        if params.keys() == {"account_id", "from_id"}:
            await self._db.run(f"DELETE FROM notification_requests WHERE {where}", params)

    async def by_id(self, account_id: int, notice_id: int) -> Notice | None:
        """One of a person's notices."""
        await self.settle()
        row = await self._db.row(
            f"SELECT {columns(Notice)} FROM notifications WHERE id = :id AND account_id = :account",
            {"id": notice_id, "account": account_id},
        )
        return read(Notice, row) if row else None

    async def list(
        self,
        account_id: int,
        *,
        max_id: int | None = None,
        since_id: int | None = None,
        min_id: int | None = None,
        limit: int = 40,
        types: Collection[str] | None = None,
        exclude_types: Collection[str] = (),
        from_id: int | None = None,
        include_filtered: bool = False,
    ) -> list[Notice]:
        """A person's notices, the newest first; with `min_id` those that follow it directly."""
        await self.settle()
        which = Which(
            None if types is None else tuple(types), tuple(exclude_types), from_id, include_filtered
        )
        where, params = conditions(which)
        way = "DESC" if min_id is None else "ASC"
        rows = await self._db.rows(
            f"SELECT {columns(Notice, 'n.')} FROM notifications n JOIN accounts a ON a.id = n.from_id "
            f"WHERE n.account_id = :account AND n.id < :max_id AND n.id > :min_id AND {where} "
            f"ORDER BY n.id {way} LIMIT :limit",
            {
                **params,
                "account": account_id,
                "max_id": _MAX if max_id is None else max_id,
                "min_id": min_id or since_id or 0,
                "limit": limit,
            },
        )
        found = [read(Notice, row) for row in rows]
        return found if min_id is None else found[::-1]

    async def unread(self, account_id: int, which: Which, limit: int) -> int:
        """How many notices came after the one that the person read last, up to `limit`."""
        where, params = conditions(which)
        sql = _UNREAD.replace("{conditions}", where)
        return int(await self._db.value(sql, {**params, "account": account_id, "limit": limit}))

    async def clear(self, account_id: int) -> None:
        """Remove all notices of a person, and what was held back."""
        await self.settle()
        params = {"id": account_id}
        await self._db.run("DELETE FROM notifications WHERE account_id = :id", params)
        await self._db.run("DELETE FROM notification_requests WHERE account_id = :id", params)

    async def dismiss(self, account_id: int, notice_id: int) -> bool:
        """Remove one of a person's notices; whether it was there."""
        await self.settle()
        gone = await self._db.run(
            "DELETE FROM notifications WHERE id = :id AND account_id = :account",
            {"id": notice_id, "account": account_id},
        )
        return gone == 1


def _told(row: Any) -> Told:
    return Told(row["id"], row["account_id"], row["type"], row["from_id"], row["post_id"])
