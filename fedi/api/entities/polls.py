"""Poll. https://docs.joinmastodon.org/entities/Poll/."""

from __future__ import annotations

from msgspec import Struct

from fedi.api.entities.accounts import CustomEmoji, emojis
from fedi.api.entities.here import Here, time
from fedi.model import polls
from fedi.model.people import CustomEmoji as Emoji


class PollOption(Struct):
    """A choice; the votes are None while they are hidden."""

    title: str
    votes_count: int | None


class Poll(Struct):
    """A poll; `voted` and `own_votes` are None for people who are not signed in."""

    id: str
    expires_at: str | None
    expired: bool
    multiple: bool
    votes_count: int
    voters_count: int | None
    options: list[PollOption]
    emojis: list[CustomEmoji]
    voted: bool | None = None
    own_votes: list[int] | None = None


def poll(
    ballot: polls.Ballot,
    at: Here,
    now: int,
    *,
    viewer: int | None,
    author: int,
    found: tuple[Emoji, ...] = (),
) -> Poll:
    """A poll at the time `now` (ms) as `viewer` sees it. Whoever asks counts as one who has voted."""
    asked = ballot.poll
    over = asked.is_over(now)
    told = over or not asked.hide_totals
    tallies = asked.tallies
    return Poll(
        str(asked.id),
        None if asked.expires_at is None else time(asked.expires_at),
        over,
        asked.multiple,
        asked.votes_count,
        asked.voters_count,
        [PollOption(title, tallies[choice] if told else None) for choice, title in enumerate(asked.options)],
        emojis(found, at) if found else [],
        None if viewer is None else viewer == author or bool(ballot.own),
        None if viewer is None else list(ballot.own),
    )
