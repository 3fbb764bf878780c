"""What a page shows of its posts beside their words: polls, quotes, link previews, muted conversations, consent.

Each is one statement for the whole page, and none where nothing on the page needs it: the posts themselves say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from msgspec import Struct

from fedi.model.cards import Card
from fedi.model.people import Account
from fedi.model.polls import Ballot, Poll
from fedi.model.posts import Post
from fedi.model.quotes import ACCEPTED, Shown, policy_of
from fedi.store.database import Connection
from fedi.store.recall import account_of, post_of, reader
from fedi.store.rows import columns
from fedi.store.viewing import Flags
from fedi.store.visibility import visible

_POLL_COLUMNS = len(Poll.__struct_fields__)
_POST_COLUMNS = len(Post.__struct_fields__)
_poll, _card = reader(Poll), reader(Card)

_POLLS = f"""
SELECT {columns(Poll, "p.")}, v.choice FROM polls p
LEFT JOIN poll_votes v ON v.poll_id = p.id AND v.account_id = :viewer
WHERE p.id = ANY(:ids) ORDER BY p.id, v.choice
"""
_CARDS = f"SELECT {columns(Card)} FROM cards WHERE id = ANY(:ids)"
_MUTED = """
SELECT conversation FROM thread_mutes WHERE account_id = :viewer AND conversation = ANY(:conversations)
"""
_FOLLOWS = """
SELECT 'follows' AS fact, followee_id AS id FROM follows
WHERE follower_id = :viewer AND state = 'following' AND followee_id = ANY(:authors)
UNION ALL SELECT 'followed', follower_id FROM follows
WHERE followee_id = :viewer AND state = 'following' AND follower_id = ANY(:authors)
"""
_BEFORE_POST = 11
_QUOTES = f"""
SELECT q.post_id, q.state, q.quoted_uri, p.id IS NOT NULL AND {visible("p")},
  CASE WHEN EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = :viewer AND b.target_id = p.account_id)
    THEN 'blocked_account'
  WHEN EXISTS (SELECT 1 FROM account_domain_blocks d WHERE d.account_id = :viewer AND d.domain = a.domain)
    THEN 'blocked_domain'
  WHEN EXISTS (SELECT 1 FROM mutes m WHERE m.account_id = :viewer AND m.target_id = p.account_id
    AND (m.expires_at IS NULL OR m.expires_at > :now)) THEN 'muted_account' END,
  EXISTS (SELECT 1 FROM favourites x WHERE x.post_id = p.id AND x.account_id = :viewer),
  EXISTS (SELECT 1 FROM posts x WHERE x.boost_of_id = p.id AND x.account_id = :viewer),
  EXISTS (SELECT 1 FROM featured x WHERE x.account_id = :viewer AND x.post_id = p.id),
  EXISTS (SELECT 1 FROM bookmarks x WHERE x.post_id = p.id AND x.account_id = :viewer),
  q2.state, p2.id,
  {columns(Post, "p.")}, {columns(Account, "a.")}
