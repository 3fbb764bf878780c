"""Follows as they are asked for: one, lists with accounts, what is between one person and many."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from fedi.activitypub.collection_digests import EMPTY
from fedi.model.people import Account, Relationship
from fedi.store.database import Row
from fedi.store.rows import columns, read
from fedi.store.unit import Unit

ASKED = "asked"
FOLLOWING = "following"


class FollowRow(Struct, frozen=True):
    """A follow: `state` is asked or following, `uri` the id of the Follow activity."""

    id: int
    follower_id: int
    followee_id: int
    state: str
    uri: str
    show_reblogs: bool
    notify: bool
    created_at: int


class Listed(Struct, frozen=True):
    """An account in a list of followers or followed; `id` is the follow's, to page by."""

    id: int
    account: Account


FOLLOW_COLUMNS = columns(FollowRow)
_ONE = f"SELECT {FOLLOW_COLUMNS} FROM follows"
_LIST = f"""
SELECT f.id AS f_id, {columns(Account, "a.", "a_")} FROM follows f JOIN accounts a ON a.id = f.%s
WHERE f.%s = :id AND f.state = :state AND f.id < :max_id AND f.id > :min_id
AND a.suspended_at IS NULL AND a.deleted_at IS NULL ORDER BY f.id %s LIMIT :limit
"""
_FOLLOWERS = _LIST % ("follower_id", "followee_id", "DESC")
_FOLLOWERS_UP = _LIST % ("follower_id", "followee_id", "ASC")
_FOLLOWING = _LIST % ("followee_id", "follower_id", "DESC")
_FOLLOWING_UP = _LIST % ("followee_id", "follower_id", "ASC")
_MAX = 2**63 - 1

# What is between two people, from four places, in one question.
_BETWEEN = """
SELECT 'following' AS kind, followee_id AS other, state, show_reblogs, notify FROM follows
WHERE follower_id = :me AND followee_id = ANY(:others)
UNION ALL
SELECT 'followed_by', follower_id, state, FALSE, FALSE FROM follows
WHERE followee_id = :me AND follower_id = ANY(:others)
UNION ALL
SELECT 'blocking', target_id, '', FALSE, FALSE FROM blocks
WHERE account_id = :me AND target_id = ANY(:others)
UNION ALL
SELECT 'blocked_by', account_id, '', FALSE, FALSE FROM blocks
WHERE target_id = :me AND account_id = ANY(:others)
"""


