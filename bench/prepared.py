"""Requests signed before anything is measured, once for all databases and servers."""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct

from bench import world
from bench.others import Others
from bench.server import URL
from bench.strangers import Author, Keys, Stranger

_FOLLOWERS_FIRST = 10_000
_FOLLOWER_HOSTS = 100
_UNKNOWN_FIRST = 50_000
SENDERS = (16, 64)


class Sizes(Struct, frozen=True):
    """How much of everything."""

    posts: int
    """Posts that come in, for each number of senders, without a mention and with one."""
    strangers: int
    hosts: int
    """Servers that speak TLS."""
    reads: int
    crowd_posts: int
    crowd_followers: int
    crowd_hosts: int
    fans: int = 1000
    """People here who follow ana and listen to her."""


USUAL = Sizes(2000, 1000, 1000, 2000, 1_000_000, 1_000_000, 10_000)
QUICK = Sizes(400, 150, 150, 600, 50_000, 50_000, 500)


class Prepared:
    """Made when first needed, and used again."""

    def __init__(self, sizes: Sizes, others: Others, keys: Keys) -> None:
        self.sizes = sizes
        self.keys = keys
        self._others = others
        self._author = Author(URL, keys)
        self._creates: dict[tuple[int, bool], list[bytes]] = {}

    @cached_property
    def authors(self) -> list[Stranger]:
        """Those whom ana follows."""
        return [Stranger(self._others.plain_host(number), number) for number in range(world.AUTHORS)]

    def renew(self) -> None:
        """Sign posts anew when they are next asked for: what is some minutes old is no news to a server."""
        self._creates.clear()

    def creates(self, senders: int, mention: bool) -> list[bytes]:
        """Posts of the authors, for one load."""
        key = (senders, mention)
        if key not in self._creates:
            named = world.actor(world.ANA) if mention else None
            self._creates[key] = [
                self._author.post(who, self._author.create(who, named))
                for who in self._each(self.sizes.posts)
            ]
        return self._creates[key]

    def warming(self, many: int) -> list[bytes]:
        """Posts that nobody measures: each author's key gets into the server's memory."""
        return [self._author.post(who, self._author.create(who)) for who in self._each(many)]

    def _each(self, many: int) -> list[Stranger]:
        return [self.authors[number % len(self.authors)] for number in range(many)]

    @cached_property
    def follows(self) -> list[bytes]:
        """Follows of ana by people nobody here has met, ten on each server."""
        found = []
        for number in range(self.sizes.strangers):
            host = self._others.plain_host(_FOLLOWERS_FIRST + number % _FOLLOWER_HOSTS)
            who = Stranger(host, _FOLLOWERS_FIRST + number)
            found.append(self._author.post(who, self._author.follow(who, world.actor(world.ANA))))
        return found

    @cached_property
    def deletes(self) -> list[bytes]:
        """Deletes of people nobody here has met."""
        unknown = [
            Stranger(self._others.plain_host(_UNKNOWN_FIRST + number % 50), _UNKNOWN_FIRST + number)
            for number in range(self.sizes.strangers)
        ]
        return [self._author.post(who, self._author.delete_actor(who)) for who in unknown]

    @cached_property
    def signed_gets(self) -> list[bytes]:
        """Ana's actor document, asked for by the authors."""
        target = world.actor(world.ANA).removeprefix(URL)
        return [self._author.get(who, target) for who in self._each(self.sizes.reads)]
