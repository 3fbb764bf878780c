"""A large database: a million posts, and a million followers of one person on ten thousand servers.

Made by a few statements, once, and kept in the cache folder; what is measured is a copy.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

import msgspec

from bench import world
from bench.databases import Databases
from bench.server import settings
from bench.strangers import Keys
from bench.world import Tokens
from fedi.config import Config

_FIRST = 1_600_000_000_000 << 16
_AUTHORS = 1000
_FOLLOWED = 50
_COUNT = (
    "WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) "
    "UNION ALL SELECT i + 1 FROM n WHERE i < CAST(:{} AS BIGINT) - 1) "
)
_HOST = "'s' || CAST(100000 + {} AS TEXT) || '.example'"

# Everybody's server is the number of the follower divided by how many there are on each. The hosts' turn comes
# in a year: what is measured is publishing, and nothing is listening there.
_HOSTS = f"""
INSERT INTO hosts (id, name, retry_at, created_at)
{_COUNT.format("hosts")} SELECT 100000 + i, {_HOST.format("i")}, CAST(:later AS BIGINT), CAST(:now AS BIGINT) FROM n
"""
_ACCOUNTS = f"""
INSERT INTO accounts (id, uri, host_id, type, username, domain, handle, handle_checked_at, url, inbox, shared_inbox,
  followers_uri, created_at, fetched_at)
{_COUNT.format("followers")}, m AS (
  SELECT i, i / CAST(:each AS BIGINT) AS h, 'u' || CAST(1000000 + i AS TEXT) AS name FROM n
), o AS (SELECT i, h, name, {_HOST.format("h")} AS host FROM m)
SELECT CAST(:first AS BIGINT) + i, 'https://' || host || '/users/' || name, 100000 + h, 'Person', name, host,
  name || '@' || host, CAST(:now AS BIGINT), 'https://' || host || '/@' || name,
  'https://' || host || '/users/' || name || '/inbox', 'https://' || host || '/inbox',
  'https://' || host || '/users/' || name || '/followers', CAST(:now AS BIGINT), CAST(:now AS BIGINT) FROM o
"""
_FOLLOWS = f"""
INSERT INTO follows (id, follower_id, followee_id, state, uri, created_at)
{_COUNT.format("followers")} SELECT CAST(:first AS BIGINT) + i, CAST(:first AS BIGINT) + i, CAST(:star AS BIGINT),
  'following', 'https://' || {_HOST.format("i / CAST(:each AS BIGINT)")} || '/f/' || CAST(1000000 + i AS TEXT),
  CAST(:now AS BIGINT) FROM n
"""
_INBOXES = """
INSERT INTO follower_inboxes (account_id, inbox, host_id, followers)
SELECT CAST(:star AS BIGINT), 'https://' || name || '/inbox', id, CAST(:each AS BIGINT) FROM hosts
WHERE name LIKE 's%.example' ORDER BY 2
"""
_DIGESTS = """
INSERT INTO follower_hosts (account_id, host_id, followers, digest)
SELECT CAST(:star AS BIGINT), id, CAST(:each AS BIGINT), :digest FROM hosts WHERE name LIKE 's%.example'
"""
_POSTS = f"""
INSERT INTO posts (id, uri, url, account_id, local, visibility, content, language, created_at, fetched_at)
{_COUNT.format("posts")}, m AS (SELECT i, 'https://s100000.example/posts/' || CAST(1000000 + i AS TEXT) AS uri FROM n)
SELECT CAST(:first AS BIGINT) + i * 655360, uri, uri, CAST(:first AS BIGINT) + i % {_AUTHORS}, FALSE, 'public',
  '<p>Post number ' || CAST(i AS TEXT) || ' of a great many, and as long as people write them.</p>', 'en',
  CAST(:now AS BIGINT), CAST(:now AS BIGINT) FROM m
"""
_FOLLOWING = f"""
INSERT INTO follows (id, follower_id, followee_id, state, uri, local, created_at)
SELECT id - {1 << 40}, CAST(:ana AS BIGINT), id, 'following', uri || '#ana', TRUE, CAST(:now AS BIGINT)
FROM accounts WHERE id >= CAST(:first AS BIGINT) AND id < CAST(:first AS BIGINT) + {_FOLLOWED}
"""
_HOME = f"""
INSERT INTO home_entries (account_id, post_id)
SELECT CAST(:ana AS BIGINT), id FROM posts WHERE account_id >= CAST(:first AS BIGINT)
AND account_id < CAST(:first AS BIGINT) + {_FOLLOWED} ORDER BY id DESC LIMIT 800
"""
_STATEMENTS = (_HOSTS, _ACCOUNTS, _FOLLOWS, _INBOXES, _DIGESTS, _POSTS, _FOLLOWING, _HOME)


class Crowd(msgspec.Struct, frozen=True):
    """How large."""

    posts: int
    followers: int
    hosts: int


async def prepared(databases: Databases, crowd: Crowd, folder: Path, keys: Keys) -> tuple[str, Tokens]:
    """The name of the large database, made if it is not in the cache, and who may act in it."""
    name = f"crowd_{_version(crowd)}"
    kept = folder / f"{name}-{databases.engine}.json"
    if not kept.exists() or not await databases.exists(name):
        await databases.create(name)
        made = await _make(databases, name, crowd, folder, keys)
        await databases.settle(name)
        kept.write_bytes(msgspec.json.encode(made))
    return name, msgspec.json.decode(kept.read_bytes(), type=Tokens)


def _version(crowd: Crowd) -> str:
    text = [repr(crowd), *_STATEMENTS, Path(world.__file__).read_text()]
    migrations = sorted(files("fedi.store.migrations").iterdir(), key=lambda file: file.name)
    text += [file.read_text() for file in migrations if file.name.endswith(".sql")]
    return hashlib.sha256("".join(text).encode()).hexdigest()[:12]


async def _make(databases: Databases, name: str, crowd: Crowd, folder: Path, keys: Keys) -> Tokens:
    variables = settings(databases.url(name), folder)
    services = await world.open_services(Config.load(None, variables))
    try:
        async with services.store.write() as tx:
            tokens = await world.people_here(services, tx, keys)
            values = {
                "hosts": crowd.hosts,
                "followers": crowd.followers,
                "posts": crowd.posts,
                "each": crowd.followers // crowd.hosts,
                "first": _FIRST,
                "star": world.STAR,
                "ana": world.ANA,
                "now": tx.now,
                "later": tx.now + 31_536_000_000,
                "digest": bytes(32),
            }
            for statement in _STATEMENTS:
                used = {key: value for key, value in values.items() if f":{key}" in statement}
                await tx.db.run(statement, used)
            await tx.people.update(world.STAR, followers_count=crowd.followers)
    finally:
        await services.close()
    return tokens
