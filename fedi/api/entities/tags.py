"""Tag, Search."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from fedi.api.entities.accounts import Account
from fedi.api.entities.here import Here
from fedi.api.entities.statuses import Status


class Tag(Struct):
    """A hashtag. Its id is its name."""

    id: str
    name: str
    url: str
    history: tuple[Any, ...] = ()
    following: bool = False
    featuring: bool = False


class Search(Struct):
    """What a search found."""

    accounts: list[Account]
    statuses: list[Status]
    hashtags: list[Tag]
    collections: tuple[Any, ...] = ()


def tag(name: str, at: Here) -> Tag:
    """The entity of a hashtag."""
    return Tag(name, name, at.addresses.tag_page(name))