class FollowLists:
    """Table `follows`, to read."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def between(self, follower_id: int, followee_id: int) -> FollowRow | None:
        """The follow of one account by another, asked for or in force."""
        row = await self._db.row(
            f"{_ONE} WHERE follower_id = :follower AND followee_id = :followee",
            {"follower": follower_id, "followee": followee_id},
        )
        return read(FollowRow, row) if row else None

    async def asked_by(self, follower_id: int, uri: str) -> FollowRow | None:
        """The follow by `follower_id` whose Follow has that id.

        An id alone proves nothing: anybody may write somebody else's into a Follow of its own.
        """
        return await self._of_party("follower_id", follower_id, uri)

    async def asked_of(self, followee_id: int, uri: str) -> FollowRow | None:
        """The follow of `followee_id` whose Follow has that id."""
        return await self._of_party("followee_id", followee_id, uri)

    async def followers(
        self, account_id: int, *, max_id: int | None = None, min_id: int | None = None, limit: int = 40
    ) -> list[Listed]:
        """Followers, the newest first; with `min_id` those that follow it directly. Ids are of follows."""
        return await self._list(_FOLLOWERS, _FOLLOWERS_UP, account_id, FOLLOWING, max_id, min_id, limit)

    async def following(
        self, account_id: int, *, max_id: int | None = None, min_id: int | None = None, limit: int = 40
    ) -> list[Listed]:
        """Whom an account follows; paged as `followers`."""
        return await self._list(_FOLLOWING, _FOLLOWING_UP, account_id, FOLLOWING, max_id, min_id, limit)

    async def requests(
        self, account_id: int, *, max_id: int | None = None, min_id: int | None = None, limit: int = 40
    ) -> list[Listed]:
        """Who asked to follow a locked account and waits; paged as `followers`."""
        return await self._list(_FOLLOWERS, _FOLLOWERS_UP, account_id, ASKED, max_id, min_id, limit)

    async def local_follower_ids(self, account_id: int, *, after: int = 0, limit: int = 100_000) -> list[int]:
        """Local followers of any account, by account id, those above `after`."""
        rows = await self._db.rows(
            "SELECT f.follower_id FROM follows f JOIN accounts a ON a.id = f.follower_id "
            "WHERE f.followee_id = :id AND f.state = 'following' AND a.domain_id IS NOT NULL "
            "AND f.follower_id > :after ORDER BY f.follower_id LIMIT :limit",
            {"id": account_id, "after": after, "limit": limit},
        )
        return [row["follower_id"] for row in rows]

    async def follower_uris_on(self, account_id: int, host_id: int) -> list[str]:
        """The partial followers collection of FEP-8fcf: ids of a local account's followers on one host."""
        rows = await self._db.rows(
            "SELECT a.uri FROM follows f JOIN accounts a ON a.id = f.follower_id "
            "WHERE f.followee_id = :id AND f.state = 'following' AND a.host_id = :host ORDER BY a.uri",
            {"id": account_id, "host": host_id},
        )
        return [row["uri"] for row in rows]

    async def digest(self, account_id: int, host_id: int) -> bytes:
        """The digest of that collection, 32 bytes (FEP-8fcf)."""
        found: bytes | None = await self._db.value(
            "SELECT digest FROM follower_hosts WHERE account_id = :id AND host_id = :host",
            {"id": account_id, "host": host_id},
        )
        return found or EMPTY

    async def relationships(self, account_id: int, target_ids: Sequence[int]) -> list[Relationship]:
        """What is between an account and each of `target_ids`, in their order."""
        rows = await self._db.rows(_BETWEEN, {"me": account_id, "others": list(target_ids)})
        found = {(row["kind"], row["other"]): row for row in rows}
        return [_relationship(target, found) for target in target_ids]

    async def followed_among(self, account_id: int, target_ids: Collection[int]) -> set[int]:
        """Which of `target_ids` an account follows."""
        rows = await self._db.rows(
            "SELECT followee_id FROM follows "
            "WHERE follower_id = :me AND followee_id = ANY(:others) AND state = 'following'",
            {"me": account_id, "others": list(target_ids)},
        )
        return {row["followee_id"] for row in rows}

    async def _of_party(self, column: str, account_id: int, uri: str) -> FollowRow | None:
        row = await self._db.row(
            f"{_ONE} WHERE uri = :uri AND {column} = :account", {"uri": uri, "account": account_id}
        )
        return read(FollowRow, row) if row else None

    async def _list(
        self,
        down: str,
        up: str,
        account_id: int,
        state: str,
        max_id: int | None,
        min_id: int | None,
        limit: int,
    ) -> list[Listed]:
        params = {
            "id": account_id,
            "state": state,
            "max_id": _MAX if max_id is None else max_id,
            "min_id": min_id or 0,
            "limit": limit,
        }
        rows = await self._db.rows(down if min_id is None else up, params)
        found = [Listed(row["f_id"], read(Account, row, "a_")) for row in rows]
        return found if min_id is None else found[::-1]


def _relationship(target: int, found: dict[tuple[str, int], Row]) -> Relationship:
    mine, theirs = found.get(("following", target)), found.get(("followed_by", target))
    return Relationship(
        id=target,
        following=mine is not None and mine["state"] == FOLLOWING,
        requested=mine is not None and mine["state"] == ASKED,
        showing_reblogs=mine is not None and bool(mine["show_reblogs"]),
        notifying=mine is not None and bool(mine["notify"]),
        followed_by=theirs is not None and theirs["state"] == FOLLOWING,
        requested_by=theirs is not None and theirs["state"] == ASKED,
        blocking=("blocking", target) in found,
        blocked_by=("blocked_by", target) in found,
    )
