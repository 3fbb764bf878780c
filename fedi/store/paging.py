"""Which part of a long list is asked for: the words of the Mastodon API."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from fedi.model.cards import Card
from fedi.model.filtering import Matches
from fedi.model.people import Account
from fedi.model.polls import Ballot
from fedi.model.posts import Post
from fedi.model.quotes import Shown
from fedi.store.page_parts import Consent
from fedi.store.viewing import Flags

LAST = 2**63 - 1


class Range(Struct, frozen=True):
    """Ids between two others. With `min_id` the entries that follow it directly, else the newest ones.

    Either way a page shows its newest entry first.
    """

    limit: int = 20
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None

    @property
    def upwards(self) -> bool:
        """Whether the entries next to `min_id` are asked for, rather than the newest."""
        return self.min_id is not None

    def params(self) -> dict[str, Any]:
        """`:max_id`, `:min_id` and `:limit` of a statement that compares with `<` and `>`."""
        lowest = self.since_id if self.min_id is None else self.min_id
        return {
            "max_id": LAST if self.max_id is None else self.max_id,
            "min_id": lowest or 0,
            "limit": self.limit,
        }


class PostPage(Struct, frozen=True):
    """A page of posts, the newest first, with all that is shown of them."""

    posts: list[Post]
    originals: dict[int, Post] = {}
    """What the boosts among `posts` boost, by id."""
    authors: dict[int, Account] = {}
    """Who wrote either, by id."""
    flags: Flags = Flags()
    """What the viewer did with the posts and with what is boosted."""
    first: int | None = None
    """The ids to page by; None where the page is empty, or no part of a longer list."""
    last: int | None = None
    viewer: int | None = None
    """Who looks; None: anybody."""
    polls: dict[int, Ballot] = {}
    """By the posts' `poll_id`."""
    cards: dict[int, Card] = {}
    """By the posts' `card_id`."""
    quotes: dict[int, Shown] = {}
    """What is quoted, by the id of the post that quotes it."""
    consent: Consent = Consent()
    """Who follows whom, where it decides whether a post may be quoted."""
    filtered: Matches = {}
    """What the viewer's filters match, by the ids of posts and of what is boosted."""
    now: int = 0
    """When the page was read, ms since 1970: whether a poll is over."""


class AccountPage(Struct, frozen=True):
    """A page of accounts, as of posts."""

    accounts: list[Account]
    first: int | None = None
    last: int | None = None
