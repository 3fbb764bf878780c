"""What belongs to posts beside their words, as attributes of a transaction."""

from __future__ import annotations

from functools import cached_property

from fedi.store.bookmarks import Bookmarks
from fedi.store.cards import Cards
from fedi.store.polls import Polls
from fedi.store.quotes import Quotes
from fedi.store.scheduled import ScheduledPosts
from fedi.store.translations import Refreshes, Translations
from fedi.store.unit import Unit


class PostTables(Unit):
    """A part of `Transaction`."""

    @cached_property
    def bookmarks(self) -> Bookmarks:
        """Bookmarks, and muted conversations."""
        return Bookmarks(self)

    @cached_property
    def polls(self) -> Polls:
        """Polls, and votes in them."""
        return Polls(self)

    @cached_property
    def quotes(self) -> Quotes:
        """Who quotes whom, and with whose consent."""
        return Quotes(self)

    @cached_property
    def cards(self) -> Cards:
        """Link previews."""
        return Cards(self)

    @cached_property
    def scheduled(self) -> ScheduledPosts:
        """Posts that wait for their time."""
        return ScheduledPosts(self)

    @cached_property
    def translations(self) -> Translations:
        """Translations of posts."""
        return Translations(self)

    @cached_property
    def refreshes(self) -> Refreshes:
        """Answers that are being fetched."""
        return Refreshes(self)
