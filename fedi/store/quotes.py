"""Who quotes whom, with whose consent; a quoted post's count follows the state."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from msgspec import Struct

from fedi.model.posts import Post
from fedi.model.quotes import ACCEPTED, Quote
from fedi.store.paging import Range
from fedi.store.rows import changed, columns, placeholders, read, write
from fedi.store.unit import Unit

_SELECT = f"SELECT {columns(Quote)} FROM quotes"
_INSERT = f"INSERT INTO quotes ({columns(Quote)}) VALUES ({placeholders(Quote)}) ON CONFLICT DO NOTHING"
_COUNT = "UPDATE posts SET quotes_count = quotes_count + :by WHERE id = :id AND quotes_count + :by >= 0"
_PAGE = """
SELECT post_id FROM quotes WHERE quoted_id = :post AND state = 'accepted' AND post_id < :max_id AND post_id > :min_id
ORDER BY post_id {way} LIMIT :limit
"""
_QUOTERS = """
SELECT q.account_id, q.post_id FROM quotes q JOIN users u ON u.id = q.account_id
WHERE q.quoted_id = :post AND q.state = 'accepted'
"""
_STAMP = """
INSERT INTO quote_stamps (id, quoted_id, account_id, quoting_uri, created_at)
VALUES (:id, :quoted, :account, :uri, :now) ON CONFLICT (quoting_uri, quoted_id) DO NOTHING
"""


class Stamp(Struct, frozen=True, kw_only=True):
    """That the author of a post here lets `quoting_uri`, a post of `account_id`, quote it."""

    id: int
    quoted_id: int
    account_id: int
    quoting_uri: str
    revoked_at: int | None = None
    created_at: int


class Quotes:
    """Tables `quotes` and `quote_stamps`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, quote: Quote) -> None:
        """Add the quote of a post that is there already."""
        if await self._db.run(_INSERT, write(quote)) and quote.state == ACCEPTED:
            await self._count(quote.quoted_id, 1)

    async def of_post(self, post_id: int) -> Quote | None:
        """What a post quotes."""
        return (await self.of_posts([post_id])).get(post_id)

    async def of_posts(self, post_ids: Collection[int]) -> dict[int, Quote]:
        """What posts quote, by their ids."""
        rows = await self._db.rows(f"{_SELECT} WHERE post_id = ANY(:ids)", {"ids": list(post_ids)})
        return {row["post_id"]: read(Quote, row) for row in rows}

    async def by_request(self, uri: str) -> Quote | None:
        """The quote that a QuoteRequest of ours asked for."""
        row = await self._db.row(f"{_SELECT} WHERE request_uri = :uri", {"uri": uri})
        return read(Quote, row) if row else None

    async def by_stamp(self, uri: str, quoted_account_id: int) -> list[Quote]:
        """The quotes that rest on a stamp of that account's."""
        rows = await self._db.rows(
            f"{_SELECT} WHERE stamp_uri = :uri AND quoted_account_id = :account",
            {"uri": uri, "account": quoted_account_id},
        )
        return [read(Quote, row) for row in rows]

    async def awaiting(self, quoted_uri: str) -> list[Quote]:
        """Quotes of a post that was not here."""
        rows = await self._db.rows(
            f"{_SELECT} WHERE quoted_uri = :uri AND quoted_id IS NULL LIMIT 100", {"uri": quoted_uri}
        )
        return [read(Quote, row) for row in rows]

    async def change(self, before: Quote, **values: Any) -> None:
        """Set columns of a quote; the quoted post's count follows."""
        await self._db.run(
            f"UPDATE quotes SET {changed(values)} WHERE post_id = :post", {**values, "post": before.post_id}
        )
        after = values.get("state", before.state)
        if (before.state == ACCEPTED) != (after == ACCEPTED):
            await self._count(values.get("quoted_id", before.quoted_id), 1 if after == ACCEPTED else -1)

    async def remove(self, quote: Quote) -> None:
        """An edit took the quote out."""
        await self._db.run("DELETE FROM quotes WHERE post_id = :post", {"post": quote.post_id})
        if quote.state == ACCEPTED:
            await self._count(quote.quoted_id, -1)

    async def page(self, post_id: int, ask: Range) -> list[int]:
        """Ids of the posts that quote a post, the newest first."""
        sql = _PAGE.format(way="ASC" if ask.upwards else "DESC")
        rows = await self._db.rows(sql, {**ask.params(), "post": post_id})
        return sorted((int(row[0]) for row in rows), reverse=True)

    async def quoters_here(self, post_id: int) -> list[tuple[int, int]]:
        """(account id, post id) of the people here who quote a post."""
        return [(row[0], row[1]) for row in await self._db.rows(_QUOTERS, {"post": post_id})]

    async def stamp(self, quoted: Post, account_id: int, quoting_uri: str) -> Stamp | None:
        """The consent to a quote of a post here, given now unless it was before; None: it was taken back."""
        params = {"quoted": quoted.id, "account": account_id, "uri": quoting_uri}
        await self._db.run(_STAMP, {**params, "id": self._tx.new_id(), "now": self._tx.now})
        found = await self.stamped(quoted.id, quoting_uri)
        return found if found is not None and found.account_id == account_id else None

    async def stamped(self, quoted_id: int, quoting_uri: str) -> Stamp | None:
        """The consent that was given and not taken back."""
        row = await self._db.row(
            f"SELECT {columns(Stamp)} FROM quote_stamps "
            "WHERE quoting_uri = :uri AND quoted_id = :quoted AND revoked_at IS NULL",
            {"uri": quoting_uri, "quoted": quoted_id},
        )
        return read(Stamp, row) if row else None

    async def stamp_by_id(self, stamp_id: int) -> Stamp | None:
        """The consent with this id, taken back or not."""
        row = await self._db.row(
            f"SELECT {columns(Stamp)} FROM quote_stamps WHERE id = :id", {"id": stamp_id}
        )
        return read(Stamp, row) if row else None

    async def revoke(self, stamp_id: int) -> None:
        """Take a consent back."""
        await self._db.run(
            "UPDATE quote_stamps SET revoked_at = :now WHERE id = :id", {"now": self._tx.now, "id": stamp_id}
        )

    async def _count(self, post_id: int | None, by: int) -> None:
        if post_id is not None:
            await self._db.run(_COUNT, {"id": post_id, "by": by})
