"""Notices in groups: favourites of one post, new followers of one day. A part of `tx.notifications`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from fedi.store.database import Connection
from fedi.store.notice_values import Group, GroupPage, Notice, Which, alone, conditions, of_one
from fedi.store.paging import LAST, Range
from fedi.store.recall import reader
from fedi.store.rows import columns

SAMPLE = 8
"""So many people are named for a group."""
_UNREAD_MOST = 5_000  # notices that are looked at to count groups
_ROUNDS = 5

_notice = reader(Notice)
_ids = msgspec.json.Decoder(list[int])
_COLUMNS = columns(Notice, "n.")
_KEY, _TYPE = (Notice.__struct_fields__.index(name) for name in ("group_key", "type"))
_NEXT = f"""
SELECT {_COLUMNS} FROM notifications n JOIN accounts a ON a.id = n.from_id
WHERE n.account_id = :account AND n.id < :max_id AND n.id > :min_id AND {{conditions}}
ORDER BY n.id {{way}} LIMIT :limit
"""
_NOT_SEEN = "AND (n.group_key IS NULL OR NOT (n.group_key = ANY(:seen)))"
_OF = "n.account_id = :account AND n.group_key = k.key"
# For every group of a page: a few short walks of the index over groups, however many are in it.
_FACTS = f"""
SELECT k.key AS key,
  (SELECT COUNT(*) FROM notifications n WHERE {_OF}) AS count,
  (SELECT MAX(n.id) FROM notifications n WHERE {_OF}) AS latest_id,
  (SELECT /*sqlite json_group_array(x.from_id) */ /*postgresql CAST(json_agg(x.from_id) AS TEXT) */ FROM (
    SELECT n.from_id FROM notifications n WHERE {_OF} ORDER BY n.id DESC LIMIT {SAMPLE}) x) AS sample,
  (SELECT MIN(n.id) FROM notifications n WHERE {_OF} AND n.id >= :low) AS page_min_id,
  (SELECT MAX(n.id) FROM notifications n WHERE {_OF} AND n.id <= :high) AS page_max_id,
  (SELECT n.created_at FROM notifications n WHERE {_OF} AND n.id <= :high ORDER BY n.id DESC LIMIT 1) AS page_latest_at
FROM /*sqlite (SELECT value AS key FROM json_each(:keys)) k */
  /*postgresql json_array_elements_text(CAST(:keys AS JSON)) AS k(key) */
"""
_UNREAD = f"""
SELECT COUNT(*) FROM (SELECT DISTINCT key FROM (
  SELECT CASE WHEN n.type = ANY(:grouped) AND n.group_key IS NOT NULL THEN n.group_key
    ELSE CAST(n.id AS TEXT) END AS key
  FROM notifications n JOIN accounts a ON a.id = n.from_id
  WHERE n.account_id = :account AND n.id > COALESCE((
    SELECT last_read_id FROM markers WHERE account_id = :account AND timeline = 'notifications'), 0)
  AND {{conditions}} ORDER BY n.id LIMIT {_UNREAD_MOST}) y LIMIT :limit) x
