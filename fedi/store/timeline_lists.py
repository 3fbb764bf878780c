"""Timelines as they are read: which posts are on a page, then those posts and what they boost. Two statements.

The first also tells what the viewer did with each, the second who wrote it: a page is complete, whatever is on it.
Every list asks the rule of `visibility` for the viewer (0: nobody), so what somebody may not see is never fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from fedi.model.filtering import Matches
from fedi.model.people import Account
from fedi.model.posts import Post
from fedi.store.database import Connection, Row
from fedi.store.filters import Filters
from fedi.store.page_parts import Parts, parts_of
from fedi.store.paging import PostPage, Range
from fedi.store.recall import account_of, post_of
from fedi.store.rows import columns
from fedi.store.unit import Unit
from fedi.store.viewing import Flags
from fedi.store.visibility import boost_shown, shown, visible
from fedi.store.wanting import NOT_EXCLUSIVE, SPOKEN

_POST_COLUMNS = len(Post.__struct_fields__)
_LOAD = f"""
SELECT {columns(Post, "p.")}, {columns(Account, "a.")} FROM posts p JOIN accounts a ON a.id = p.account_id
WHERE p.id = ANY(:ids)
"""
# What the viewer did with each post of a page, or with what it boosts; last, whether they muted any conversation,
# and filter anything.
_FLAGGED = """
SELECT q.id, q.boost_of_id,
  EXISTS (SELECT 1 FROM favourites x WHERE x.post_id = COALESCE(q.boost_of_id, q.id) AND x.account_id = :viewer),
  EXISTS (SELECT 1 FROM posts x WHERE x.boost_of_id = COALESCE(q.boost_of_id, q.id) AND x.account_id = :viewer),
  EXISTS (SELECT 1 FROM featured x WHERE x.account_id = :viewer AND x.post_id = COALESCE(q.boost_of_id, q.id)),
  EXISTS (SELECT 1 FROM bookmarks x WHERE x.post_id = COALESCE(q.boost_of_id, q.id) AND x.account_id = :viewer),
  EXISTS (SELECT 1 FROM thread_mutes x WHERE x.account_id = :viewer),
  (SELECT x.filters_version FROM users x WHERE x.id = :viewer)
FROM ({page}) q
"""
_PUSHED = f"""
SELECT e.post_id AS id, p.boost_of_id AS boost_of_id FROM home_entries e JOIN posts p ON p.id = e.post_id
WHERE e.account_id = :viewer AND e.post_id < :max_id AND e.post_id > :min_id AND {shown("p")} AND {boost_shown("p")}
ORDER BY e.post_id {{way}} LIMIT :limit
"""
_NEWEST_OF_AUTHOR = """
SELECT x.id FROM posts x WHERE x.account_id = a.id AND x.id < :max_id AND x.id > :min_id
AND x.visibility <> 'direct' ORDER BY x.id {way} LIMIT :limit
"""
# Authors with very many followers: nothing was pushed, a few posts of each are looked up instead.
_PULLED = f"""
SELECT p.id AS id, p.boost_of_id AS boost_of_id FROM accounts a CROSS JOIN follows f
/*postgresql CROSS JOIN LATERAL ({_NEWEST_OF_AUTHOR}) newest JOIN posts p ON p.id = newest.id */
/*sqlite JOIN posts p ON p.id IN ({_NEWEST_OF_AUTHOR}) */
WHERE a.pulled AND f.followee_id = a.id AND f.follower_id = :viewer AND f.state = 'following'
AND (p.boost_of_id IS NULL OR f.show_reblogs) AND {SPOKEN} AND {NOT_EXCLUSIVE}
AND ((p.in_reply_to_account_id IS NULL AND p.in_reply_to_uri IS NULL)
  OR p.in_reply_to_account_id IN (p.account_id, f.follower_id)
  OR EXISTS (SELECT 1 FROM follows rf WHERE rf.follower_id = :viewer
    AND rf.followee_id = p.in_reply_to_account_id AND rf.state = 'following'))
