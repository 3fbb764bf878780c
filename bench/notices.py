"""Notices that ana finds: what authors whom she follows wrote to her, and what they like and passed on."""

from __future__ import annotations

from bench.server import URL
from bench.world import ANA
from fedi.activitypub.uris import Addresses
from fedi.model.posts import Post
from fedi.store.store import Transaction

_AT = Addresses(URL)
_LIKED = 24
"""Posts of hers that all of them like; half of these are boosted too."""
_WRITTEN = 2  # by each, to her


async def notices_of_ana(tx: Transaction) -> None:
    """Some hundred notices in some seventy groups, mixed as they come."""
    rows = await tx.db.rows(
        "SELECT followee_id FROM follows WHERE follower_id = :ana ORDER BY id", {"ana": ANA}
    )
    authors = [int(row[0]) for row in rows]
    hers = [await _post(tx, ANA, f"{_AT.actor(ANA)}/liked/{number}") for number in range(_LIKED)]
    for number, post in enumerate(hers):
        for author in authors[: 4 + number % 4]:
            tx.notifications.give(ANA, "favourite", author, post)
        if number % 2:
            for author in authors[8:11]:
                tx.notifications.give(ANA, "reblog", author, post)
        for author in authors[number::_LIKED]:
            for written in range(_WRITTEN):
                to_her = await _post(tx, author, f"https://written.test/{author}/{written}")
                tx.notifications.give(ANA, "mention", author, to_her)
    for author in authors:
        tx.notifications.give(ANA, "follow", author)


async def _post(tx: Transaction, author_id: int, uri: str) -> int:
    post = Post(
        id=tx.new_id(),
        uri=uri,
        url=uri,
        account_id=author_id,
        local=author_id == ANA,
        visibility="public",
        content="<p>Nobody knows how long this will be remembered, or by whom.</p>",
        language="en",
        created_at=tx.now,
    )
    await tx.posts.add(post, [ANA] if author_id != ANA else [])
    return post.id
