"""Home timelines: what is put into them, and kept. Reading them, and the others, is in `timeline_lists`."""

from __future__ import annotations

from collections.abc import Collection

from fedi.model.people import Account
from fedi.store.database import Step
from fedi.store.events import tell
from fedi.store.ids import first_at
from fedi.store.list_timelines import ListTimelines
from fedi.store.unit import Unit
from fedi.store.wanting import NOT_EXCLUSIVE, SPOKEN

DAY_MS = 86_400_000
KEPT_READY_MS = 14 * DAY_MS
"""Who was not here for longer gets nothing pushed; their home is built anew when they return."""
KEPT = 800
"""Entries of one home timeline."""
_EACH = 40  # newest posts of one author that a home starts with

# Which posts of those that a person follows are for their home: no boosts they do not want or of what they have,
# no answers to people they do not follow, nothing direct that does not mention them, nobody on an exclusive list.
_FOR_HOME = f"""(
  (p.boost_of_id IS NULL OR (f.show_reblogs AND NOT EXISTS (
    SELECT 1 FROM home_entries he WHERE he.account_id = f.follower_id AND he.post_id = p.boost_of_id)))
  AND ((p.in_reply_to_account_id IS NULL AND p.in_reply_to_uri IS NULL)
    OR p.in_reply_to_account_id IN (p.account_id, f.follower_id)
    OR EXISTS (SELECT 1 FROM follows rf WHERE rf.follower_id = f.follower_id
      AND rf.followee_id = p.in_reply_to_account_id AND rf.state = 'following'))
  AND (p.visibility <> 'direct' OR EXISTS (SELECT 1 FROM mentions pm
    WHERE pm.post_id = p.id AND pm.account_id = f.follower_id))
  AND {SPOKEN} AND {NOT_EXCLUSIVE}
)"""
# Public posts with a hashtag that somebody follows, whoever wrote them.
_TAGGED = """
SELECT ft.account_id, p.id FROM post_tags t
JOIN posts p ON p.id = t.post_id AND p.visibility = 'public' AND p.boost_of_id IS NULL
JOIN accounts ta ON ta.id = p.account_id AND ta.silenced_at IS NULL
JOIN followed_tags ft ON ft.tag = t.tag
"""
# SQLite would rather walk a million followers by their state than look at those who live here.
_PUSH = f"""
INSERT INTO home_entries (account_id, post_id)
SELECT f.follower_id, p.id FROM posts p
JOIN follows f /*sqlite INDEXED BY follows_local */
  ON f.followee_id = p.account_id AND f.local AND f.state = 'following'
JOIN users u ON u.id = f.follower_id AND u.seen_at > :since
WHERE p.id = :post AND {_FOR_HOME}
UNION ALL {_TAGGED} JOIN users tu ON tu.id = ft.account_id AND tu.seen_at > :since WHERE t.post_id = :post
ON CONFLICT (account_id, post_id) DO NOTHING
"""
_PUSH_TAGGED = f"""
INSERT INTO home_entries (account_id, post_id)
{_TAGGED} JOIN users tu ON tu.id = ft.account_id AND tu.seen_at > :since WHERE t.post_id = :post
ON CONFLICT (account_id, post_id) DO NOTHING
"""
_PUSH_OWN = """
INSERT INTO home_entries (account_id, post_id)
SELECT u.id, CAST(:post AS BIGINT) FROM users u WHERE u.id = :author
ON CONFLICT (account_id, post_id) DO NOTHING
"""
# The newest posts of each author, one walk of an index per author.
_NEWEST = f"""
JOIN posts p ON p.account_id = f.followee_id AND p.id >= COALESCE((
  SELECT nth.id FROM posts nth WHERE nth.account_id = f.followee_id ORDER BY nth.id DESC LIMIT 1 OFFSET {_EACH}), 0)
"""
_MERGE = f"""
INSERT INTO home_entries (account_id, post_id)
SELECT f.follower_id, p.id FROM follows f
JOIN accounts a ON a.id = f.followee_id AND NOT a.pulled
{_NEWEST}
WHERE f.follower_id = :me AND f.state = 'following' AND p.id > :oldest AND {_FOR_HOME} {{who}}
ON CONFLICT (account_id, post_id) DO NOTHING
"""
_MERGE_TAGGED = f"""
INSERT INTO home_entries (account_id, post_id)
{_TAGGED} WHERE ft.account_id = :me AND t.post_id > :oldest AND t.post_id >= COALESCE((
  SELECT nth.post_id FROM post_tags nth WHERE nth.tag = ft.tag
  ORDER BY nth.post_id DESC LIMIT 1 OFFSET {_EACH}), 0) {{which}}
ON CONFLICT (account_id, post_id) DO NOTHING
"""
_MERGE_OWN = f"""
INSERT INTO home_entries (account_id, post_id)
SELECT p.account_id, p.id FROM posts p WHERE p.account_id = :me AND p.id > :oldest
ORDER BY p.id DESC LIMIT {_EACH}
ON CONFLICT (account_id, post_id) DO NOTHING
"""
# From the home, which is short, and not from all that the authors ever posted.
_UNMERGE = """
DELETE FROM home_entries WHERE account_id = :me AND EXISTS (
  SELECT 1 FROM posts p WHERE p.id = home_entries.post_id AND p.account_id = ANY(:authors)
  AND (p.visibility <> 'public' OR p.boost_of_id IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM post_tags t JOIN followed_tags ft ON ft.account_id = :me AND ft.tag = t.tag
    WHERE t.post_id = p.id)))
"""
# Unless they are there for another reason: their author, or another hashtag.
_UNMERGE_TAGGED = """
DELETE FROM home_entries WHERE account_id = :me
AND EXISTS (SELECT 1 FROM post_tags t WHERE t.tag = :tag AND t.post_id = home_entries.post_id)
AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.id = home_entries.post_id AND (p.account_id = :me OR EXISTS (
  SELECT 1 FROM follows f WHERE f.follower_id = :me AND f.followee_id = p.account_id AND f.state = 'following')))
AND NOT EXISTS (SELECT 1 FROM post_tags t JOIN followed_tags ft ON ft.account_id = :me AND ft.tag = t.tag
  WHERE t.post_id = home_entries.post_id AND t.tag <> :tag)
"""
_TRIM = f"""
DELETE FROM home_entries WHERE account_id = :me AND post_id < (
  SELECT e.post_id FROM home_entries e WHERE e.account_id = :me ORDER BY e.post_id DESC LIMIT 1 OFFSET {KEPT - 1})
"""


