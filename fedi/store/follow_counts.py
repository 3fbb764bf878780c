"""What is counted from follows: counters of accounts, distinct follower inboxes, digests of FEP-8fcf.

Everything is changed by differences, under locks on both accounts that are taken in the order of their ids.
The lock on the followee keeps two transactions from computing one digest from the same old value; the lock on
the follower keeps its inbox from moving between being read and being counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from fedi.activitypub.collection_digests import EMPTY, toggled
from fedi.activitypub.uris import host_of
from fedi.store.database import Row, Step
from fedi.store.hosts import Hosts
from fedi.store.unit import Unit

PULLED_ABOVE = 5000
"""With more local followers than this, home timelines merge an author when they are read."""

_LOCK = """
SELECT id, uri, domain_id, host_id, inbox, shared_inbox FROM accounts
WHERE id = ANY(:ids) ORDER BY id /*postgresql FOR NO KEY UPDATE */
"""
_COUNT = """
UPDATE accounts SET followers_count = followers_count + :followers,
  following_count = following_count + :following,
  local_followers_count = local_followers_count + :local_followers,
  pulled = (pulled OR local_followers_count + :local_followers > :pulled_above)
WHERE id = :id
"""
_COUNT_INBOX = """
INSERT INTO follower_inboxes (account_id, inbox, host_id, followers, left_at)
VALUES (:account, :inbox, :host, :by, NULL)
ON CONFLICT (account_id, inbox) DO UPDATE SET host_id = excluded.host_id,
  followers = follower_inboxes.followers + excluded.followers,
  left_at = CASE WHEN follower_inboxes.followers + excluded.followers > 0 THEN NULL
    ELSE CAST(:now AS BIGINT) END
"""
_DIGESTS = """
SELECT account_id, host_id, digest FROM follower_hosts WHERE account_id = ANY(:followees)
AND host_id IN (SELECT host_id FROM accounts WHERE id = ANY(:followers)) /*postgresql FOR UPDATE */
"""
_PUT_DIGEST = """
INSERT INTO follower_hosts (account_id, host_id, followers, digest) VALUES (:account, :host, :by, :digest)
ON CONFLICT (account_id, host_id) DO UPDATE SET
  followers = follower_hosts.followers + excluded.followers, digest = excluded.digest
"""
_LEAVE_INBOX = """
UPDATE follower_inboxes SET followers = followers - 1,
  left_at = CASE WHEN followers > 1 THEN NULL ELSE CAST(:now AS BIGINT) END
WHERE inbox = :old AND account_id IN
  (SELECT followee_id FROM follows WHERE follower_id = :id AND state = 'following')
"""
_ENTER_INBOX = """
INSERT INTO follower_inboxes (account_id, inbox, host_id, followers, left_at)
SELECT f.followee_id, CAST(:new AS TEXT), CAST(:host AS BIGINT), 1, NULL
FROM follows f JOIN accounts a ON a.id = f.followee_id
WHERE f.follower_id = :id AND f.state = 'following' AND a.domain_id IS NOT NULL
ORDER BY f.followee_id
ON CONFLICT (account_id, inbox) DO UPDATE SET
  host_id = excluded.host_id, followers = follower_inboxes.followers + 1, left_at = NULL
