"""Searching: ids of the posts and people that fit. What the viewer may not see is never among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from fedi.model.words import AUDIO, IMAGE, LINK, MEDIA, VIDEO
from fedi.store.paging import LAST
from fedi.store.unit import Unit
from fedi.store.visibility import shown

Phrase = Sequence[str]
"""Words (of `model.words`) that follow one another."""

# Whatever is asked, at most so many of the latest posts are looked at one by one.
_LOOKED_AT = 20_000
_MATCHING = """
i.post_id IN (
  /*sqlite SELECT rowid FROM post_words WHERE post_words MATCH :match ORDER BY rowid DESC LIMIT :most */
  /*postgresql SELECT m.post_id FROM post_index m WHERE m.words @@ CAST(CAST(:query AS TEXT) AS TSQUERY)
  ORDER BY m.post_id DESC LIMIT :most */)
"""
_WITHOUT = """
NOT (/*sqlite i.post_id IN (SELECT rowid FROM post_words WHERE post_words MATCH :without) */
  /*postgresql i.words @@ CAST(CAST(:without_query AS TEXT) AS TSQUERY) */)
"""
_LATEST = "i.post_id IN (SELECT l.post_id FROM post_index l ORDER BY l.post_id DESC LIMIT :most)"
# What somebody wrote, was told, or kept.
_LIBRARY = """(p.account_id = :viewer
  OR EXISTS (SELECT 1 FROM mentions x WHERE x.post_id = p.id AND x.account_id = :viewer)
  OR EXISTS (SELECT 1 FROM favourites x WHERE x.post_id = p.id AND x.account_id = :viewer)
  OR EXISTS (SELECT 1 FROM bookmarks x WHERE x.post_id = p.id AND x.account_id = :viewer)
  OR EXISTS (SELECT 1 FROM posts x WHERE x.boost_of_id = p.id AND x.account_id = :viewer))"""
# What its author lets everybody find.
_PUBLIC = """(p.visibility = 'public' AND EXISTS (
  SELECT 1 FROM accounts x WHERE x.id = p.account_id AND x.indexable AND x.silenced_at IS NULL))"""
_SCOPES = {"library": _LIBRARY, "public": _PUBLIC, "all": f"({_LIBRARY} OR {_PUBLIC})"}
_TRAITS = {
    "media": f"(i.traits & {MEDIA}) <> 0",
    "image": f"(i.traits & {IMAGE}) <> 0",
    "video": f"(i.traits & {VIDEO}) <> 0",
    "audio": f"(i.traits & {AUDIO}) <> 0",
    "link": f"((i.traits & {LINK}) <> 0 OR p.card_id IS NOT NULL)",
    "embed": "EXISTS (SELECT 1 FROM cards c WHERE c.id = p.card_id AND c.type IN ('photo', 'video', 'rich'))",
    "poll": "p.poll_id IS NOT NULL",
    "quote": "p.is_quote",
    "reply": "p.in_reply_to_uri IS NOT NULL",
    "sensitive": "p.sensitive",
}
TRAITS = frozenset(_TRAITS)
"""What a post may be asked to have, or to be."""
_POSTS = """
SELECT p.id FROM post_index i JOIN posts p ON p.id = i.post_id
WHERE i.post_id < :max_id AND i.post_id > :min_id AND {conditions}
ORDER BY i.post_id {way} LIMIT :limit OFFSET :offset
"""

_CALLED = """
/*sqlite SELECT rowid FROM account_words WHERE account_words MATCH :match */
/*postgresql SELECT account_id FROM account_index WHERE words @@ CAST(CAST(:query AS TEXT) AS TSQUERY) */
"""
_FOLLOWED = "SELECT followee_id FROM follows WHERE follower_id = :viewer AND state = 'following'"
_ACCOUNTS = f"""
SELECT a.id FROM accounts a
WHERE (a.id IN (SELECT c.id FROM ({{candidates}}) c) OR a.handle = :handle)
AND a.suspended_at IS NULL AND a.deleted_at IS NULL AND a.type <> 'Application' AND a.moved_to_uri IS NULL
AND (NOT :following OR a.id IN ({_FOLLOWED}))
ORDER BY CASE WHEN a.handle = :handle THEN 0 WHEN LOWER(a.username) = :name THEN 1 ELSE 2 END,
  CASE WHEN a.id IN ({_FOLLOWED}) THEN 0 ELSE 1 END, a.followers_count DESC, a.id
