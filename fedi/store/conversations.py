"""Direct posts as conversations: for each person here, one for each thread and each group of others in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from fedi.model.posts import Post
from fedi.store.database import Connection
from fedi.store.events import tell
from fedi.store.paging import Range
from fedi.store.rows import columns, read, to_json
from fedi.store.unit import Unit


class Conversation(Struct, frozen=True):
    """A conversation of `account_id` with `participants`; `last_post_id` is the newest post in it."""

    id: int
    account_id: int
    thread: str
    participants: tuple[int, ...]
    last_post_id: int
    unread: bool


_SELECT = f"SELECT {columns(Conversation)} FROM conversations"
# A post goes into the thread of what it answers; only what begins one says itself which it is. Whoever blocks the
# author hears nothing of it, and nothing is there for people who live elsewhere.
_ADD = """
INSERT INTO conversations (id, account_id, thread, participants, last_post_id, unread)
SELECT CAST(:id AS BIGINT), u.id, COALESCE((
    SELECT c.thread FROM conversation_posts cp JOIN conversations c ON c.id = cp.conversation_id
    WHERE cp.account_id = u.id AND cp.post_id = :parent), CAST(:thread AS TEXT)),
  CAST(:others AS TEXT), CAST(:post AS BIGINT), u.id <> :author
FROM users u WHERE u.id = :account
AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = u.id AND b.target_id = :author)
ON CONFLICT (account_id, thread, participants) DO UPDATE SET
  last_post_id = CASE WHEN conversations.last_post_id > excluded.last_post_id
    THEN conversations.last_post_id ELSE excluded.last_post_id END,
  unread = excluded.unread
"""
_FILE = """
INSERT INTO conversation_posts (account_id, post_id, conversation_id)
SELECT c.account_id, CAST(:post AS BIGINT), c.id FROM conversations c
WHERE c.account_id = :account AND c.participants = :others AND c.thread = COALESCE((
    SELECT pc.thread FROM conversation_posts cp JOIN conversations pc ON pc.id = cp.conversation_id
    WHERE cp.account_id = :account AND cp.post_id = :parent), CAST(:thread AS TEXT))
ON CONFLICT (account_id, post_id) DO NOTHING
"""
_LIST = f"""
{_SELECT} WHERE account_id = :account AND last_post_id < :max_id AND last_post_id > :min_id
ORDER BY last_post_id %s LIMIT :limit
"""
# Before posts go, the conversations in which they were the last are given another last one, or go with them.
_LATER_GONE = """
UPDATE conversations SET last_post_id = COALESCE((
  SELECT MAX(cp.post_id) FROM conversation_posts cp JOIN posts p ON p.id = cp.post_id
  WHERE cp.conversation_id = conversations.id AND NOT (%s)), 0)
WHERE id IN (SELECT cp.conversation_id FROM conversation_posts cp JOIN posts p ON p.id = cp.post_id WHERE %s)
"""
_OF_POST = "p.id = :id"
_OF_AUTHOR = "p.account_id = :id AND p.visibility = 'direct'"
_OF = "SELECT account_id, conversation_id FROM conversation_posts WHERE post_id = :post"
_EMPTY = "DELETE FROM conversations WHERE last_post_id = 0"
BEFORE_POST_IS_DELETED = (_LATER_GONE % (_OF_POST, _OF_POST), _EMPTY)
"""Statements to run before a direct post `:id` is deleted."""
BEFORE_AUTHOR_IS_PURGED = (_LATER_GONE % (_OF_AUTHOR, _OF_AUTHOR), _EMPTY)
"""Statements to run before all posts of the account `:id` are deleted."""


class Conversations:
    """Tables `conversations` and `conversation_posts`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db: Connection = unit.db

    async def add(self, post: Post, people: Collection[int]) -> None:
        """Put a direct post into the conversations of those of `people` (who have it) that live here."""
        everyone = sorted({post.account_id, *people})
        params = [
            {
                "id": self._tx.new_id(),
                "account": one,
                "post": post.id,
                "author": post.account_id,
                "parent": post.in_reply_to_id or 0,
                "thread": post.conversation or post.in_reply_to_uri or post.uri,
                "others": to_json([other for other in everyone if other != one]),
            }
            for one in everyone
        ]
        await self._db.run_many(_ADD, params)
        await self._db.run_many(
            _FILE,
            [
                {name: one[name] for name in ("account", "post", "parent", "thread", "others")}
                for one in params
            ],
        )
        rows = await self._db.rows(_OF, {"post": post.id})
        for row in rows:
            tell(self._tx, "conversation", row[1], account_id=row[0])

    async def of(self, account_id: int, ask: Range) -> list[Conversation]:
        """A person's conversations, the one with the newest post first; pages by the ids of those posts."""
        sql = _LIST % ("ASC" if ask.upwards else "DESC")
        rows = await self._db.rows(sql, {"account": account_id, **ask.params()})
        found = [read(Conversation, row) for row in rows]
        return found[::-1] if ask.upwards else found

    async def by_id(self, account_id: int, conversation_id: int) -> Conversation | None:
        """One of a person's conversations."""
        row = await self._db.row(
            f"{_SELECT} WHERE id = :id AND account_id = :account",
            {"id": conversation_id, "account": account_id},
        )
        return read(Conversation, row) if row else None

    async def mark(self, conversation_id: int, *, unread: bool) -> None:
        """Whether there is something in a conversation that its owner has not read."""
        await self._db.run(
            "UPDATE conversations SET unread = :unread WHERE id = :id",
            {"id": conversation_id, "unread": unread},
        )

    async def remove(self, conversation_id: int) -> None:
        """Take a conversation off its owner's list; the posts stay, and another one brings it back."""
        await self._db.run("DELETE FROM conversations WHERE id = :id", {"id": conversation_id})

    async def post_ids(self, account_id: int, ask: Range) -> Sequence[int]:
        """Direct posts that a person wrote or got, the newest first."""
        way = "ASC" if ask.upwards else "DESC"
        rows = await self._db.rows(
            "SELECT post_id FROM conversation_posts WHERE account_id = :account AND post_id < :max_id "
            f"AND post_id > :min_id ORDER BY post_id {way} LIMIT :limit",
            {"account": account_id, **ask.params()},
        )
        found = [row["post_id"] for row in rows]
        return found[::-1] if ask.upwards else found
