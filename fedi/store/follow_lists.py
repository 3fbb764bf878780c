"""Follows as they are asked for: one, lists with accounts, what is between one person and many."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
from msgspec import Struct

from fedi.activitypub.collection_digests import EMPTY
from fedi.model.people import Account, Relationship
from fedi.store.database import Row
from fedi.store.paging import Range
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
    languages: str | None = None
    """A JSON list: posts in these are shown; None: in all."""


class Listed(Struct, frozen=True):
    """An account in a list of followers or followed; `id` is the follow's, to page by."""

    id: int
    account: Account


FOLLOW_COLUMNS = columns(FollowRow)
_ONE = f"SELECT {FOLLOW_COLUMNS} FROM follows"
_LIST = f"""
SELECT f.id AS f_id, {columns(Account, "a.", "a_")} FROM follows f JOIN accounts a ON a.id = f.%s
WHERE f.%s = :id AND f.state = :state AND f.id < :max_id AND f.id > :min_id
AND a.suspended_at IS NULL AND a.deleted_at IS NULL {{more}} ORDER BY f.id {{way}} LIMIT :limit
"""
_FOLLOWERS = _LIST % ("follower_id", "followee_id")
_FOLLOWING = _LIST % ("followee_id", "follower_id")
# Whom the viewer wants to see nothing of is in no list that is shown to them.
_WANTED = """
AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = :viewer AND b.target_id = a.id)
AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = a.id AND b.target_id = :viewer)
AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.account_id = :viewer AND m.target_id = a.id)
AND NOT EXISTS (SELECT 1 FROM account_domain_blocks d WHERE d.account_id = :viewer AND d.domain = a.domain)
"""
_FAMILIAR_MAX = 2_000