FROM quotes q LEFT JOIN posts p ON p.id = q.quoted_id LEFT JOIN accounts a ON a.id = p.account_id
LEFT JOIN quotes q2 ON q2.post_id = p.id
LEFT JOIN posts p2 ON p2.id = q2.quoted_id AND {visible("p2")}
WHERE q.post_id = ANY(:ids)
"""


class Consent(Struct, frozen=True):
    """Whom among authors the viewer follows, and who of them follows the viewer: it decides what may be quoted."""

    follows: frozenset[int] = frozenset()
    followed: frozenset[int] = frozenset()


class Parts(Struct, frozen=True):
    """What was found, by the ids of polls, cards and quoting posts; and the flags with those of quoted posts."""

    flags: Flags
    polls: dict[int, Ballot] = {}
    cards: dict[int, Card] = {}
    quotes: dict[int, Shown] = {}
    consent: Consent = Consent()


async def parts_of(
    db: Connection, posts: Collection[Post], viewer: int, flags: Flags, now: int, *, mutes: bool
) -> Parts:
    """The parts of `posts` as `viewer` (0: nobody) sees them. `mutes`: they have muted some conversation."""
    quoting = [post.id for post in posts if post.is_quote]
    quotes: dict[int, Shown] = {}
    if quoting:
        quotes, flags = await _quotes(db, quoting, viewer, flags, now)
        posts = [*posts, *(one.post for one in quotes.values() if one.post is not None)]
    polls = {post.poll_id for post in posts if post.poll_id is not None}
    cards = {post.card_id for post in posts if post.card_id is not None}
    return Parts(
        await _with_mutes(db, posts, viewer, flags) if mutes else flags,
        await ballots(db, polls, viewer) if polls else {},
        await _cards(db, cards) if cards else {},
        quotes,
        await _consent(db, posts, viewer) if viewer else Consent(),
    )


async def ballots(db: Connection, poll_ids: Iterable[int], viewer: int) -> dict[int, Ballot]:
    """Polls with what the viewer chose, by id."""
    rows: Any = await db.rows(_POLLS, {"ids": list(poll_ids), "viewer": viewer})
    found: dict[int, Ballot] = {}
    for row in rows:
        *values, choice = row
        before = found.get(row[0])
        if before is not None:
            found[row[0]] = Ballot(before.poll, (*before.own, choice))
        else:
            found[row[0]] = Ballot(_poll(values), () if choice is None else (choice,))
    return found


async def _cards(db: Connection, card_ids: Iterable[int]) -> dict[int, Card]:
    rows: Any = await db.rows(_CARDS, {"ids": list(card_ids)})
    return {row[0]: _card(row) for row in rows}


async def _with_mutes(db: Connection, posts: Collection[Post], viewer: int, flags: Flags) -> Flags:
    about = list({post.conversation for post in posts if post.conversation is not None})
    rows = await db.rows(_MUTED, {"viewer": viewer, "conversations": about})
    muted = {row[0] for row in rows}
    return msgspec.structs.replace(
        flags, muted=frozenset(post.id for post in posts if post.conversation in muted)
    )


async def _consent(db: Connection, posts: Collection[Post], viewer: int) -> Consent:
    """Only asked where it matters: of policies that name followers, or whom the author follows."""
    authors = {post.account_id for post in posts if _depends(post) and post.account_id != viewer}
    if not authors:
        return Consent()
    found: dict[str, set[int]] = {"follows": set(), "followed": set()}
    for row in await db.rows(_FOLLOWS, {"viewer": viewer, "authors": list(authors)}):
        found[row[0]].add(row[1])
    return Consent(frozenset(found["follows"]), frozenset(found["followed"]))


def _depends(post: Post) -> bool:
    if post.quote_policy is None or "follow" not in post.quote_policy:
        return False
    policy = policy_of(post)
    return post.is_public and "public" not in policy.automatic


async def _quotes(
    db: Connection, quoting: list[int], viewer: int, flags: Flags, now: int
) -> tuple[dict[int, Shown], Flags]:
    rows: Any = await db.rows(_QUOTES, {"ids": quoting, "viewer": viewer, "now": now})
    found = {row[0]: _shown(tuple(row)) for row in rows}
    marks = [flags.favourited, flags.boosted, flags.pinned, flags.bookmarked]
    for at, known in enumerate(marks):
        more = {row[_BEFORE_POST] for row in rows if row[5 + at] and row[_BEFORE_POST] is not None}
        marks[at] = known | more if more else known
    favourited, boosted, pinned, bookmarked = marks
    return found, Flags(favourited, boosted, pinned, bookmarked, flags.muted)


def _shown(row: tuple[Any, ...]) -> Shown:
    """The state as the viewer is told it; the post only where they may see it."""
    state, seen, unwanted = row[1], row[3], row[4]
    if state != ACCEPTED:
        return Shown(state=state)
    if row[_BEFORE_POST] is None:
        return Shown(state="deleted")
    post = post_of(row[_BEFORE_POST : _BEFORE_POST + _POST_COLUMNS])
    author = account_of(row[_BEFORE_POST + _POST_COLUMNS :])
    if not seen or not author.is_active:
        return Shown(state="unauthorized")
    return Shown(
        state=unwanted or ACCEPTED,
        post=post,
        author=author,
        inner_state=row[9],
        inner_id=row[10],
    )
