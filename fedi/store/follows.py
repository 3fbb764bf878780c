"""Who follows whom."""

from __future__ import annotations

from collections.abc import Sequence

from fedi.store.database import Params
from fedi.store.domain_people import PEOPLE_OF_DOMAIN, domain_params
from fedi.store.follow_counts import FollowCounts, Pair
from fedi.store.follow_lists import ASKED, FOLLOW_COLUMNS, FOLLOWING, FollowLists, FollowRow
from fedi.store.rows import read, to_json
from fedi.store.unit import Unit

__all__ = ["ASKED", "FOLLOWING", "FollowRow", "Follows"]

_BATCH = 500
_ADD = f"""
INSERT INTO follows ({FOLLOW_COLUMNS}, local)
VALUES (:id, :follower, :followee, :state, :uri, :show_reblogs, :notify, :now, :languages,
  EXISTS (SELECT 1 FROM accounts WHERE id = :follower AND domain_id IS NOT NULL))
ON CONFLICT (follower_id, followee_id) DO UPDATE SET uri = excluded.uri
RETURNING {FOLLOW_COLUMNS}
"""
_REMOVE = f"DELETE FROM follows WHERE %s RETURNING {FOLLOW_COLUMNS}"
_PAIR = "follower_id = :follower AND followee_id = :followee"
_OF_ACCOUNTS = """
id IN (
  SELECT id FROM follows WHERE follower_id = ANY(:accounts) OR followee_id = ANY(:accounts)
  ORDER BY id LIMIT :limit
)
"""


class Follows(FollowLists):
    """Table `follows`. What is counted from it (`FollowCounts`) changes with it."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self._counts = FollowCounts(unit)

    async def add(
        self,
        follower_id: int,
        followee_id: int,
        *,
        state: str,
        uri: str,
        show_reblogs: bool = True,
        notify: bool = False,
        languages: Sequence[str] | None = None,
    ) -> tuple[FollowRow, bool]:
        """Add a follow, and whether it is new. One that is here keeps its state and takes the new `uri`."""
        params = {
            "id": self._tx.new_id(),
            "follower": follower_id,
            "followee": followee_id,
            "state": state,
            "uri": uri,
            "show_reblogs": show_reblogs,
            "notify": notify,
            "now": self._tx.now,
            "languages": None if languages is None else to_json(languages),
        }
        rows = await self._db.rows(_ADD, params)
        follow = read(FollowRow, rows[0])
        is_new = follow.id == params["id"]
        if is_new and state == FOLLOWING:
            await self._counts.began([_pair(follow)])
        return follow, is_new

    async def accept(self, follow: FollowRow) -> bool:
        """What was asked is in force; False if it was already, or is gone."""
        changed = await self._advance(follow, ASKED, FOLLOWING)
        if changed:
            await self._counts.began([_pair(follow)])
        return changed

    async def unaccept(self, follow: FollowRow) -> bool:
        """What was in force is only asked again; False if it was not, or is gone."""
        changed = await self._advance(follow, FOLLOWING, ASKED)
        if changed:
            await self._counts.ended([_pair(follow)])
        return changed

    async def choose(
        self, follow: FollowRow, *, show_reblogs: bool, notify: bool, languages: Sequence[str] | None = None
    ) -> None:
        """Change what the follower wants to see; `languages` None: posts in all of them."""
        await self._db.run(
            "UPDATE follows SET show_reblogs = :show_reblogs, notify = :notify, languages = :languages "
            "WHERE id = :id",
            {
                "id": follow.id,
                "show_reblogs": show_reblogs,
                "notify": notify,
                "languages": None if languages is None else to_json(languages),
            },
        )

    async def remove(self, follower_id: int, followee_id: int) -> FollowRow | None:
        """Remove a follow, asked for or in force; what it was, or None."""
        removed = await self._remove(_PAIR, {"follower": follower_id, "followee": followee_id})
        return removed[0] if removed else None

    async def remove_of(self, account_id: int) -> int:
        """Remove every follow by and of an account; how many there were."""
        return await self._remove_of_all([account_id])

    async def people_of_domain(self, name: str) -> list[int]:
        """The remote people of a domain and its subdomains."""
        return [row["id"] for row in await self._db.rows(PEOPLE_OF_DOMAIN, domain_params(name))]

    async def remove_of_people(self, people: Sequence[int]) -> int:
        """Remove every follow by and of these accounts; how many there were."""
        batches = [people[start : start + _BATCH] for start in range(0, len(people), _BATCH)]
        return sum([await self._remove_of_all(batch) for batch in batches])

    async def moved_inbox(
        self, account_id: int, old_inbox: str, new_inbox: str, host_id: int | None = None
    ) -> None:
        """Count a remote follower at its new delivery inbox, whose host is looked up unless it is given.

        Call it after the account's row was changed, in the same transaction.
        """
        if old_inbox != new_inbox:
            await self._counts.moved_inbox(account_id, old_inbox, new_inbox, host_id)

    async def _advance(self, follow: FollowRow, before: str, after: str) -> bool:
        sql = "UPDATE follows SET state = :after WHERE id = :id AND state = :before"
        return await self._db.run(sql, {"id": follow.id, "before": before, "after": after}) == 1

    async def _remove(self, where: str, params: Params) -> list[FollowRow]:
        removed = [read(FollowRow, row) for row in await self._db.rows(_REMOVE % where, params)]
        await self._counts.ended([_pair(follow) for follow in removed if follow.state == FOLLOWING])
        return removed

    async def _remove_of_all(self, account_ids: Sequence[int]) -> int:
        total = 0
        params = {"accounts": list(account_ids), "limit": _BATCH}
        while removed := await self._remove(_OF_ACCOUNTS, params):
            total += len(removed)
        return total


def _pair(follow: FollowRow) -> Pair:
    return Pair(follow.follower_id, follow.followee_id)
