"""Is the database sound: the engine's own check, the schema's version, and counters against a recount."""

from __future__ import annotations

from fedi.store.database import Connection
from fedi.store.migrate import applied, available

_COUNTERS = {
    "followers of accounts": """
        SELECT COUNT(*) FROM accounts WHERE followers_count <> (
          SELECT COUNT(*) FROM follows WHERE followee_id = accounts.id AND state = 'following')
        AND domain_id IS NOT NULL AND deleted_at IS NULL""",
    "posts of accounts": """
        SELECT COUNT(*) FROM accounts WHERE domain_id IS NOT NULL AND deleted_at IS NULL AND posts_count <> (
          SELECT COUNT(*) FROM posts WHERE account_id = accounts.id AND visibility <> 'direct')""",
    "inboxes of followers": """
        SELECT COUNT(*) FROM follower_inboxes AS counted WHERE followers <> (
          SELECT COUNT(*) FROM follows JOIN accounts ON accounts.id = follows.follower_id
          WHERE followee_id = counted.account_id AND state = 'following'
          AND COALESCE(accounts.shared_inbox, accounts.inbox) = counted.inbox)""",
    "favourites of posts": """
        SELECT COUNT(*) FROM posts WHERE local AND favourites_count <> (
          SELECT COUNT(*) FROM favourites WHERE post_id = posts.id)""",
    "boosts of posts": """
        SELECT COUNT(*) FROM posts WHERE local AND boosts_count <> (
          SELECT COUNT(*) FROM posts AS boosts WHERE boosts.boost_of_id = posts.id)""",
}


async def check(connection: Connection, engine: str) -> list[str]:
    """A sentence for each thing that is wrong; none when all is well. Reads every row: minutes when large."""
    found = []
    missing = [step.name for step in available() if step.version not in await applied(connection)]
    if missing:
        return [f"The schema is not up to date (missing: {', '.join(missing)}). Run `fedi db migrate`."]
    if engine == "sqlite":
        damage = await connection.rows("PRAGMA integrity_check")
        found += [f"SQLite reports damage: {row[0]}" for row in damage if row[0] != "ok"]
        orphans = await connection.rows("PRAGMA foreign_key_check")
        found += [f"{len(orphans)} rows point at rows that are not there."] if orphans else []
    for name, sql in _COUNTERS.items():
        if wrong := await connection.value(sql):
            found.append(f"The number of {name} is wrong in {wrong} rows.")
    return found
