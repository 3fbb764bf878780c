"""What admins announce to everybody here, who has read it, and what they think of it."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from fedi.model.people import CustomEmoji
from fedi.model.posts import MentionedAccount
from fedi.store.events import Facts, tell
from fedi.store.rows import columns, placeholders, read, write
from fedi.store.unit import Unit


class Announcement(Struct, frozen=True, kw_only=True):
    """An announcement; `published_at` None is a draft, later than now one that waits. Times in ms since 1970."""

    id: int
    domain_id: int
    text: str
    content: str
    emojis: tuple[CustomEmoji, ...] = ()
    mentions: tuple[MentionedAccount, ...] = ()
    tags: tuple[str, ...] = ()
    all_day: bool = False
    starts_at: int | None = None
    ends_at: int | None = None
    published_at: int | None = None
    updated_at: int
    created_at: int


class ReactionCount(Struct, frozen=True):
    """How many reacted so, and whether the viewer did."""

    name: str
    count: int
    me: bool


_PUBLISHED = f"""
SELECT {columns(Announcement, "n.")} FROM announcements n
WHERE n.domain_id = :domain AND n.published_at <= :now AND (n.ends_at IS NULL OR n.ends_at > :now)
ORDER BY COALESCE(n.starts_at, n.published_at), n.id
"""
_REACTIONS = """
SELECT announcement_id, name, COUNT(*) AS count, MIN(created_at) AS first,
  MAX(CASE WHEN account_id = :viewer THEN 1 ELSE 0 END) AS me
FROM announcement_reactions WHERE announcement_id = ANY(:ids) GROUP BY announcement_id, name ORDER BY first, name
"""


class Announcements:
    """Tables `announcements`, `announcement_dismissals` and `announcement_reactions`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def published(self, domain_id: int) -> list[Announcement]:
        """What is announced now."""
        rows = await self._db.rows(_PUBLISHED, {"domain": domain_id, "now": self._tx.now})
        return [read(Announcement, row) for row in rows]

    async def all(self, domain_id: int) -> list[Announcement]:
        """Everything, drafts and what is over too, the latest first."""
        rows = await self._db.rows(
            f"SELECT {columns(Announcement)} FROM announcements WHERE domain_id = :domain ORDER BY id DESC",
            {"domain": domain_id},
        )
        return [read(Announcement, row) for row in rows]

    async def by_id(self, announcement_id: int) -> Announcement | None:
        """The announcement with this id."""
        row = await self._db.row(
            f"SELECT {columns(Announcement)} FROM announcements WHERE id = :id", {"id": announcement_id}
        )
        return read(Announcement, row) if row else None

    async def add(self, announcement: Announcement) -> None:
        """Add an announcement."""
        await self._db.run(
            f"INSERT INTO announcements ({columns(Announcement)}) VALUES ({placeholders(Announcement)})",
            write(announcement),
        )
        if announcement.published_at is not None and announcement.published_at <= self._tx.now:
            tell(self._tx, "announcement", announcement.id)

    async def remove(self, announcement_id: int) -> bool:
        """Take an announcement back; whether there was one."""
        gone = await self._db.run("DELETE FROM announcements WHERE id = :id", {"id": announcement_id})
        if gone:
            tell(self._tx, "announcement.delete", announcement_id)
        return gone == 1

    async def dismissed(self, account_id: int, ids: Collection[int]) -> set[int]:
        """Which of `ids` somebody has read."""
        rows = await self._db.rows(
            "SELECT announcement_id FROM announcement_dismissals "
            "WHERE account_id = :account AND announcement_id = ANY(:ids)",
            {"account": account_id, "ids": list(ids)},
        )
        return {row[0] for row in rows}

    async def dismiss(self, account_id: int, announcement_id: int) -> None:
        """Somebody has read it."""
        await self._db.run(
            "INSERT INTO announcement_dismissals (announcement_id, account_id) VALUES (:id, :account) "
            "ON CONFLICT DO NOTHING",
            {"id": announcement_id, "account": account_id},
        )

    async def reactions(self, viewer_id: int, ids: Collection[int]) -> dict[int, list[ReactionCount]]:
        """What people think, by announcement, the first reaction first."""
        rows = await self._db.rows(_REACTIONS, {"viewer": viewer_id, "ids": list(ids)})
        found: dict[int, list[ReactionCount]] = {}
        for row in rows:
            one = ReactionCount(row["name"], row["count"], bool(row["me"]))
            found.setdefault(row["announcement_id"], []).append(one)
        return found

    async def react(self, account_id: int, announcement_id: int, name: str) -> None:
        """Somebody reacts; a second time changes nothing."""
        await self._db.run(
            "INSERT INTO announcement_reactions (announcement_id, account_id, name, created_at) "
            "VALUES (:id, :account, :name, :now) ON CONFLICT DO NOTHING",
            {"id": announcement_id, "account": account_id, "name": name, "now": self._tx.now},
        )
        self._reacted(announcement_id, name)

    async def unreact(self, account_id: int, announcement_id: int, name: str) -> bool:
        """Somebody takes a reaction back; whether there was one."""
        gone = await self._db.run(
            "DELETE FROM announcement_reactions "
            "WHERE announcement_id = :id AND account_id = :account AND name = :name",
            {"id": announcement_id, "account": account_id, "name": name},
        )
        if gone:
            self._reacted(announcement_id, name)
        return gone == 1

    def _reacted(self, announcement_id: int, name: str) -> None:
        tell(self._tx, "announcement.reaction", announcement_id, payload=Facts(name=name))