AND {shown("p")} AND {boost_shown("p")}
ORDER BY p.id {{way}} LIMIT :limit
"""
_HOME = f"""
SELECT id, boost_of_id FROM ({_PUSHED}) pushed
UNION
SELECT id, boost_of_id FROM ({_PULLED}) pulled
ORDER BY id {{way}} LIMIT :limit
"""
_FILED = """
SELECT p.id AS id, p.boost_of_id AS boost_of_id FROM post_tags t JOIN posts p ON p.id = t.post_id
WHERE t.tag = :tag AND t.post_id < :max_id AND t.post_id > :min_id AND {conditions}
ORDER BY t.post_id {way} LIMIT :limit
"""
_FILED_ANY = """
SELECT p.id AS id, p.boost_of_id AS boost_of_id FROM posts p
WHERE p.id IN (SELECT post_id FROM post_tags WHERE tag = ANY(:any)) AND p.id < :max_id AND p.id > :min_id
AND {conditions} ORDER BY p.id {way} LIMIT :limit
"""
_POSTS = """
SELECT p.id AS id, p.boost_of_id AS boost_of_id FROM posts p WHERE p.id < :max_id AND p.id > :min_id AND {conditions}
ORDER BY p.id {way} LIMIT :limit
"""
_NO_ANSWERS = (
    "(p.in_reply_to_uri IS NULL AND p.in_reply_to_id IS NULL OR p.in_reply_to_account_id = p.account_id)"
)
_WITH_MEDIA = "p.attachments <> '[]'"
_LISTED = """NOT EXISTS (
  SELECT 1 FROM accounts la WHERE la.id = p.account_id AND la.silenced_at IS NOT NULL)"""

_FOUND = "EXISTS (SELECT 1 FROM accounts da WHERE da.id = p.account_id AND da.discoverable)"


class Source(Struct, frozen=True):
    """Which posts of a public timeline: from here, from elsewhere, with media."""

    local: bool = False
    remote: bool = False
    only_media: bool = False

    def conditions(self) -> list[str]:
        """The conditions for it, on `posts p`."""
        found = ["p.visibility = 'public'", "p.boost_of_id IS NULL"]
        if self.local or self.remote:
            found.append("p.local" if self.local else "NOT p.local")
        if self.only_media:
            found.append(_WITH_MEDIA)
        return found


class TagQuery(Struct, frozen=True):
    """Hashtags in lower case: `tag` or one of `either`, with `every` one and `no` one of these."""

    tag: str
    either: tuple[str, ...] = ()
    every: tuple[str, ...] = ()
    no: tuple[str, ...] = ()


class AccountPosts(Struct, frozen=True):
    """Which posts of an account."""

    exclude_replies: bool = False
    exclude_reblogs: bool = False
    only_media: bool = False
    tagged: str | None = None


class TimelineLists:
    """Reading from `posts` and `home_entries`."""

    _tx: Unit
    _db: Connection

    async def home(self, account_id: int, ask: Range) -> PostPage:
        """A person's home: what was pushed, and posts of the authors whom it pulls."""
        return await self._page(_HOME, (), ask, {"viewer": account_id}, once=True)

    async def public(self, viewer_id: int | None, source: Source, ask: Range) -> PostPage:
        """Posts for everyone, of everyone known here; no boosts, and no answers to others."""
        conditions = [*source.conditions(), _NO_ANSWERS, _LISTED, shown("p")]
        return await self._page(_POSTS, conditions, ask, {"viewer": viewer_id or 0})

    async def tagged(self, viewer_id: int | None, tags: TagQuery, source: Source, ask: Range) -> PostPage:
        """Posts for everyone with a hashtag."""
        conditions, params = [*source.conditions(), _LISTED, shown("p")], {"viewer": viewer_id or 0}
        lists: dict[str, Any] = {}
        if tags.every:
            lists |= {"every": list(set(tags.every)), "count": len(set(tags.every))}
            conditions.append(
                "(SELECT COUNT(*) FROM post_tags et WHERE et.post_id = p.id AND et.tag = ANY(:every)) = :count"
            )
        if tags.no:
            lists["no"] = list(tags.no)
            conditions.append(
                "NOT EXISTS (SELECT 1 FROM post_tags nt WHERE nt.post_id = p.id AND nt.tag = ANY(:no))"
            )
        if tags.either:
            lists["any"] = [tags.tag, *tags.either]
            return await self._page(_FILED_ANY, conditions, ask, {**params, **lists})
        return await self._page(_FILED, conditions, ask, {**params, **lists, "tag": tags.tag})

    async def linking(self, viewer_id: int | None, card_id: int, ask: Range) -> PostPage:
        """Posts for everyone with a link to a page, of people who let themselves be found."""
        conditions = ["p.card_id = :card", *Source().conditions(), _FOUND, _LISTED, shown("p")]
        return await self._page(_POSTS, conditions, ask, {"viewer": viewer_id or 0, "card": card_id})

    async def of_account(
        self, viewer_id: int | None, account_id: int, which: AccountPosts, ask: Range
    ) -> PostPage:
        """What an account posted and boosted, as far as the viewer may see it."""
        conditions = ["p.account_id = :account", visible("p"), boost_shown("p")]
        params: dict[str, Any] = {"viewer": viewer_id or 0, "account": account_id}
        if which.exclude_replies:
            conditions.append(_NO_ANSWERS)
        if which.exclude_reblogs:
            conditions.append("p.boost_of_id IS NULL")
        if which.only_media:
            conditions.append(_WITH_MEDIA)
        if which.tagged:
            conditions.append("EXISTS (SELECT 1 FROM post_tags t WHERE t.post_id = p.id AND t.tag = :tag)")
            params["tag"] = which.tagged
        return await self._page(_POSTS, conditions, ask, params)

    async def shown_among(
        self, viewer_id: int | None, post_ids: Sequence[int], *, wanted: bool = False
    ) -> PostPage:
        """Those of `post_ids` that the viewer may see, in the order given; with `wanted` nobody's whom they block."""
        if not post_ids:
            return PostPage([])
        conditions = (shown("p") if wanted else visible("p"), boost_shown("p"))
        params = {"viewer": viewer_id or 0, "ids": list(post_ids)}
        found = {row[0]: row for row in await self._db.rows(_statement(_AMONG, False, conditions), params)}
        return await self._load(
            [found[one] for one in dict.fromkeys(post_ids) if one in found], viewer_id or 0
        )

    async def told(self, post_ids: Sequence[int]) -> PostPage:
        """Posts in the order given, whoever may see them: for streams, which choose who hears of them."""
        rows = await self._db.rows(_statement(_ANY_OF, False, ()), {"viewer": 0, "ids": list(post_ids)})
        found = {row[0]: row for row in rows}
        return await self._load([found[one] for one in dict.fromkeys(post_ids) if one in found], 0)

    async def _page(
        self,
        page: str,
        conditions: Sequence[str],
        ask: Range,
        params: dict[str, Any],
        *,
        once: bool = False,
    ) -> PostPage:
        sql = _statement(page, ask.upwards, tuple(conditions))
        found = sorted(await self._db.rows(sql, {**ask.params(), **params}), key=_id, reverse=True)
        if not found:
            return PostPage([])
        viewer: int = params["viewer"]
        return await self._load(_once(found) if once else found, viewer, found[0][0], found[-1][0])

    async def _load(
        self, entries: Sequence[Row], viewer: int, first: int | None = None, last: int | None = None
    ) -> PostPage:
        """The posts, what they boost, and the authors of both, in one more statement; then their parts."""
        if not entries:
            return PostPage([], first=first, last=last)
        wanted = [row[0] for row in entries]
        boosted = {row[1] for row in entries if row[1] is not None}
        rows = await self._db.rows(_LOAD, {"ids": [*wanted, *boosted]})
        posts, authors = {}, {}
        for row in rows:
            columns: Any = row
            post = posts[row[0]] = post_of(tuple(columns[:_POST_COLUMNS]))
            if post.account_id not in authors:
                authors[post.account_id] = account_of(tuple(columns[_POST_COLUMNS:]))
        flags = Flags(*(frozenset(row[1] or row[0] for row in entries if row[at]) for at in (2, 3, 4, 5)))
        parts = await parts_of(
            self._db, posts.values(), viewer, flags, self._tx.now, mutes=bool(entries[0][6])
        )
        for quoted in parts.quotes.values():
            if quoted.author is not None:
                authors.setdefault(quoted.author.id, quoted.author)
        return PostPage(
            [posts[one] for one in wanted if one in posts],
            {one: posts[one] for one in boosted if one in posts},
            authors,
            parts.flags,
            first,
            last,
            viewer or None,
            parts.polls,
            parts.cards,
            parts.quotes,
            parts.consent,
            await self._filtered(viewer, entries[0][7], posts.values(), parts) if entries[0][7] else {},
            now=self._tx.now,
        )

    async def _filtered(self, viewer: int, version: int, posts: Iterable[Post], parts: Parts) -> Matches:
        """What the viewer's filters match; they are asked for again only after they have changed."""
        sieve = await Filters(self._tx).sieve(viewer, version)
        quoted = (one.post for one in parts.quotes.values() if one.post is not None)
        return sieve.matches([*posts, *quoted], parts.polls, self._tx.now)


_ANY_OF = "SELECT p.id AS id, p.boost_of_id AS boost_of_id FROM posts p WHERE p.id = ANY(:ids)"
_AMONG = """
SELECT p.id AS id, p.boost_of_id AS boost_of_id FROM posts p JOIN accounts aa ON aa.id = p.account_id
WHERE p.id = ANY(:ids) AND aa.suspended_at IS NULL AND aa.deleted_at IS NULL AND {conditions}
"""


@lru_cache(maxsize=256)
def _statement(page: str, upwards: bool, conditions: tuple[str, ...]) -> str:
    way = "ASC" if upwards else "DESC"
    page = page.replace("{way}", way).replace("{conditions}", " AND ".join(conditions) or "TRUE")
    return _FLAGGED.replace("{page}", page)


def _id(row: Row) -> int:
    found: int = row[0]
    return found


def _once(entries: Sequence[Row]) -> list[Row]:
    """Each post once: boosts of the same post by several people are one entry, the latest."""
    seen: set[int] = set()
    kept: list[Row] = []
    for row in entries:
        about = row[1] or row[0]
        if about not in seen:
            seen.add(about)
            kept.append(row)
    return kept
