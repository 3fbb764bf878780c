"""Whether somebody is told: the one place where blocks, mutes, policies and groups decide, for many notices at once.

A notice that is not wanted is never written. One that the person's policy holds back is written as filtered.
"""

from __future__ import annotations

GROUPED = ("favourite", "reblog", "follow", "admin.sign_up")
"""Types that are shown together: those about one post, or of one kind, within twelve hours."""
OWN = frozenset({"poll", "severed_relationships", "moderation_warning"})
"""Types that come from nobody else: the person's own account stands in as their sender."""
ASKED_ABOUT = frozenset({"mention", "quote"})
"""Types that make a request of what is held back."""
HOUR_MS = 3_600_000
GROUP_HOURS = 12
"""A group that began longer ago takes nothing more."""
NEW_ACCOUNT_MS = 30 * 86_400_000
NEW_FOLLOWER_MS = 3 * 86_400_000

POLICY = {
    "for_not_following": "accept",
    "for_not_followers": "accept",
    "for_new_accounts": "accept",
    "for_private_mentions": "filter",
    "for_limited_accounts": "filter",
}
"""Whose notices a person wants, where they have not said: Mastodon's beginning."""

# What no policy concerns: it is from the server, or about what the person did.
_UNASKED = """('admin.sign_up', 'admin.report', 'poll', 'update', 'quoted_update', 'moderation_warning',
    'severed_relationships', 'collection_update')"""
_GIVEN = """
/*sqlite (SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS account_id,
  json_extract(value, '$[2]') AS type, json_extract(value, '$[3]') AS from_id,
  json_extract(value, '$[4]') AS post_id, json_extract(value, '$[5]') AS about_id FROM json_each(:given)) w */
/*postgresql (SELECT CAST(value->>0 AS BIGINT) AS id, CAST(value->>1 AS BIGINT) AS account_id,
  value->>2 AS type, CAST(value->>3 AS BIGINT) AS from_id, CAST(value->>4 AS BIGINT) AS post_id,
  CAST(value->>5 AS BIGINT) AS about_id FROM json_array_elements(CAST(:given AS JSON))) w */
"""
_FOLLOWS = """EXISTS (SELECT 1 FROM follows f
    WHERE f.follower_id = w.account_id AND f.followee_id = w.from_id AND f.state = 'following')"""
_FOLLOWED_A_WHILE = """EXISTS (SELECT 1 FROM follows f
    WHERE f.follower_id = w.from_id AND f.followee_id = w.account_id AND f.state = 'following'
    AND f.created_at <= :now - CAST(:new_follower AS BIGINT))"""
# An answer to a message that the person themselves sent, however far up.
_ANSWERS_THEIRS = """EXISTS (
    WITH RECURSIVE up (id, parent_id, author_id, visibility, depth) AS (
      SELECT x.id, x.in_reply_to_id, x.account_id, x.visibility, 1 FROM posts x WHERE x.id = p.in_reply_to_id
      UNION ALL
      SELECT y.id, y.in_reply_to_id, y.account_id, y.visibility, up.depth + 1
      FROM up JOIN posts y ON y.id = up.parent_id WHERE up.depth < 32)
    SELECT 1 FROM up JOIN mentions um ON um.post_id = up.id AND um.account_id = w.from_id
    WHERE up.author_id = w.account_id AND up.visibility = 'direct')"""
_UNWANTED = f"""(
  EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = w.account_id AND b.target_id = w.from_id)
  OR EXISTS (SELECT 1 FROM mutes m WHERE m.account_id = w.account_id AND m.target_id = w.from_id
    AND m.notifications AND (m.expires_at IS NULL OR m.expires_at > :now))
  OR EXISTS (SELECT 1 FROM account_domain_blocks d WHERE d.account_id = w.account_id AND d.domain = s.domain)
    AND NOT {_FOLLOWS}
  OR p.conversation IS NOT NULL AND EXISTS (SELECT 1 FROM thread_mutes t
    WHERE t.account_id = w.account_id AND t.conversation = p.conversation)
)"""


def _says(word: str) -> str:
    def choice(name: str) -> str:
        return f"COALESCE(n.{name}, '{POLICY[name]}') = '{word}'"

    return f"""(
    {choice("for_limited_accounts")} AND s.silenced_at IS NOT NULL AND NOT {_FOLLOWS}
    OR {choice("for_not_following")} AND NOT {_FOLLOWS}
    OR {choice("for_not_followers")} AND NOT {_FOLLOWED_A_WHILE}
    OR {choice("for_new_accounts")} AND s.created_at > :now - CAST(:new_account AS BIGINT) AND NOT {_FOLLOWS}
    OR {choice("for_private_mentions")} AND w.type = 'mention' AND p.visibility = 'direct'
      AND NOT {_FOLLOWS} AND NOT {_ANSWERS_THEIRS}
  )"""


# The group that began less than twelve hours ago: keys of one group end in hours, so they lie side by side. Its
# type and post are asked as well: how texts sort depends on the database's language.
_GROUP = f"""COALESCE((
    SELECT g.group_key FROM notifications g WHERE g.account_id = v.account_id
    AND g.group_key BETWEEN v.prefix || CAST(CAST(:hour AS BIGINT) - {GROUP_HOURS - 1} AS TEXT)
      AND v.prefix || CAST(CAST(:hour AS BIGINT) AS TEXT)
    AND g.type = v.type AND g.post_id = v.post_id ORDER BY g.group_key DESC LIMIT 1),
    v.prefix || CAST(CAST(:hour AS BIGINT) AS TEXT))"""

ADD = f"""
WITH v AS MATERIALIZED (
  SELECT w.id, w.account_id, w.type, w.from_id, w.post_id, w.about_id,
  CASE WHEN w.type IN ('favourite', 'reblog') THEN w.type || '-' || CAST(w.post_id AS TEXT) || '-'
    WHEN w.type IN ('follow', 'admin.sign_up') THEN w.type || '-' END AS prefix,
  CASE WHEN w.type IN {_UNASKED} OR EXISTS (SELECT 1 FROM notification_permissions np
      WHERE np.account_id = w.account_id AND np.from_id = w.from_id) THEN 'accept'
    WHEN {_says("drop")} THEN 'drop'
    WHEN {_says("filter")} THEN 'filter' ELSE 'accept' END AS verdict
  FROM {_GIVEN}
  CROSS JOIN users u CROSS JOIN accounts s
  LEFT JOIN posts p ON p.id = w.post_id
  LEFT JOIN notification_policies n ON n.account_id = w.account_id
  WHERE u.id = w.account_id AND s.id = w.from_id AND s.deleted_at IS NULL
  AND (w.post_id = 0 OR p.id IS NOT NULL) AND NOT {_UNWANTED}
)
INSERT INTO notifications (id, account_id, type, from_id, post_id, about_id, filtered, group_key, created_at)
SELECT v.id, v.account_id, v.type, v.from_id, v.post_id, v.about_id, v.verdict = 'filter',
  CASE WHEN v.verdict = 'filter' OR v.prefix IS NULL THEN NULL ELSE {_GROUP} END, CAST(:now AS BIGINT)
FROM v WHERE v.verdict <> 'drop'
ON CONFLICT (account_id, type, from_id, post_id, about_id) DO NOTHING
RETURNING id, account_id, type, from_id, post_id, filtered,
  EXISTS (SELECT 1 FROM push_subscriptions ps WHERE ps.user_id = notifications.account_id) AS pushed
"""
"""Parameters: `given`, a JSON list of [id, account_id, type, from_id, post_id, about_id]; `now`, `hour`,
`new_account`, `new_follower`."""
