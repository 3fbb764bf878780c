"""Relationship."""

from __future__ import annotations

from msgspec import Struct

from fedi.model import people


class Relationship(Struct):
    """What is between the person who asks and another account."""

    id: str
    following: bool
    showing_reblogs: bool
    notifying: bool
    followed_by: bool
    blocking: bool
    blocked_by: bool
    requested: bool
    requested_by: bool
    languages: None = None
    muting: bool = False
    muting_notifications: bool = False
    muting_expires_at: None = None
    domain_blocking: bool = False
    endorsed: bool = False
    note: str = ""


def relationship(found: people.Relationship) -> Relationship:
    """The entity of what is between two accounts."""
    return Relationship(
        str(found.id),
        found.following,
        found.showing_reblogs,
        found.notifying,
        found.followed_by,
        found.blocking,
        found.blocked_by,
        found.requested,
        found.requested_by,
    )
