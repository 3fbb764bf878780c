"""Whom a post is for, what it is filed under, and where copies of it may be: a part of `tx.posts`."""

from __future__ import annotations

from collections.abc import Collection

from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.store.database import Connection
from fedi.store.rows import columns, read

_MENTION = """
INSERT INTO mentions (post_id, account_id, removed) VALUES (:post, :account, FALSE)
ON CONFLICT (post_id, account_id) DO UPDATE SET removed = FALSE
"""
_MENTIONED = f"""
SELECT {columns(Account, "a.")} FROM mentions AS m JOIN accounts AS a ON a.id = m.account_id
WHERE m.post_id = :post
"""
_RELEVANT = """
SELECT EXISTS (SELECT 1 FROM accounts WHERE id = :author AND local_followers_count > 0)
  OR EXISTS (
    SELECT 1 FROM accounts AS a WHERE a.uri = ANY(:addressed) AND a.domain_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM blocks AS b WHERE b.account_id = a.id AND b.target_id = :author))
  OR EXISTS (
    SELECT 1 FROM posts AS p JOIN accounts AS a ON a.id = p.account_id
    WHERE p.uri = :parent AND (p.local OR a.local_followers_count > 0) AND NOT EXISTS (
      SELECT 1 FROM blocks AS b WHERE b.account_id = a.id AND b.target_id = :author))
"""
# A copy is with the people mentioned, and where everybody may see the post, also with those who answered it, boosted
# or liked it, voted, quoted it or is quoted, and with the followers of the people here who boosted it.
_HOLDERS = """
SELECT COALESCE(shared_inbox, inbox) AS inbox FROM accounts
WHERE host_id IS NOT NULL AND deleted_at IS NULL AND id IN (
  SELECT account_id FROM mentions WHERE post_id = :id
  UNION ALL SELECT account_id FROM favourites WHERE post_id = :id AND :everybody
  UNION ALL SELECT account_id FROM reactions WHERE post_id = :id AND :everybody
  UNION ALL SELECT account_id FROM posts WHERE boost_of_id = :id AND :everybody
  UNION ALL SELECT account_id FROM posts WHERE in_reply_to_id = :id AND :everybody
  UNION ALL SELECT in_reply_to_account_id FROM posts WHERE id = :id AND :everybody
  UNION ALL SELECT quoted_account_id FROM quotes WHERE post_id = :id
  UNION ALL SELECT account_id FROM quotes WHERE quoted_id = :id AND :everybody
  UNION ALL SELECT v.account_id FROM poll_votes v JOIN polls o ON o.id = v.poll_id WHERE o.post_id = :id)
UNION
SELECT f.inbox FROM follower_inboxes AS f WHERE :everybody AND f.account_id IN (
  SELECT account_id FROM posts WHERE boost_of_id = :id AND local)
"""


class Addressees:
    """Tables `mentions` and `post_tags`, and what follows from them."""

    _db: Connection

    async def mention(self, post_id: int, account_ids: Collection[int]) -> None:
        """Add people that a post mentions, or bring back those that an edit had removed."""
        ids = dict.fromkeys(account_ids)
        await self._db.run_many(_MENTION, [{"post": post_id, "account": one} for one in ids])

    async def unmention(self, post_id: int, account_ids: Collection[int]) -> None:
        """An edit removed the mention: these people still get edits and the deletion."""
        await self._db.run(
            "UPDATE mentions SET removed = TRUE WHERE post_id = :post AND account_id = ANY(:ids)",
            {"post": post_id, "ids": list(account_ids)},
        )

    async def mentioned_ids(self, post_id: int, *, removed: bool = False) -> set[int]:
        """Ids of the accounts that a post is for; with `removed`, those that an edit took out as well."""
        rows = await self._db.rows(
            "SELECT account_id FROM mentions WHERE post_id = :post AND (NOT removed OR :removed)",
            {"post": post_id, "removed": removed},
        )
        return {row["account_id"] for row in rows}

    async def mentioned(self, post_id: int) -> list[Account]:
        """The accounts that a post was ever for."""
        return [read(Account, row) for row in await self._db.rows(_MENTIONED, {"post": post_id})]

    async def tag(self, post_id: int, tags: Collection[str]) -> None:
        """File a post under hashtags (lower case, no #)."""
        await self._db.run_many(
            "INSERT INTO post_tags (tag, post_id) VALUES (:tag, :post) ON CONFLICT DO NOTHING",
            [{"tag": tag, "post": post_id} for tag in tags],
        )

    async def retag(self, post_id: int, tags: Collection[str]) -> None:
        """File a post under exactly these hashtags."""
        await self._db.run("DELETE FROM post_tags WHERE post_id = :post", {"post": post_id})
        await self.tag(post_id, tags)

    async def is_relevant(self, author_id: int, addressed: Collection[str], parent_uri: str | None) -> bool:
        """Whether a remote post concerns anybody here: the rules of PROTOCOL section 5.1, in one question.

        Its author has followers here, it is addressed to a local person, or it answers a post of somebody local or
        followed; a person who blocks the author does not count.
        """
        return bool(
            await self._db.value(
                _RELEVANT, {"author": author_id, "addressed": list(addressed), "parent": parent_uri or ""}
            )
        )

    async def holders(self, post: Post) -> tuple[str, ...]:
        """Remote inboxes, beside the author's followers', that may have the post and must hear of its end."""
        rows = await self._db.rows(_HOLDERS, {"id": post.id, "everybody": post.is_public})
        return tuple(row["inbox"] for row in rows)

    async def watchers(self, author_id: int) -> list[int]:
        """Local people who asked for a notice of everything that the author posts."""
        rows = await self._db.rows(
            "SELECT f.follower_id FROM follows AS f /*sqlite INDEXED BY follows_notify */ "
            "JOIN users AS u ON u.id = f.follower_id "
            "WHERE f.followee_id = :author AND f.state = 'following' AND f.notify",
            {"author": author_id},
        )
        return [row["follower_id"] for row in rows]

    async def local_boosters(self, post_id: int) -> list[int]:
        """Local people who boosted a post: they are told when it is edited."""
        rows = await self._db.rows(
            "SELECT account_id FROM posts WHERE boost_of_id = :post AND local", {"post": post_id}
        )
        return [row["account_id"] for row in rows]
