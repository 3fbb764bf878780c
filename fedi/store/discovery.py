"""Whom somebody may want to know: suggestions, and the directory."""

from __future__ import annotations

from collections.abc import Collection

from fedi.store.ids import first_at
from fedi.store.unit import Unit

# Somebody who may be discovered, and whom the viewer neither knows nor wants to leave out.
_FIT = """
a.discoverable AND a.silenced_at IS NULL AND a.suspended_at IS NULL AND a.deleted_at IS NULL
AND a.moved_to_uri IS NULL AND a.type <> 'Application' AND NOT a.locked AND a.id <> :viewer
AND NOT EXISTS (SELECT 1 FROM follows x WHERE x.follower_id = :viewer AND x.followee_id = a.id)
AND NOT EXISTS (SELECT 1 FROM blocks x WHERE x.account_id = :viewer AND x.target_id = a.id)
AND NOT EXISTS (SELECT 1 FROM blocks x WHERE x.account_id = a.id AND x.target_id = :viewer)
AND NOT EXISTS (SELECT 1 FROM mutes x WHERE x.account_id = :viewer AND x.target_id = a.id)
AND NOT EXISTS (SELECT 1 FROM account_domain_blocks x WHERE x.account_id = :viewer AND x.domain = a.domain)
AND NOT EXISTS (SELECT 1 FROM suggestion_dismissals x WHERE x.account_id = :viewer AND x.target_id = a.id)
"""
_RANKED = """
SELECT a.id, '{source}' AS source FROM ({found}) q JOIN accounts a ON a.id = q.id
WHERE {fit} ORDER BY q.weight DESC, a.id LIMIT :limit
"""
# Each looks at a bounded part of what could be looked at: a person may follow, and be followed by, very many.
_FRIENDS = """
SELECT f.followee_id AS id, COUNT(*) AS weight
FROM (SELECT m.followee_id FROM follows m JOIN accounts b ON b.id = m.followee_id
  WHERE m.follower_id = :viewer AND m.state = 'following' AND NOT b.hide_collections
  ORDER BY m.id DESC LIMIT 200) mine
JOIN follows f ON f.follower_id = mine.followee_id AND f.state = 'following' GROUP BY f.followee_id
"""
_SIMILAR = """
SELECT f.followee_id AS id, COUNT(*) AS weight
FROM (SELECT o.follower_id FROM follows o JOIN accounts b ON b.id = o.follower_id
  WHERE o.local AND o.state = 'following' AND o.follower_id <> :viewer AND NOT b.hide_collections
  AND o.followee_id IN (SELECT m.followee_id FROM follows m
    WHERE m.follower_id = :viewer AND m.state = 'following' ORDER BY m.id DESC LIMIT 5)
  LIMIT 300) alike
JOIN follows f ON f.follower_id = alike.follower_id AND f.state = 'following' GROUP BY f.followee_id
"""
_INTERACTIONS = """
SELECT p.account_id AS id, COUNT(*) AS weight
FROM (SELECT v.post_id FROM favourites v JOIN users u ON u.id = v.account_id
  WHERE v.id > :since ORDER BY v.id DESC LIMIT 5000) recent
JOIN posts p ON p.id = recent.post_id AND p.visibility = 'public' GROUP BY p.account_id
"""
_FOLLOWED = """
SELECT b.id, b.local_followers_count AS weight FROM accounts b WHERE b.discoverable AND b.local_followers_count > 0
ORDER BY b.local_followers_count DESC LIMIT 500
"""
_SOURCES = {
    "friends_of_friends": _FRIENDS,
    "similar_to_recently_followed": _SIMILAR,
    "most_interactions": _INTERACTIONS,
    "most_followed": _FOLLOWED,
}
_FEATURED = f"SELECT a.id FROM accounts a WHERE a.handle = ANY(:handles) AND {_FIT}"
_RECENT_MS = 30 * 86_400_000
_DIRECTORY = """
SELECT a.id FROM accounts a
WHERE a.discoverable AND a.silenced_at IS NULL AND a.suspended_at IS NULL AND a.deleted_at IS NULL
AND a.moved_to_uri IS NULL AND a.type <> 'Application'
AND (a.domain_id IS NOT NULL OR NOT :local)
AND NOT EXISTS (SELECT 1 FROM blocks x WHERE x.account_id = :viewer AND x.target_id = a.id)
AND NOT EXISTS (SELECT 1 FROM blocks x WHERE x.account_id = a.id AND x.target_id = :viewer)
AND NOT EXISTS (SELECT 1 FROM mutes x WHERE x.account_id = :viewer AND x.target_id = a.id)
AND NOT EXISTS (SELECT 1 FROM account_domain_blocks x WHERE x.account_id = :viewer AND x.domain = a.domain)
ORDER BY {order} LIMIT :limit OFFSET :offset
"""
_ORDERS = {"new": "a.id DESC", "active": "COALESCE(a.last_post_at, 0) DESC, a.id DESC"}


class Discovery:
    """Reads `accounts`, `follows` and `favourites`; table `suggestion_dismissals`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def suggested(self, viewer_id: int, featured: Collection[str], limit: int) -> dict[int, list[str]]:
        """Ids of people with why they are suggested, the best reason first. `featured` are handles."""
        values = {"viewer": viewer_id, "limit": limit, "since": first_at(self._tx.now - _RECENT_MS)}
        found: dict[int, list[str]] = {}
        if featured:
            handles = [handle.lower().removeprefix("@") for handle in featured]
            for row in await self._db.rows(_FEATURED, {"viewer": viewer_id, "handles": handles}):
                found.setdefault(row[0], []).append("featured")
        for source, sql in _SOURCES.items():
            ranked = _RANKED.format(source=source, found=sql, fit=_FIT)
            for row in await self._db.rows(ranked, values):
                found.setdefault(row[0], []).append(row[1])
        return dict(list(found.items())[:limit])

    async def dismiss(self, viewer_id: int, target_id: int) -> None:
        """Never suggest somebody again."""
        await self._db.run(
            "INSERT INTO suggestion_dismissals (account_id, target_id) "
            "SELECT CAST(:viewer AS BIGINT), a.id FROM accounts a WHERE a.id = :target ON CONFLICT DO NOTHING",
            {"viewer": viewer_id, "target": target_id},
        )

    async def directory(
        self, viewer_id: int | None, *, order: str, local: bool, limit: int, offset: int
    ) -> list[int]:
        """Ids of people who may be discovered; `order`: active (who posted last first) or new."""
        values = {"viewer": viewer_id or 0, "local": local, "limit": limit, "offset": offset}
        sql = _DIRECTORY.format(order=_ORDERS[order])
        return [row[0] for row in await self._db.rows(sql, values)]
