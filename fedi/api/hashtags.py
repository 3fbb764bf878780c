"""Hashtags with their use, and what the viewer has to do with them: one question of each kind for a whole list."""

from __future__ import annotations

from collections.abc import Sequence

from fedi.api.entities.here import Here
from fedi.api.entities.tags import Tag, tag
from fedi.store.store import Transaction
from fedi.store.tags import Tags


async def tags_of(tx: Transaction, names: Sequence[str], viewer_id: int | None, at: Here) -> list[Tag]:
    """The entities of hashtags (lower case, no #), in their order."""
    if not names:
        return []
    used = await Tags(tx).history(names)
    followed: set[str] = set()
    featured: set[str] = set()
    if viewer_id is not None:
        followed = await tx.followed_tags.among(viewer_id, names)
        featured = set(await tx.featured_tags.tags(viewer_id))
    return [
        tag(
            name,
            at,
            used.get(name, ()),
            now=tx.now,
            following=name in followed,
            featuring=name in featured,
        )
        for name in names
    ]
