"""Reading notices: a page of them with everybody and everything they are about, in a few statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from fedi.model.people import Account
from fedi.store.notice_values import Notice
from fedi.store.paging import PostPage
from fedi.store.store import Transaction


class Seen(Struct, frozen=True):
    """Notices with who and what they are about."""

    senders: dict[int, Account]
    posts: PostPage


async def look_up(
    tx: Transaction, viewer_id: int, notices: Sequence[Notice], others: Collection[int] = ()
) -> Seen:
    """Who is behind the notices (and `others`), and the posts that the viewer may see."""
    senders = await tx.people.by_ids({notice.from_id for notice in notices}.union(others))
    about = list({notice.post_id: None for notice in notices if notice.post_id})
    return Seen(senders, await tx.timelines.shown_among(viewer_id, about))
