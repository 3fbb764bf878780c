"""Relationship."""

from __future__ import annotations

from msgspec import Struct

from fedi.api.entities.here import time
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
    languages: tuple[str, ...] | None
    muting: bool
    muting_notifications: bool
    muting_expires_at: str | None
    domain_blocking: bool
    endorsed: bool
    note: str


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
        found.languages,
        found.muting,
        found.muting_notifications,
        None if found.muting_expires_at is None else time(found.muting_expires_at),
        found.domain_blocking,
        found.endorsed,
        found.note,
    )
