"""Admin::Tag, and trends as those see them who decide: with what nobody has looked at."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from fedi.api.context import Asker
from fedi.api.entities.here import time
from fedi.api.entities.tags import History, tag
from fedi.store.store import Transaction
from fedi.store.tags import Tags
from fedi.store.trends import Provider, TagState, Trends


class AdminTag(Struct):
    """A hashtag with what was decided about it."""

    id: str
    name: str
    url: str
    history: list[History]
    trendable: bool
    usable: bool
    listable: bool
    requires_review: bool


class Publisher(Struct):
    """A host whose links trended. Mastodon's Admin::Trends::Links::PreviewCardProvider."""

    id: str
    domain: str
    trendable: bool | None
    reviewed_at: str | None
    requested_review_at: str | None
    requires_review: bool


async def admin_tags(tx: Transaction, me: Asker, names: Sequence[str]) -> list[AdminTag]:
    """The entities of hashtags, in their order."""
    used, states = await Tags(tx).history(names), await Trends(tx).tag_states(names)
    found = []
    for name in names:
        shown, state = (
            tag(name, me.at, used.get(name, ()), now=tx.now),
            states.get(name) or TagState(name=name),
        )
        found.append(
            AdminTag(
                shown.id,
                shown.name,
                shown.url,
                shown.history,
                state.trendable is not False,
                state.usable,
                state.listable,
                state.requires_review,
            )
        )
    return found


def publisher(found: Provider) -> Publisher:
    """The entity of a host."""
    return Publisher(
        str(found.id),
        found.name,
        found.trendable,
        None if found.reviewed_at is None else time(found.reviewed_at),
        None if found.requested_at is None else time(found.requested_at),
        found.trendable is None and found.reviewed_at is None,
    )
