"""Whom people show on their profiles. An endorsement hangs on the follow and ends with it."""

from __future__ import annotations

from fedi.model.people import Account
from fedi.store.follow_lists import Listed
from fedi.store.paging import Range
from fedi.store.rows import columns, read
from fedi.store.unit import Unit

_ADD = """
INSERT INTO endorsements (account_id, target_id, id, created_at)
SELECT f.follower_id, f.followee_id, CAST(:id AS BIGINT), CAST(:now AS BIGINT) FROM follows f
WHERE f.follower_id = :account AND f.followee_id = :target AND f.state = 'following'
ON CONFLICT (account_id, target_id) DO UPDATE SET created_at = endorsements.created_at
"""
_LIST = f"""
SELECT e.id AS e_id, {columns(Account, "a.", "a_")} FROM endorsements e JOIN accounts a ON a.id = e.target_id
WHERE e.account_id = :account AND e.id < :max_id AND e.id > :min_id
AND a.suspended_at IS NULL AND a.deleted_at IS NULL ORDER BY e.id {{way}} LIMIT :limit
"""


class Endorsements:
    """Table `endorsements`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, account_id: int, target_id: int) -> bool:
        """Show somebody on one's profile; False, and nothing, where one does not follow them."""
        params = {"account": account_id, "target": target_id, "id": self._tx.new_id(), "now": self._tx.now}
        return await self._db.run(_ADD, params) == 1

    async def remove(self, account_id: int, target_id: int) -> bool:
        """Show somebody no longer; whether they were."""
        gone = await self._db.run(
            "DELETE FROM endorsements WHERE account_id = :account AND target_id = :target",
            {"account": account_id, "target": target_id},
        )
        return gone == 1

    async def of(self, account_id: int, ask: Range) -> list[Listed]:
        """Whom a person shows, the latest first; ids are of endorsements."""
        sql = _LIST.format(way="ASC" if ask.upwards else "DESC")
        rows = await self._db.rows(sql, {"account": account_id, **ask.params()})
        found = [Listed(row["e_id"], read(Account, row, "a_")) for row in rows]
        return found[::-1] if ask.upwards else found
