"""Posts, boosts, edits, mentions and tags.

Counters are kept where they are read: a parent's replies, a post's boosts, an author's posts. As in Mastodon,
replies that not everybody may see are not counted, nor are direct posts among an author's.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from msgspec import Struct

from fedi.model.posts import Post
from fedi.store.addressees import Addressees
from fedi.store.conversations import BEFORE_POST_IS_DELETED, Conversations
from fedi.store.edits import Edits
from fedi.store.events import Events
from fedi.store.recall import post_of
from fedi.store.rows import columns, write
from fedi.store.threads import Threads
from fedi.store.tombstones import deletion_claim
from fedi.store.unit import Unit
from fedi.store.viewing import Viewing

_SELECT = f"SELECT {columns(Post)} FROM posts"
_COUNTED = [name for name in Post.__struct_fields__ if name != "replies_count"]

# One statement asks whether the post is here (or its boost, by the second unique index), whether it was deleted
# before it came, how many replies are waiting for it, and whether anybody waits for posts of its author.
_ADD = f"""
INSERT INTO posts ({", ".join(_COUNTED)}, replies_count)
SELECT {", ".join(":" + name for name in _COUNTED)}, (
  SELECT COUNT(*) FROM posts AS reply WHERE reply.in_reply_to_uri = :uri AND reply.in_reply_to_id IS NULL
  AND reply.visibility IN ('public', 'unlisted'))
WHERE NOT EXISTS (SELECT 1 FROM tombstones WHERE tombstones.uri IN (:uri, :claim))
ON CONFLICT DO NOTHING
RETURNING EXISTS (
  SELECT 1 FROM posts AS reply WHERE reply.in_reply_to_uri = :uri AND reply.in_reply_to_id IS NULL) AS awaited,
  EXISTS (SELECT 1 FROM follows AS f WHERE f.followee_id = :account_id AND f.notify) AS watched
"""
_ADOPT = """
UPDATE posts SET in_reply_to_id = :id, in_reply_to_account_id = :account_id
WHERE in_reply_to_uri = :uri AND in_reply_to_id IS NULL
"""
_COUNT_POST = """
UPDATE accounts SET posts_count = posts_count + 1,
  last_post_at = CASE WHEN last_post_at > :created_at THEN last_post_at ELSE :created_at END
