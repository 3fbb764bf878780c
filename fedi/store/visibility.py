"""`model.posts.may_see` as a condition for lists: the same rule, asked of many posts at once.

The parameter is `:viewer`, an account id, 0 for nobody. `tests/store/test_visibility.py` holds the two together.
"""

from __future__ import annotations

_VISIBLE = """(
  {p}.account_id = :viewer OR (
    ({p}.visibility IN ('public', 'unlisted')
      OR EXISTS (SELECT 1 FROM mentions vm WHERE vm.post_id = {p}.id AND vm.account_id = :viewer)
      OR ({p}.visibility = 'private' AND EXISTS (SELECT 1 FROM follows vf
        WHERE vf.follower_id = :viewer AND vf.followee_id = {p}.account_id AND vf.state = 'following')))
    AND NOT EXISTS (SELECT 1 FROM blocks vb WHERE vb.account_id = {p}.account_id AND vb.target_id = :viewer)
  )
)"""
# Of its author, from one row: neither suspended nor on a server that the viewer blocks for themselves.
_ACTIVE = """EXISTS (SELECT 1 FROM accounts va
  WHERE va.id = {p}.account_id AND va.suspended_at IS NULL AND va.deleted_at IS NULL
  AND (va.domain_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM account_domain_blocks vd
    WHERE vd.account_id = :viewer AND vd.domain = va.domain)))"""
# A mute whose time is over is taken away by a job.
_WANTED = """NOT EXISTS (SELECT 1 FROM blocks vw
  WHERE vw.account_id = :viewer AND vw.target_id = {p}.account_id)
AND NOT EXISTS (SELECT 1 FROM mutes vm WHERE vm.account_id = :viewer AND vm.target_id = {p}.account_id)"""


def visible(alias: str) -> str:
    """Whether the viewer may see the post `alias`."""
    return _VISIBLE.format(p=alias)


def shown(alias: str) -> str:
    """Whether the post `alias` belongs in the viewer's lists: visible, and by nobody suspended, blocked or muted."""
    return f"({visible(alias)} AND {_ACTIVE.format(p=alias)} AND {_WANTED.format(p=alias)})"


def boost_shown(alias: str) -> str:
    """The same of what the post `alias` boosts; true of a post that is no boost."""
    return f"""({alias}.boost_of_id IS NULL OR EXISTS (
  SELECT 1 FROM posts vo WHERE vo.id = {alias}.boost_of_id AND {shown("vo")}))"""
