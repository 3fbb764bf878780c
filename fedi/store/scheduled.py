"""Posts that wait for their time."""

from __future__ import annotations

from msgspec import Struct

from fedi.model.posts import Attachment
from fedi.store.paging import Range
from fedi.store.rows import columns, placeholders, read, write
from fedi.store.unit import Unit


class Scheduled(Struct, frozen=True, kw_only=True):
    """A post for later; `params` is how it was asked for, as JSON. Times in ms since 1970."""

    id: int
    account_id: int
    scheduled_at: int
    params: str
    attachments: tuple[Attachment, ...] = ()
    idempotency_key: str | None = None
    created_at: int


_SELECT = f"SELECT {columns(Scheduled)} FROM scheduled_posts"
_PAGE = f"""
{_SELECT} WHERE account_id = :account AND id < :max_id AND id > :min_id ORDER BY id {{way}} LIMIT :limit
"""
_COUNT = """
SELECT COUNT(*) FROM scheduled_posts
WHERE account_id = :account AND scheduled_at >= :since AND scheduled_at < :until AND id <> :but
"""


class ScheduledPosts:
    """Table `scheduled_posts`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, post: Scheduled) -> bool:
        """Keep a post for later; False if this Idempotency-Key did so before."""
        sql = (
            f"INSERT INTO scheduled_posts ({columns(Scheduled)}) VALUES ({placeholders(Scheduled)}) "
            "ON CONFLICT DO NOTHING"
        )
        return await self._db.run(sql, write(post)) == 1

    async def by_id(self, scheduled_id: int, account_id: int | None = None) -> Scheduled | None:
        """The post with this id; with `account_id`, only if it is theirs."""
        row = await self._db.row(f"{_SELECT} WHERE id = :id", {"id": scheduled_id})
        found = read(Scheduled, row) if row else None
        return found if found is not None and account_id in (None, found.account_id) else None

    async def by_key(self, account_id: int, key: str) -> Scheduled | None:
        """What an Idempotency-Key has scheduled."""
        row = await self._db.row(
            f"{_SELECT} WHERE account_id = :account AND idempotency_key = :key",
            {"account": account_id, "key": key},
        )
        return read(Scheduled, row) if row else None

    async def page(self, account_id: int, ask: Range) -> list[Scheduled]:
        """A person's posts for later, those asked for last first."""
        rows = await self._db.rows(
            _PAGE.format(way="ASC" if ask.upwards else "DESC"), {**ask.params(), "account": account_id}
        )
        found = [read(Scheduled, row) for row in rows]
        return found[::-1] if ask.upwards else found

    async def count(self, account_id: int, since: int, until: int, but: int = 0) -> int:
        """How many a person has for a span of time, one of them not counted."""
        params = {"account": account_id, "since": since, "until": until, "but": but}
        return int(await self._db.value(_COUNT, params))

    async def move(self, scheduled_id: int, at: int) -> None:
        """Give it another time."""
        await self._db.run(
            "UPDATE scheduled_posts SET scheduled_at = :at WHERE id = :id", {"at": at, "id": scheduled_id}
        )

    async def take(self, scheduled_id: int) -> bool:
        """Take it off the list; whether it was there: whoever took it is who publishes it."""
        return await self._db.run("DELETE FROM scheduled_posts WHERE id = :id", {"id": scheduled_id}) == 1
