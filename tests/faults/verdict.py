"""Nothing acknowledged is lost, nothing is done twice: what the database and the other servers must hold."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, cast

from fedi.store.database import Connection, Row
from fedi.store.store import open_database
from tests.faults.hosts import Host
from tests.faults.lives import Follower, Life
from tests.faults.town import Local, Town

_WAITING = """
SELECT (SELECT COUNT(*) FROM received WHERE state = 'waiting') AS received,
       (SELECT COUNT(*) FROM jobs WHERE state <> 'dead') AS jobs, (SELECT COUNT(*) FROM deliveries) AS deliveries
"""
_DEAD = """
SELECT 'received ' || uri || ': ' || COALESCE(error, '') AS what FROM received
WHERE state = 'dead' OR error IS NOT NULL
UNION ALL SELECT 'job ' || kind || ': ' || COALESCE(error, '') FROM jobs
UNION ALL SELECT 'delivery to ' || inbox || ': ' || error FROM dead_letters
"""
_NOTICES = """
SELECT n.type, p.uri FROM notifications n LEFT JOIN posts p ON p.id = n.post_id
JOIN accounts a ON a.id = n.from_id JOIN accounts t ON t.id = n.account_id
WHERE a.uri = :actor AND t.uri = :target
"""
_NOTES = """
SELECT p.uri, p.content, (SELECT COUNT(*) FROM post_edits e WHERE e.post_id = p.id) AS edits
FROM posts p JOIN accounts a ON a.id = p.account_id WHERE a.uri = :actor AND p.boost_of_id IS NULL
"""
_LIKES = """
SELECT p.uri, f.uri AS activity FROM favourites f JOIN posts p ON p.id = f.post_id
JOIN accounts a ON a.id = f.account_id WHERE a.uri = :actor
"""
_BOOSTS = """
SELECT o.uri, b.uri AS activity FROM posts b JOIN posts o ON o.id = b.boost_of_id
JOIN accounts a ON a.id = b.account_id WHERE a.uri = :actor
"""
_FOLLOWS = """
SELECT f.uri, f.state FROM follows f JOIN accounts a ON a.id = f.follower_id JOIN accounts t ON t.id = f.followee_id
WHERE a.uri = :actor AND t.uri = :target
"""


async def deadlocks(database_url: str) -> int:
    """How often PostgreSQL had to end a deadlock in this database; 0 on SQLite, which has one writer."""
    if database_url.startswith("sqlite"):
        return 0
    database = await open_database(database_url)
    try:
        async with database.reading() as db:
            return int(
                await db.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            )
    finally:
        await database.close()


async def until_quiet(town: Town, database_url: str, seconds: float) -> float:
    """Wait until nothing is left to do; how long that took. Hosts wave now and then, which revives their lanes."""
    started = time.monotonic()
    database = await open_database(database_url)
    left: dict[str, int] = {}
    waved = started
    try:
        while time.monotonic() - started < seconds:
            async with database.reading() as db:
                row = await db.row(_WAITING)
            assert row is not None
            left = {name: row[name] for name in ("received", "jobs", "deliveries")}
            if not any(left.values()):
                return time.monotonic() - started
            if time.monotonic() - waved > 2:
                await asyncio.gather(*(follower.wave() for follower in town.followers))
                waved = time.monotonic()
            await asyncio.sleep(0.1)
    finally:
        await database.close()
    raise AssertionError(f"still waiting after {seconds} s: {left}")


async def nothing_lost(town: Town, database_url: str) -> None:
    """Fail with all that is not as it should be."""
    if found := await _faults(town, database_url):
        raise AssertionError("\n".join(found))


async def _faults(town: Town, database_url: str) -> list[str]:
    """A sentence for everything that is not as it should be."""
    database = await open_database(database_url)
    try:
        async with database.reading() as db:
            found = [f"given up: {row['what']}" for row in await db.rows(_DEAD)]
            for life in town.lives:
                found += await _of_life(db, life)
            found += await _counters(db, town)
            for local in town.locals:
                found += await _of_local(db, local, town.followers)
    finally:
        await database.close()
    for life in town.lives:
        found += _accepts(life, life.person.host)
    status, output = await town.server.command("db", "check")
    return found if status == 0 else [*found, f"db check: {output}"]


async def _of_life(db: Connection, life: Life) -> list[str]:
    actor = {"actor": life.person.uri}
    both = {**actor, "target": life.target}
    notes = {row["uri"]: (row["content"], row["edits"]) for row in await db.rows(_NOTES, actor)}
    likes = {row["uri"]: row["activity"] for row in await db.rows(_LIKES, actor)}
    boosts = {row["uri"]: row["activity"] for row in await db.rows(_BOOSTS, actor)}
    follows = [(row["uri"], row["state"]) for row in await db.rows(_FOLLOWS, both)]
    notices = Counter((row["type"], row["uri"]) for row in await db.rows(_NOTICES, both))
    name = await db.value("SELECT name FROM accounts WHERE uri = :actor", actor)
    expected = Counter(
        [
            *(("mention", uri) for uri in life.notes),
            *(("favourite", uri) for uri in life.likes),
            *(("reblog", uri) for uri in life.boosts),
            *([("follow", None)] if life.follow else []),
        ]
    )
    wanted = {uri: (written.content, written.edits) for uri, written in life.notes.items()}
    return [
        *_differences(life, "posts", notes, wanted),
        *_differences(life, "likes", likes, {uri: like.id for uri, like in life.likes.items()}),
        *_differences(life, "boosts", boosts, {uri: boost.id for uri, boost in life.boosts.items()}),
        *_differences(life, "follows", dict(follows), {life.follow.id: "following"} if life.follow else {}),
        *_differences(life, "notices", notices, expected),
        *([f"{life.person.name} is called {name}"] if life.person.sent and name != life.name else []),
    ]


def _differences(life: Life, what: str, found: Mapping[Any, Any], wanted: Mapping[Any, Any]) -> list[str]:
    keys = [key for key in {**found, **wanted} if found.get(key) != wanted.get(key)]
    return [
        f"{what} of {life.person.name}: {key}: {found.get(key)!r} instead of {wanted.get(key)!r}"
        for key in keys
    ]


def _shown(row: Row | None) -> dict[str, Any] | None:
    return None if row is None else dict(cast(Any, row))


async def _counters(db: Connection, town: Town) -> list[str]:
    found = []
    for uri in town.posts:
        row = await db.row("SELECT favourites_count, boosts_count FROM posts WHERE uri = :uri", {"uri": uri})
        likes = sum(uri in life.likes for life in town.lives)
        boosts = sum(uri in life.boosts for life in town.lives)
        if row is None or (row[0], row[1]) != (likes, boosts):
            found.append(f"{uri} counts {_shown(row)}, not {(likes, boosts)}")
    for local in town.locals:
        count = await db.value("SELECT followers_count FROM accounts WHERE uri = :uri", {"uri": local.uri})
        wanted = len(town.followers) + sum(
            life.follow is not None and life.target == local.uri for life in town.lives
        )
        if count != wanted:
            found.append(f"{local.uri} has {count} followers, not {wanted}")
    return found


async def _of_local(db: Connection, local: Local, followers: Sequence[Follower]) -> list[str]:
    """Each acknowledged post is here once and reached every follower's server, under one activity id."""
    rows = await db.rows(
        "SELECT p.id, p.uri, p.source FROM posts p JOIN accounts a ON a.id = p.account_id WHERE a.uri = :uri",
        {"uri": local.uri},
    )
    found = []
    times = Counter(row["source"] for row in rows)
    by_id = {row["id"]: row for row in rows}
    for posted in local.writer.posted:
        row = by_id.get(posted.id)
        if row is None or row["source"] != posted.text or times[posted.text] != 1:
            found.append(f"{posted} is here {times[posted.text]} times, as {_shown(row)}")
    if len(rows) != len(local.writer.posted):
        found.append(f"{local.uri} has {len(rows)} posts, {len(local.writer.posted)} were acknowledged")
    since = local.followed_since
    uris = {by_id[posted.id]["uri"] for posted in local.writer.posted[since:] if posted.id in by_id}
    for follower in followers:
        creates = follower.person.host.objects("Create")
        found += [f"{uri} never reached {follower.person.host.name}" for uri in uris - set(creates)]
        found += [
            f"{uri} came to {follower.person.host.name} as {sorted(creates[uri])}"
            for uri in uris & set(creates)
            if len(creates[uri]) != 1
        ]
    return found


def _accepts(life: Life, host: Host) -> list[str]:
    """Each Follow is answered; one that came twice may be answered twice."""
    accepts = host.objects("Accept")
    return [f"{follow} was not accepted" for follow in life.follows if follow not in accepts]
