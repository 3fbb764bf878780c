"""Filters, with what they look for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import msgspec

from fedi.model.filtering import Filter, FilteredPost, Keyword, Sieve
from fedi.store.database import Row
from fedi.store.events import tell
from fedi.store.rows import to_json
from fedi.store.unit import Unit

_FILTERS = """
SELECT f.id, f.account_id, f.title, f.context, f.action, f.expires_at, f.created_at FROM filters f
WHERE f.account_id = :owner ORDER BY f.id
"""
_KEYWORDS = """
SELECT k.filter_id, k.id, k.keyword, k.whole_word FROM filter_keywords k JOIN filters f ON f.id = k.filter_id
WHERE f.account_id = :owner ORDER BY k.id
"""
_POSTS = """
SELECT s.filter_id, s.id, s.post_id FROM filter_statuses s JOIN filters f ON f.id = s.filter_id
WHERE f.account_id = :owner ORDER BY s.id
"""
# A new number for every change, in every process; 0 when nothing is left to look for.
_CHANGED = """
UPDATE users SET filters_version = CASE WHEN EXISTS (SELECT 1 FROM filters WHERE account_id = :owner)
THEN CAST(:version AS BIGINT) ELSE 0 END WHERE id = :owner
"""
_contexts = msgspec.json.Decoder(tuple[str, ...])
_SIEVES_MAX = 1024
_sieves: OrderedDict[int, tuple[int, Sieve]] = OrderedDict()


class Filters:
    """Tables `filters`, `filter_keywords` and `filter_statuses`. After a change, call `changed`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def of(self, owner_id: int) -> list[Filter]:
        """A person's filters with all they look for, in the order in which they were made."""
        me = {"owner": owner_id}
        filters, keywords, posts = await self._db.each([(_FILTERS, me), (_KEYWORDS, me), (_POSTS, me)])
        return _together(filters, keywords, posts)

    async def sieve(self, owner_id: int, version: int) -> Sieve:
        """A person's filters ready to use; `version` is what their row says."""
        known = _sieves.get(owner_id)
        if known is None or known[0] != version:
            known = (version, Sieve(await self.of(owner_id)))
            _sieves[owner_id] = known
        _sieves.move_to_end(owner_id)
        while len(_sieves) > _SIEVES_MAX:
            _sieves.popitem(last=False)
        return known[1]

    async def changed(self, owner_id: int) -> None:
        """A person's filters have changed: from now on every process reads them anew."""
        await self._db.run(_CHANGED, {"owner": owner_id, "version": self._tx.new_id()})
        tell(self._tx, "filters_changed", owner_id, account_id=owner_id)

    async def put(self, made: Filter) -> None:
        """Add a filter, or change one; not what it looks for."""
        await self._db.run(
            "INSERT INTO filters (id, account_id, title, context, action, expires_at, created_at) "
            "VALUES (:id, :account_id, :title, :context, :action, :expires_at, :created_at) "
            "ON CONFLICT (id) DO UPDATE SET title = excluded.title, context = excluded.context, "
            "action = excluded.action, expires_at = excluded.expires_at",
            {
                "id": made.id,
                "account_id": made.account_id,
                "title": made.title,
                "context": to_json(made.context),
                "action": made.action,
                "expires_at": made.expires_at,
                "created_at": made.created_at,
            },
        )

    async def remove(self, filter_id: int) -> None:
        """Delete a filter."""
        await self._db.run("DELETE FROM filters WHERE id = :id", {"id": filter_id})

    async def put_keywords(self, filter_id: int, keywords: Sequence[Keyword]) -> None:
        """Add keywords to a filter, or change those that it has."""
        await self._db.run_many(
            "INSERT INTO filter_keywords (id, filter_id, keyword, whole_word) "
            "VALUES (:id, :filter, :keyword, :whole) "
            "ON CONFLICT (id) DO UPDATE SET keyword = excluded.keyword, whole_word = excluded.whole_word",
            [
                {"id": one.id, "filter": filter_id, "keyword": one.keyword, "whole": one.whole_word}
                for one in keywords
            ],
        )

    async def remove_keywords(self, filter_id: int, ids: Sequence[int]) -> None:
        """Take keywords out of a filter."""
        await self._db.run(
            "DELETE FROM filter_keywords WHERE filter_id = :filter AND id = ANY(:ids)",
            {"filter": filter_id, "ids": list(ids)},
        )

    async def add_post(self, filter_id: int, post_id: int) -> FilteredPost | None:
        """Have a filter name a post; None if it does."""
        made = FilteredPost(self._tx.new_id(), post_id)
        added = await self._db.run(
            "INSERT INTO filter_statuses (id, filter_id, post_id) VALUES (:id, :filter, :post) "
            "ON CONFLICT (filter_id, post_id) DO NOTHING",
            {"id": made.id, "filter": filter_id, "post": post_id},
        )
        return made if added else None

    async def remove_post(self, entry_id: int) -> None:
        """A filter no longer names a post."""
        await self._db.run("DELETE FROM filter_statuses WHERE id = :id", {"id": entry_id})


def _together(filters: Sequence[Row], keywords: Sequence[Row], posts: Sequence[Row]) -> list[Filter]:
    words: dict[int, list[Keyword]] = {}
    for row in keywords:
        words.setdefault(row[0], []).append(Keyword(row[1], row[2], bool(row[3])))
    named: dict[int, list[FilteredPost]] = {}
    for row in posts:
        named.setdefault(row[0], []).append(FilteredPost(row[1], row[2]))
    return [
        Filter(
            id=row[0],
            account_id=row[1],
            title=row[2],
            context=_contexts.decode(row[3]),
            action=row[4],
            expires_at=row[5],
            created_at=row[6],
            keywords=tuple(words.get(row[0], ())),
            posts=tuple(named.get(row[0], ())),
        )
        for row in filters
    ]