WHERE id = :account_id
"""
_UPDATE_COUNTER = "UPDATE posts SET {0} = {0} + :by WHERE id = :id AND {0} + :by >= 0"
_COUNT_REPLY = _UPDATE_COUNTER.format("replies_count")
_COUNT_BOOST = _UPDATE_COUNTER.format("boosts_count")
_UNQUOTE = """
UPDATE posts SET quotes_count = quotes_count - 1 WHERE quotes_count > 0
AND id IN (SELECT quoted_id FROM quotes WHERE post_id = :id AND state = 'accepted')
"""
_FORGET = (
    "DELETE FROM notifications WHERE post_id <> 0 AND post_id IN "  # <> 0: so that the index is used
    "(SELECT id FROM posts WHERE id = :id OR boost_of_id = :id)",
    "UPDATE accounts SET posts_count = posts_count - 1 WHERE posts_count > 0 "
    "AND id IN (SELECT account_id FROM posts WHERE boost_of_id = :id)",
    "UPDATE posts SET in_reply_to_id = NULL, in_reply_to_account_id = NULL WHERE in_reply_to_id = :id",
    "DELETE FROM posts WHERE id = :id",
)


class Added(Struct, frozen=True):
    """A post was added. `watched`: somebody may want a notice of everything that its author posts."""

    watched: bool


# PostgreSQL lets two look for a key at once and find nothing; of two who insert it, one waits for the other.
_RESERVE = """
INSERT INTO idempotency_keys (account_id, key, post_id, created_at) VALUES (:account, :key, 0, :now)
ON CONFLICT (account_id, key) DO NOTHING
"""


class Posts(Addressees, Edits, Threads, Viewing):
    """Table `posts`, with those that hang on it."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def by_id(self, post_id: int) -> Post | None:
        """The post with this id."""
        row = await self._db.row(f"{_SELECT} WHERE id = :id", {"id": post_id})
        return post_of(tuple(row)) if row else None

    async def by_ids(self, ids: Collection[int]) -> dict[int, Post]:
        """Those of `ids` that are here, in one question."""
        if not ids:
            return {}
        rows = await self._db.rows(f"{_SELECT} WHERE id = ANY(:ids)", {"ids": list(ids)})
        return {row["id"]: post_of(tuple(row)) for row in rows}

    async def by_uri(self, uri: str) -> Post | None:
        """The post (or boost) with this ActivityPub id."""
        row = await self._db.row(f"{_SELECT} WHERE uri = :uri", {"uri": uri})
        return post_of(tuple(row)) if row else None

    async def by_uris(self, uris: Collection[str]) -> dict[str, Post]:
        """Those of `uris` that are here, in one question."""
        if not uris:
            return {}
        rows = await self._db.rows(f"{_SELECT} WHERE uri = ANY(:uris)", {"uris": list(uris)})
        return {row["uri"]: post_of(tuple(row)) for row in rows}

    async def boost_by(self, account_id: int, post_id: int) -> Post | None:
        """The account's boost of a post."""
        row = await self._db.row(
            f"{_SELECT} WHERE boost_of_id = :post AND account_id = :account",
            {"post": post_id, "account": account_id},
        )
        return post_of(tuple(row)) if row else None

    async def add(self, post: Post, mentioned: Collection[int] = ()) -> Added | None:
        """Add a post or a boost, the people it is for, and its tags; count it where it counts.

        Returns None, and changes nothing, when it is here already or was deleted before it came.
        """
        values: dict[str, Any] = write(post)
        added = await self._db.row(_ADD, {**values, "claim": deletion_claim(post.uri, post.account_id)})
        if added is None:
            return None
        if added["awaited"]:
            await self._db.run(_ADOPT, {"id": post.id, "account_id": post.account_id, "uri": post.uri})
        if post.visibility != "direct":
            await self._db.run(_COUNT_POST, {"account_id": post.account_id, "created_at": post.created_at})
        await self._count_above(post, 1)
        if mentioned:
            await self.mention(post.id, mentioned)
        if post.visibility == "direct":
            await Conversations(self._tx).add(post, mentioned)
        if post.tags:
            await self.tag(post.id, post.tags)
        return Added(watched=bool(added["watched"]))

    async def delete(self, post: Post) -> None:
        """Delete a post and what hangs on it: boosts, favourites, notices, places in timelines."""
        listed = post.visibility == "public" and post.boost_of_id is None
        await Events(self._tx).deleted(post.id, public=listed, local=post.local, tags=post.tags)
        if post.is_quote:
            await self._db.run(_UNQUOTE, {"id": post.id})
        for statement in BEFORE_POST_IS_DELETED if post.visibility == "direct" else ():
            await self._db.run(statement, {"id": post.id})
        for statement in _FORGET:
            await self._db.run(statement, {"id": post.id})
        await self._count_above(post, -1)
        if post.visibility != "direct":
            await self._db.run(
                "UPDATE accounts SET posts_count = posts_count - 1 WHERE id = :id AND posts_count > 0",
                {"id": post.account_id},
            )

    async def idempotent(self, account_id: int, key: str) -> Post | None:
        """The post that the account made with this Idempotency-Key; None: it is now this transaction's to use.

        Whoever asks with the same key meanwhile waits until this transaction has ended.
        """
        params = {"account": account_id, "key": key, "now": self._tx.now}
        if await self._db.run(_RESERVE, params) == 1:
            return None
        found = await self._db.value(
            "SELECT post_id FROM idempotency_keys WHERE account_id = :account AND key = :key",
            {"account": account_id, "key": key},
        )
        return await self.by_id(found) if found is not None else None

    async def made_with(self, account_id: int, key: str) -> int | None:
        """The id of the post that an Idempotency-Key made, if it did."""
        found: int | None = await self._db.value(
            "SELECT p.id FROM idempotency_keys k JOIN posts p ON p.id = k.post_id "
            "WHERE k.account_id = :account AND k.key = :key",
            {"account": account_id, "key": key},
        )
        return found

    async def remember_key(self, account_id: int, key: str, post_id: int) -> None:
        """Remember which post an Idempotency-Key made."""
        await self._db.run(
            "INSERT INTO idempotency_keys (account_id, key, post_id, created_at) "
            "VALUES (:account, :key, :post, :now) "
            "ON CONFLICT (account_id, key) DO UPDATE SET post_id = excluded.post_id, created_at = excluded.created_at",
            {"account": account_id, "key": key, "post": post_id, "now": self._tx.now},
        )

    async def forget_keys(self, before: int) -> int:
        """Drop Idempotency-Keys from before `before`."""
        return await self._db.run(
            "DELETE FROM idempotency_keys WHERE created_at < :before", {"before": before}
        )

    async def _count_above(self, post: Post, by: int) -> None:
        if post.in_reply_to_id is not None and post.is_public:
            await self._db.run(_COUNT_REPLY, {"id": post.in_reply_to_id, "by": by})
        if post.boost_of_id is not None:
            await self._db.run(_COUNT_BOOST, {"id": post.boost_of_id, "by": by})
