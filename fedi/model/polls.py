"""Polls, and what may be chosen in them."""

from __future__ import annotations

from msgspec import Struct

OPTION_MAX = 50
"""Characters of one choice."""
SHORTEST_MS = 300_000
LONGEST_MS = 2_629_746_000
"""How long a poll may be open: from five minutes to a month (as in Mastodon)."""


class Poll(Struct, frozen=True, kw_only=True):
    """A poll; `tallies` are the votes for each of `options`. Times in ms since 1970; see the schema."""

    id: int
    post_id: int
    options: tuple[str, ...]
    tallies: tuple[int, ...]
    multiple: bool = False
    hide_totals: bool = False
    votes_count: int = 0
    voters_count: int | None = None
    expires_at: int | None = None
    closed_at: int | None = None
    fetched_at: int | None = None

    def is_over(self, now: int) -> bool:
        """Whether it no longer takes votes."""
        return self.expires_at is not None and self.expires_at <= now


class Ballot(Struct, frozen=True):
    """A poll as somebody sees it: with what they chose themselves, and whether its post is theirs."""

    poll: Poll
    own: tuple[int, ...] = ()


class PollDraft(Struct, frozen=True, kw_only=True):
    """What somebody is about to ask. `seconds` is how long it is open."""

    options: tuple[str, ...]
    seconds: int
    multiple: bool = False
    hide_totals: bool = False
