"""The words that posts and people are found by, and what is still to be indexed. See 0008_search.sql."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec
from msgspec import Struct

from fedi.model.posts import Attachment
from fedi.store.unit import Unit

_TAKE = """
DELETE FROM search_queue WHERE entry IN (
  SELECT entry FROM search_queue ORDER BY entry LIMIT :limit /*postgresql FOR UPDATE SKIP LOCKED */
) RETURNING kind, about
"""
_AUTHOR_POSTS = """
INSERT INTO search_queue (kind, about)
SELECT 'post', id FROM posts
WHERE account_id = :account AND visibility = 'public' AND boost_of_id IS NULL ORDER BY id DESC LIMIT :limit
"""
_AUTHOR_MAX = 10_000
_POSTS = """
SELECT p.id, p.title, p.summary, p.content, p.attachments, q.options FROM posts p
LEFT JOIN polls q ON q.id = p.poll_id WHERE p.id = ANY(:ids) AND p.boost_of_id IS NULL
ORDER BY p.id /*postgresql FOR KEY SHARE OF p */
"""
_NAMES = """
SELECT id, username, domain, name FROM accounts WHERE id = ANY(:ids) ORDER BY id /*postgresql FOR KEY SHARE */
"""
_PUT_POST = """
INSERT INTO post_index (post_id, traits, words)
SELECT p.id, CAST(:traits AS INTEGER), /*sqlite :words */ /*postgresql CAST(CAST(:vector AS TEXT) AS TSVECTOR) */
FROM posts p WHERE p.id = :id
ON CONFLICT (post_id) DO UPDATE SET traits = excluded.traits, words = excluded.words
"""
_PUT_ACCOUNT = """
INSERT INTO account_index (account_id, words)
SELECT a.id, /*sqlite :words */ /*postgresql CAST(CAST(:vector AS TEXT) AS TSVECTOR) */
FROM accounts a WHERE a.id = :id
ON CONFLICT (account_id) DO UPDATE SET words = excluded.words
"""
_PLACES = 200  # PostgreSQL keeps no more than 255 places of one word
_LAST_PLACE = 16_383
_attachments = msgspec.json.Decoder(tuple[Attachment, ...])
_titles = msgspec.json.Decoder(tuple[str, ...])


class Waiting(Struct, frozen=True):
    """What waits to be indexed: ids by kind."""

    posts: frozenset[int] = frozenset()
    accounts: frozenset[int] = frozenset()
    authors: frozenset[int] = frozenset()


class Text(Struct, frozen=True):
    """What a post says."""

    id: int
    title: str | None
    summary: str
    content: str
    attachments: tuple[Attachment, ...]
    options: tuple[str, ...]


class Words(Struct, frozen=True):
    """What something is found by."""

    id: int
    words: list[str]
    traits: int = 0


class SearchIndex:
    """Tables `search_queue`, `post_index` and `account_index`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def take(self, limit: int) -> Waiting | None:
        """The next that wait, taken off the queue; it is theirs to index in this transaction. None: nothing waits."""
        rows = await self._db.rows(_TAKE, {"limit": limit})
        if not rows:
            return None
        found: dict[str, set[int]] = {"post": set(), "account": set(), "author": set()}
        for row in rows:
            found[row["kind"]].add(row["about"])
        return Waiting(frozenset(found["post"]), frozenset(found["account"]), frozenset(found["author"]))

    async def waits(self) -> bool:
        """Whether anything waits."""
        return bool(await self._db.value("SELECT EXISTS (SELECT 1 FROM search_queue)"))

    async def all_of(self, account_id: int) -> None:
        """Have the public posts of an author indexed, the latest ten thousand."""
        await self._db.run(_AUTHOR_POSTS, {"account": account_id, "limit": _AUTHOR_MAX})

    async def texts(self, post_ids: Collection[int]) -> list[Text]:
        """What posts say, boosts left out. None of them is deleted before this transaction ends."""
        rows = await self._db.rows(_POSTS, {"ids": list(post_ids)})
        return [
            Text(
                row["id"],
                row["title"],
                row["summary"],
                row["content"],
                _attachments.decode(row["attachments"]),
                _titles.decode(row["options"]) if row["options"] else (),
            )
            for row in rows
        ]

    async def names(self, account_ids: Collection[int]) -> list[tuple[int, str]]:
        """What people are called: id, and name with handle. None is deleted before this transaction ends."""
        rows = await self._db.rows(_NAMES, {"ids": list(account_ids)})
        return [(row["id"], f"{row['username']} {row['name']} {row['domain']}") for row in rows]

    async def put_posts(self, found: Iterable[Words]) -> None:
        """Have posts found by these words from now on."""
        # In one order, so that two processes do not wait for each other.
        await self._db.run_many(_PUT_POST, [_values(one) for one in sorted(found, key=_id)])

    async def put_accounts(self, found: Iterable[Words]) -> None:
        """Have accounts found by these words from now on."""
        await self._db.run_many(_PUT_ACCOUNT, [_values(one) for one in sorted(found, key=_id)])


def _id(found: Words) -> int:
    return found.id


def _values(found: Words) -> dict[str, object]:
    return {
        "id": found.id,
        "traits": found.traits,
        "words": " ".join(found.words),
        "vector": _vector(found.words),
    }


def _vector(words: Sequence[str]) -> str:
    """The words as PostgreSQL writes a tsvector. They are letters and digits alone: nothing in them needs quoting."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words, 1):
        known = places.setdefault(word, [])
        if len(known) < _PLACES:
            known.append(min(place, _LAST_PLACE))
    return " ".join(f"'{word}':{','.join(map(str, known))}" for word, known in places.items())