# What is between two people, from all places, in one question.
_BETWEEN = """
SELECT 'following' AS kind, followee_id AS other, state, show_reblogs AS first, notify AS second,
  CAST(NULL AS BIGINT) AS at, languages AS text FROM follows
WHERE follower_id = :me AND followee_id = ANY(:others)
UNION ALL
SELECT 'followed_by', follower_id, state, FALSE, FALSE, NULL, NULL FROM follows
WHERE followee_id = :me AND follower_id = ANY(:others)
UNION ALL
SELECT 'blocking', target_id, '', FALSE, FALSE, NULL, NULL FROM blocks
WHERE account_id = :me AND target_id = ANY(:others)
UNION ALL
SELECT 'blocked_by', account_id, '', FALSE, FALSE, NULL, NULL FROM blocks
WHERE target_id = :me AND account_id = ANY(:others)
UNION ALL
SELECT 'muting', target_id, '', notifications, FALSE, expires_at, NULL FROM mutes
WHERE account_id = :me AND target_id = ANY(:others) AND (expires_at IS NULL OR expires_at > :now)
UNION ALL
SELECT 'domain_blocking', a.id, '', FALSE, FALSE, NULL, NULL FROM accounts a
JOIN account_domain_blocks d ON d.domain = a.domain AND d.account_id = :me
WHERE a.id = ANY(:others) AND a.domain_id IS NULL
UNION ALL
SELECT 'endorsed', target_id, '', FALSE, FALSE, NULL, NULL FROM endorsements
WHERE account_id = :me AND target_id = ANY(:others)
UNION ALL
SELECT 'note', target_id, '', FALSE, FALSE, NULL, comment FROM account_notes
WHERE account_id = :me AND target_id = ANY(:others)
"""
# Those whom the viewer follows among the followers of others. Who hides whom they follow is not told of here.
_FAMILIAR = f"""
SELECT t.followee_id AS target, {columns(Account, "a.", "a_")}
FROM follows mine
JOIN follows t ON t.follower_id = mine.followee_id AND t.followee_id = ANY(:targets) AND t.state = 'following'
JOIN accounts a ON a.id = mine.followee_id
JOIN accounts shown ON shown.id = t.followee_id AND NOT shown.hide_collections
WHERE mine.follower_id = :viewer AND mine.state = 'following' AND NOT a.hide_collections
AND a.suspended_at IS NULL AND a.deleted_at IS NULL
ORDER BY t.id DESC LIMIT :limit
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
        self,
        account_id: int,
        *,
        max_id: int | None = None,
        since_id: int | None = None,
        min_id: int | None = None,
        limit: int = 40,
        viewer: int | None = None,
    ) -> list[Listed]:
        """Followers, the newest first; with `min_id` those that follow it directly. Ids are of follows.

        A `viewer` does not see whom they block or mute, nor who blocks them.
        """
        ask = Range(limit, max_id, since_id, min_id)
        return await self._list(_FOLLOWERS, account_id, FOLLOWING, ask, viewer)

    async def following(
        self,
        account_id: int,
        *,
        max_id: int | None = None,
        since_id: int | None = None,
        min_id: int | None = None,
        limit: int = 40,
        viewer: int | None = None,
    ) -> list[Listed]:
        """Whom an account follows; paged as `followers`."""
        ask = Range(limit, max_id, since_id, min_id)
        return await self._list(_FOLLOWING, account_id, FOLLOWING, ask, viewer)

    async def requests(
        self,
        account_id: int,
        *,
        max_id: int | None = None,
        since_id: int | None = None,
        min_id: int | None = None,
        limit: int = 40,
    ) -> list[Listed]:
        """Who asked to follow a locked account and waits; paged as `followers`."""
        ask = Range(limit, max_id, since_id, min_id)
        return await self._list(_FOLLOWERS, account_id, ASKED, ask, None)

    async def count_requests(self, account_id: int) -> int:
        """How many wait for an answer."""
        found: int = await self._db.value(
            "SELECT COUNT(*) FROM follows WHERE followee_id = :id AND state = 'asked'", {"id": account_id}
        )
        return found

    async def familiar(self, viewer: int, targets: Sequence[int]) -> dict[int, list[Account]]:
        """Whom the viewer follows among the followers of each of `targets`, the latest ones first."""
        params = {"viewer": viewer, "targets": list(targets), "limit": _FAMILIAR_MAX}
        found: dict[int, list[Account]] = {target: [] for target in targets}
        for row in await self._db.rows(_FAMILIAR, params):
            found[row["target"]].append(read(Account, row, "a_"))
        return found

    async def around(self, account_id: int) -> list[FollowRow]:
        """Every follow by and of an account, asked for or in force."""
        rows = await self._db.rows(
            f"{_ONE} WHERE follower_id = :id OR followee_id = :id ORDER BY id", {"id": account_id}
        )
        return [read(FollowRow, row) for row in rows]

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
        asked = {"me": account_id, "others": list(target_ids), "now": self._tx.now}
        rows = await self._db.rows(_BETWEEN, asked)
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
        self, sql: str, account_id: int, state: str, ask: Range, viewer: int | None
    ) -> list[Listed]:
        params = {"id": account_id, "state": state, **ask.params()}
        if viewer is not None:
            params["viewer"] = viewer
        sql = sql.format(more="" if viewer is None else _WANTED, way="ASC" if ask.upwards else "DESC")
        found = [Listed(row["f_id"], read(Account, row, "a_")) for row in await self._db.rows(sql, params)]
        return found[::-1] if ask.upwards else found


def languages_of(text: str | None) -> tuple[str, ...] | None:
    """The languages that a follow is limited to, from the column; None: all."""
    return None if text is None else tuple(msgspec.json.decode(text))


def _relationship(target: int, found: dict[tuple[str, int], Row]) -> Relationship:
    mine, theirs = found.get(("following", target)), found.get(("followed_by", target))
    mute, note = found.get(("muting", target)), found.get(("note", target))
    return Relationship(
        id=target,
        following=mine is not None and mine["state"] == FOLLOWING,
        requested=mine is not None and mine["state"] == ASKED,
        showing_reblogs=mine is not None and bool(mine["first"]),
        notifying=mine is not None and bool(mine["second"]),
        languages=languages_of(mine["text"]) if mine is not None else None,
        followed_by=theirs is not None and theirs["state"] == FOLLOWING,
        requested_by=theirs is not None and theirs["state"] == ASKED,
        blocking=("blocking", target) in found,
        blocked_by=("blocked_by", target) in found,
        muting=mute is not None,
        muting_notifications=mute is not None and bool(mute["first"]),
        muting_expires_at=mute["at"] if mute is not None else None,
        domain_blocking=("domain_blocking", target) in found,
        endorsed=("endorsed", target) in found,
        note=note["text"] if note is not None else "",
    )
