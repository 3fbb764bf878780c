"""List."""

from __future__ import annotations

from msgspec import Struct

from fedi.store.lists import ListRow


class List(Struct):
    """A list of people. https://docs.joinmastodon.org/entities/List/."""

    id: str
    title: str
    replies_policy: str
    exclusive: bool


def list_(found: ListRow) -> List:
    """The entity of a list."""
    return List(str(found.id), found.title, found.replies_policy, found.exclusive)
