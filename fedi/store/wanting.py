"""What a follower wants of whom they follow, as conditions on a follow `f` and a post `p`."""

from __future__ import annotations

SPOKEN = """(f.languages IS NULL OR p.language IS NULL OR f.languages LIKE '%"' || p.language || '"%')"""
"""The post is in a language that the follower chose for this author, or does not say."""

NOT_EXCLUSIVE = """NOT EXISTS (SELECT 1 FROM list_accounts xl
  WHERE xl.owner_id = f.follower_id AND xl.account_id = p.account_id AND xl.exclusive)"""
"""The author is on no list of the follower's that keeps its members out of their home."""
