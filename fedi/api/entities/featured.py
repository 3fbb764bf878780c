"""FeaturedTag."""

from __future__ import annotations

from msgspec import Struct

from fedi.activitypub.uris import Addresses
from fedi.api.entities.here import day
from fedi.model.people import Account
from fedi.store import featured_tags


class FeaturedTag(Struct):
    """A hashtag on a profile, with how often its owner used it (a number as a text)."""

    id: str
    name: str
    url: str
    statuses_count: str
    last_status_at: str | None


def featured_tag(found: featured_tags.FeaturedTag, owner: Account) -> FeaturedTag:
    """The entity of a hashtag that `owner` shows."""
    return FeaturedTag(
        str(found.id),
        found.name,
        Addresses("").tagged_page(owner.url or owner.uri, found.tag),
        str(found.posts_count),
        day(found.last_post_at),
    )