"""


class Pair(Struct, frozen=True):
    """A follower and whom it follows, by account id."""

    follower_id: int
    followee_id: int


class FollowCounts:
    """The counted columns of `accounts`, and tables `follower_inboxes` and `follower_hosts`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def began(self, pairs: Sequence[Pair]) -> None:
        """These follows are in force from now on."""
        await self._change(pairs, 1)

    async def ended(self, pairs: Sequence[Pair]) -> None:
        """These follows were in force until now."""
        await self._change(pairs, -1)

    async def moved_inbox(self, account_id: int, old: str, new: str, host_id: int | None) -> None:
        """A remote follower takes its posts elsewhere; its account was changed before, in this transaction."""
        if host_id is None:
            name = host_of(new)
            host_id = (await Hosts(self._tx).ensure([name]))[name]
        await self._db.run(_LEAVE_INBOX, {"id": account_id, "old": old, "now": self._tx.now})
        await self._db.run(_ENTER_INBOX, {"id": account_id, "new": new, "host": host_id})

    async def _change(self, pairs: Sequence[Pair], by: int) -> None:
        if not pairs:
            return
        ids = {pair.follower_id for pair in pairs} | {pair.followee_id for pair in pairs}
        followees = sorted({pair.followee_id for pair in pairs})
        followers = sorted({pair.follower_id for pair in pairs})
        rows, digests = await self._db.each(
            [
                (_LOCK, {"ids": sorted(ids)}),
                (_DIGESTS, {"followees": followees, "followers": followers}),
            ]
        )
        accounts = {row["id"]: row for row in rows}
        steps = _counted(pairs, accounts, by)
        audience = [
            (pair.followee_id, accounts[pair.follower_id])
            for pair in pairs
            if accounts[pair.followee_id]["domain_id"] is not None
            and accounts[pair.follower_id]["domain_id"] is None
        ]
        if audience:
            steps += await self._inboxes_counted(audience, by)
            steps += _hosts_counted(audience, digests, by)
        await self._db.each(steps)

    async def _inboxes_counted(self, audience: list[tuple[int, Row]], by: int) -> list[Step]:
        counted: dict[tuple[int, str], int] = defaultdict(int)
        hosts = await self._hosts_of_inboxes([follower for _, follower in audience])
        for followee_id, follower in audience:
            counted[followee_id, _delivery_inbox(follower)] += by
        now = self._tx.now
        return [
            (
                _COUNT_INBOX,
                {"account": account, "inbox": inbox, "host": hosts[inbox], "by": count, "now": now},
            )
            for (account, inbox), count in sorted(counted.items())
        ]

    async def _hosts_of_inboxes(self, followers: list[Row]) -> dict[str, int]:
        found: dict[str, int] = {}
        elsewhere: dict[str, str] = {}
        for follower in followers:
            inbox = _delivery_inbox(follower)
            host = host_of(inbox)
            if host == host_of(follower["uri"]):
                found[inbox] = follower["host_id"]
            else:
                elsewhere[inbox] = host
        if elsewhere:
            ids = await Hosts(self._tx).ensure(sorted(set(elsewhere.values())))
            found.update((inbox, ids[host]) for inbox, host in elsewhere.items())
        return found


def _counted(pairs: Sequence[Pair], accounts: dict[int, Row], by: int) -> list[Step]:
    followers: dict[int, int] = defaultdict(int)
    following: dict[int, int] = defaultdict(int)
    local_followers: dict[int, int] = defaultdict(int)
    for pair in pairs:
        followers[pair.followee_id] += by
        following[pair.follower_id] += by
        if accounts[pair.follower_id]["domain_id"] is not None:
            local_followers[pair.followee_id] += by
    return [
        (
            _COUNT,
            {
                "id": account_id,
                "followers": followers[account_id],
                "following": following[account_id],
                "local_followers": local_followers[account_id],
                "pulled_above": PULLED_ABOVE,
            },
        )
        for account_id in accounts
    ]


def _hosts_counted(audience: list[tuple[int, Row]], digests: Sequence[Row], by: int) -> list[Step]:
    followers: dict[tuple[int, int], list[str]] = defaultdict(list)
    for followee_id, follower in audience:
        followers[followee_id, follower["host_id"]].append(follower["uri"])
    old = {(row["account_id"], row["host_id"]): row["digest"] for row in digests}
    return [
        (
            _PUT_DIGEST,
            {
                "account": account,
                "host": host,
                "by": by * len(uris),
                "digest": toggled(old.get((account, host), EMPTY), uris),
            },
        )
        for (account, host), uris in sorted(followers.items())
    ]


def _delivery_inbox(account: Row) -> str:
    inbox: str = account["shared_inbox"] or account["inbox"]
    return inbox
