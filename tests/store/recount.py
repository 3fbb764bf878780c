"""What is counted from follows, counted again the slow way."""

from __future__ import annotations

from collections import Counter, defaultdict

from fedi.activitypub.collection_digests import digest_of
from fedi.store.store import Store, Transaction


async def recount(store: Store) -> list[str]:
    """Where the kept counts differ from a recount; empty when all is well."""
    async with store.read() as tx:
        return [*await _counters(tx), *await _inboxes(tx), *await _digests(tx)]


async def _counters(tx: Transaction) -> list[str]:
    sql = """
    SELECT a.uri, a.followers_count, a.following_count, a.local_followers_count,
      (SELECT COUNT(*) FROM follows f WHERE f.followee_id = a.id AND f.state = 'following') AS followers,
      (SELECT COUNT(*) FROM follows f WHERE f.follower_id = a.id AND f.state = 'following') AS following,
      (SELECT COUNT(*) FROM follows f JOIN accounts l ON l.id = f.follower_id WHERE f.followee_id = a.id
        AND f.state = 'following' AND l.domain_id IS NOT NULL) AS local_followers
    FROM accounts a
    """
    return [
        f"{row['uri']}: {name} is {row[name + '_count']}, not {row[name]}"
        for row in await tx.db.rows(sql)
        for name in ("followers", "following", "local_followers")
        if row[name + "_count"] != row[name]
    ]


_REMOTE_FOLLOWERS = """
SELECT f.followee_id, r.uri, r.host_id, COALESCE(r.shared_inbox, r.inbox) AS inbox FROM follows f
JOIN accounts l ON l.id = f.followee_id AND l.domain_id IS NOT NULL
JOIN accounts r ON r.id = f.follower_id AND r.domain_id IS NULL
WHERE f.state = 'following'
"""


async def _inboxes(tx: Transaction) -> list[str]:
    rows = await tx.db.rows(_REMOTE_FOLLOWERS)
    expected = Counter((row["followee_id"], row["inbox"]) for row in rows)
    kept = await tx.db.rows("SELECT account_id, inbox, followers, left_at FROM follower_inboxes")
    found = {(row["account_id"], row["inbox"]): row["followers"] for row in kept if row["followers"]}
    wrong = [] if found == dict(expected) else [f"inboxes are {found}, not {dict(expected)}"]
    stays = [row for row in kept if (row["followers"] == 0) != (row["left_at"] is not None)]
    return wrong + [
        f"{row['inbox']}: {row['followers']} followers, left at {row['left_at']}" for row in stays
    ]


async def _digests(tx: Transaction) -> list[str]:
    uris: dict[tuple[int, int], list[str]] = defaultdict(list)
    for row in await tx.db.rows(_REMOTE_FOLLOWERS):
        uris[row["followee_id"], row["host_id"]].append(row["uri"])
    kept = {
        (row["account_id"], row["host_id"]): (row["followers"], row["digest"])
        for row in await tx.db.rows("SELECT account_id, host_id, followers, digest FROM follower_hosts")
    }
    return [
        f"host {key}: {kept.get(key)}"
        for key in uris.keys() | kept.keys()
        if kept.get(key) != (len(uris[key]), digest_of(uris[key]))
    ]