LIMIT :limit OFFSET :offset
"""
# Everybody who is followed and called so, and others as far as they can be sorted at once.
_CANDIDATES = f"""
SELECT followee_id AS id FROM follows
WHERE follower_id = :viewer AND state = 'following' AND followee_id IN ({_CALLED})
UNION
SELECT o.id AS id FROM (
  /*sqlite SELECT rowid AS id FROM account_words WHERE account_words MATCH :match ORDER BY rowid LIMIT :most */
  /*postgresql SELECT account_id AS id FROM account_index
  WHERE words @@ CAST(CAST(:query AS TEXT) AS TSQUERY) LIMIT :most */
) o
"""
_SORTED = 5_000


class PostQuery(Struct, frozen=True, kw_only=True):
    """Which posts: with all `wanted` and no `unwanted` phrases; `traits` (of `TRAITS`) with whether they are wanted.

    Times in ms since 1970; `authors` None is anybody; `scope` is library, public or all.
    """

    wanted: tuple[Phrase, ...] = ()
    unwanted: tuple[Phrase, ...] = ()
    traits: tuple[tuple[str, bool], ...] = ()
    authors: frozenset[int] | None = None
    not_authors: frozenset[int] = frozenset()
    language: str | None = None
    not_language: str | None = None
    since: int | None = None
    until: int | None = None
    scope: str = "all"


class Window(Struct, frozen=True):
    """Which part of what was found: ids between two others, after the first `offset`; as `paging.Range`."""

    limit: int = 20
    offset: int = 0
    max_id: int | None = None
    min_id: int | None = None


class Search:
    """Reads `post_index` and `account_index`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def posts(self, viewer_id: int, query: PostQuery, window: Window) -> list[int]:
        """Ids of posts that a member may find, the latest first."""
        conditions, params = [_SCOPES[query.scope], shown("p")], _window(query, window)
        params |= {"viewer": viewer_id, "most": _LOOKED_AT}
        if query.wanted:
            conditions.append(_MATCHING)
            params |= {"match": _for_sqlite(query.wanted), "query": _for_postgresql(query.wanted)}
        elif query.authors is None:
            conditions.append(_LATEST)
        if query.unwanted:
            conditions.append(_WITHOUT)
            params |= {
                "without": _for_sqlite(query.unwanted, " OR "),
                "without_query": _for_postgresql(query.unwanted, " | "),
            }
        if query.authors is not None:
            conditions.append("p.account_id = ANY(:authors)")
            params["authors"] = list(query.authors)
        if query.not_authors:
            conditions.append("NOT (p.account_id = ANY(:not_authors))")
            params["not_authors"] = list(query.not_authors)
        if query.language is not None:
            conditions.append("p.language = :language")
            params["language"] = query.language
        if query.not_language is not None:
            conditions.append("(p.language IS NULL OR p.language <> :not_language)")
            params["not_language"] = query.not_language
        conditions += [
            f"{'' if yes else 'NOT '}({_TRAITS[name]})" for name, yes in dict(query.traits).items()
        ]
        upwards = window.min_id is not None
        sql = _POSTS.format(conditions=" AND ".join(conditions), way="ASC" if upwards else "DESC")
        return sorted((row[0] for row in await self._db.rows(sql, params)), reverse=True)

    async def accounts(
        self,
        viewer_id: int | None,
        words: Phrase,
        handle: str,
        *,
        following: bool = False,
        limit: int = 20,
        offset: int = 0,
    ) -> list[int]:
        """Ids of people whose names and handles have a word that begins so, for each of `words`.

        The one with that very handle comes first, then those of the same username, whom the viewer follows, and
        the rest by followers.
        """
        params = {
            "viewer": viewer_id or 0,
            "match": " AND ".join(f'"{word}"*' for word in words),
            "query": " & ".join(f"'{word}':*" for word in words),
            "handle": handle,
            "name": handle.partition("@")[0],
            "following": following,
            "most": _SORTED,
            "limit": limit,
            "offset": offset,
        }
        candidates = _CANDIDATES if words else "SELECT 0 AS id"
        rows = await self._db.rows(_ACCOUNTS.replace("{candidates}", candidates), params)
        return [row[0] for row in rows]


def _window(query: PostQuery, window: Window) -> dict[str, Any]:
    upper = min(LAST if window.max_id is None else window.max_id, _first_at(query.until, LAST))
    lower = max(window.min_id or 0, _first_at(query.since, 1) - 1)
    return {"max_id": upper, "min_id": lower, "limit": window.limit, "offset": window.offset}


def _first_at(at: int | None, otherwise: int) -> int:
    return otherwise if at is None else min(max(at, 0) << 16, LAST)


def _for_sqlite(phrases: Sequence[Phrase], between: str = " AND ") -> str:
    # Words are letters and digits: nothing in them means anything to FTS5 or to PostgreSQL.
    return between.join('"' + " ".join(phrase) + '"' for phrase in phrases)


def _for_postgresql(phrases: Sequence[Phrase], between: str = " & ") -> str:
    return between.join("(" + " <-> ".join(f"'{word}'" for word in phrase) + ")" for phrase in phrases)