class Timelines(ListTimelines):
    """Table `home_entries`, and the lists of posts that people read."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def push(self, post_id: int, author: Account, *, created: int | None = None) -> None:
        """Put a post, or a boost, into the homes of the author's local followers and of the author.

        A public post also goes to whoever follows one of its hashtags. What was published (`created`, ms) too long
        ago to be news, such as a post fetched for a search, stays out.
        """
        since = self._tx.now - KEPT_READY_MS
        if created is not None and created < since:
            return
        steps: list[Step] = [(_PUSH_OWN, {"post": post_id, "author": author.id})] if author.is_local else []
        pushed = _PUSH_TAGGED if author.pulled else _PUSH
        await self._db.each([*steps, (pushed, {"post": post_id, "since": since})])
        tell(self._tx, "update", post_id)

    async def drop(self, post_id: int) -> None:
        """Take a post, and boosts of it, out of every home."""
        await self._db.run(
            "DELETE FROM home_entries WHERE post_id = :id "
            "OR post_id IN (SELECT id FROM posts WHERE boost_of_id = :id)",
            {"id": post_id},
        )

    async def merge(self, account_id: int, author_id: int) -> None:
        """Put the latest posts of an author into the home of somebody who follows them now."""
        await self._db.run(
            _MERGE.replace("{who}", "AND f.followee_id = :author"),
            {**self._me(account_id), "author": author_id},
        )

    async def merge_all(self, account_id: int, author_ids: Collection[int]) -> None:
        """Put the latest posts of several authors, as far as they are followed, into a person's home."""
        await self._db.run(
            _MERGE.replace("{who}", "AND f.followee_id = ANY(:authors)"),
            {**self._me(account_id), "authors": list(author_ids)},
        )

    async def unmerge(self, account_id: int, author_id: int) -> None:
        """Take the posts of an author out of the home of somebody who does not follow them any more."""
        await self.unmerge_all(account_id, [author_id])

    async def unmerge_all(self, account_id: int, author_ids: Collection[int]) -> None:
        """Take the posts of several authors out of a person's home."""
        await self._db.run(_UNMERGE, {"me": account_id, "authors": list(author_ids)})

    async def merge_tag(self, account_id: int, tag: str) -> None:
        """Put the latest posts with a hashtag (lower case, no #), which the person follows now, into their home."""
        await self._db.run(
            _MERGE_TAGGED.replace("{which}", "AND ft.tag = :tag"), {**self._me(account_id), "tag": tag}
        )

    async def unmerge_tag(self, account_id: int, tag: str) -> None:
        """Take posts that were in a home for this hashtag alone out of it."""
        await self._db.run(_UNMERGE_TAGGED, {"me": account_id, "tag": tag})

    async def rebuild(self, account_id: int) -> None:
        """Build a home anew from the latest posts of everyone followed, and with every hashtag followed."""
        await self._db.run("DELETE FROM home_entries WHERE account_id = :me", {"me": account_id})
        await self._db.run(_MERGE_OWN, self._me(account_id))
        await self._db.run(_MERGE.replace("{who}", ""), self._me(account_id))
        await self._db.run(_MERGE_TAGGED.replace("{which}", ""), self._me(account_id))
        await self.trim(account_id)

    async def trim(self, account_id: int) -> None:
        """Forget the oldest entries of a home."""
        await self._db.run(_TRIM, {"me": account_id})

    def _me(self, account_id: int) -> dict[str, int]:
        return {"me": account_id, "oldest": first_at(self._tx.now - 30 * DAY_MS)}