"""
_ONE = f"""
SELECT {_COLUMNS} FROM notifications n WHERE n.account_id = :account AND {{key}} ORDER BY n.id DESC LIMIT 1
"""
_MEMBERS = """
SELECT n.id, n.from_id FROM notifications n JOIN accounts a ON a.id = n.from_id
WHERE n.account_id = :account AND {key} AND n.id < :max_id AND n.id > :min_id
AND a.suspended_at IS NULL AND a.deleted_at IS NULL ORDER BY n.id {way} LIMIT :limit
"""


class NoticeGroups:
    """Reading notices in groups."""

    _db: Connection

    async def groups(self, account_id: int, which: Which, grouped: Sequence[str], ask: Range) -> GroupPage:
        """A page of a person's groups: each where its newest notice on the page is. Only types in `grouped` are."""
        found = await self._first_of_each(account_id, which, frozenset(grouped), ask)
        if not found:
            return GroupPage([])
        ids = [notice.id for notice in found.values()]
        low, high = first, last = min(ids), max(ids)
        if len(found) < ask.limit:  # the end of the list: what is left of each group is here
            low, high = (low, (ask.max_id or LAST) - 1) if ask.upwards else ((ask.since_id or 0) + 1, high)
        facts = await self._facts(account_id, [key for key in found if of_one(key) is None], low, high)
        groups = [_group(key, notice, facts.get(key)) for key, notice in found.items()]
        groups.sort(key=lambda group: group.page_max_id or 0, reverse=True)
        return GroupPage(groups, last, first)

    async def group(self, account_id: int, group_key: str) -> Group | None:
        """One group of a person, with all that is in it."""
        where, params = _key(group_key)
        row: Any = await self._db.row(_ONE.replace("{key}", where), {"account": account_id, **params})
        if row is None:
            return None
        notice = _notice(row)
        facts = await self._facts(account_id, [group_key], 0, notice.id)
        group = _group(group_key, notice, facts.get(group_key))
        return msgspec.structs.replace(group, page_min_id=None, page_max_id=None, page_latest_at=None)

    async def group_members(self, account_id: int, group_key: str, ask: Range) -> list[tuple[int, int]]:
        """The notices of a group, the newest first: ids to page by, and who is behind each."""
        where, params = _key(group_key)
        sql = _MEMBERS.replace("{key}", where).replace("{way}", "ASC" if ask.upwards else "DESC")
        rows = await self._db.rows(sql, {"account": account_id, **params, **ask.params()})
        return sorted(((row[0], row[1]) for row in rows), reverse=True)

    async def dismiss_group(self, account_id: int, group_key: str) -> None:
        """Remove every notice of a group."""
        where, params = _key(group_key)
        await self._db.run(
            f"DELETE FROM notifications AS n WHERE n.account_id = :account AND {where}",
            {"account": account_id, **params},
        )

    async def unread_groups(self, account_id: int, which: Which, grouped: Sequence[str], limit: int) -> int:
        """How many groups have something after the notice that the person read last, up to `limit`."""
        where, params = conditions(which)
        params |= {"account": account_id, "grouped": list(grouped), "limit": limit}
        return int(await self._db.value(_UNREAD.replace("{conditions}", where), params))

    async def _first_of_each(
        self, account_id: int, which: Which, grouped: frozenset[str], ask: Range
    ) -> dict[str, Notice]:
        """The first notice of each group on the way, which is one statement unless a group fills pages."""
        where, given = conditions(which)
        sql = _NEXT.replace("{way}", "ASC" if ask.upwards else "DESC")
        params: dict[str, Any] = {**given, "account": account_id, **ask.params(), "limit": 2 * ask.limit}
        found: dict[str, Notice] = {}
        for _ in range(_ROUNDS):
            seen = [key for key in found if of_one(key) is None]
            more = {"seen": seen} if seen else {}
            page = sql.replace("{conditions}", f"{where} {_NOT_SEEN if seen else ''}")
            rows: Any = await self._db.rows(page, {**params, **more})
            for row in rows:
                # By position, and a value only for the first of each group: most rows only count.
                key = row[_KEY] if row[_KEY] and row[_TYPE] in grouped else alone(row[0])
                if key not in found:
                    found[key] = _notice(row)
                    if len(found) == ask.limit:
                        return found
            if len(rows) < params["limit"]:
                break
            params["min_id" if ask.upwards else "max_id"] = rows[-1][0]
            params["limit"] *= 4
        return found

    async def _facts(self, account_id: int, keys: Sequence[str], low: int, high: int) -> dict[str, Any]:
        if not keys:
            return {}
        params = {"account": account_id, "keys": msgspec.json.encode(keys).decode(), "low": low, "high": high}
        return {row["key"]: row for row in await self._db.rows(_FACTS, params)}


def _key(group_key: str) -> tuple[str, dict[str, Any]]:
    one = of_one(group_key)
    if one is not None:
        return "n.id = :one", {"one": one}
    return "n.group_key = :group", {"group": group_key}


def _group(key: str, notice: Notice, facts: Any) -> Group:
    if facts is None or not facts["count"]:
        alone_at = (notice.id, notice.id, notice.created_at)
        return Group(notice, key, 1, notice.id, (notice.from_id,), *alone_at)
    return Group(
        notice,
        key,
        facts["count"],
        facts["latest_id"],
        tuple(dict.fromkeys(_ids.decode(facts["sample"]))),
        facts["page_min_id"],
        facts["page_max_id"],
        facts["page_latest_at"],
    )
