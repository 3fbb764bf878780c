"""Uploads on posts: which may go together, on which post, and what is said of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from fedi.errors import Unprocessable
from fedi.model.media import DESCRIPTION_MAX
from fedi.model.posts import Attachment, Post
from fedi.store.store import Transaction


async def chosen(
    tx: Transaction, account_id: int, ids: Sequence[int], limit: int, *, post: Post | None = None
) -> tuple[Attachment, ...]:
    """The account's uploads `ids`, in that order, for a new post, or for one that it edits.

    Raises Unprocessable for more than `limit`, for what is not there, is another's, still processed or on another
    post, and for a film or sound among others.
    """
    ids = list(dict.fromkeys(ids))
    if not ids:
        return ()
    if len(ids) > limit:
        raise Unprocessable(public=f"Cannot attach more than {limit} files")
    found = await tx.media.of_account(account_id, ids)
    own = None if post is None else post.id
    missing = [one for one in ids if one not in found or found[one].post_id not in (None, own)]
    if missing:
        raise Unprocessable(
            public=f"Media {', '.join(map(str, missing))} not found or already attached to another post"
        )
    media = [found[one] for one in ids]
    if len(media) > 1 and any(one.type in ("video", "audio") for one in media):
        raise Unprocessable(public="Cannot attach a video to a post that already contains images")
    if any(one.state != "ready" for one in media):
        raise Unprocessable(
            public="Cannot attach files that have not finished processing. Try again in a moment!"
        )
    return tuple(one.attachment() for one in media)


async def attach(tx: Transaction, post: Post, before: Post | None = None) -> None:
    """Make the uploads among a post's attachments the post's. Raises Unprocessable if another post was faster.

    What an edit took off stays with the post: its earlier form still shows it.
    """
    had = {one.id for one in before.attachments} if before else set()
    new = [int(one.id) for one in post.attachments if one.stored and one.id not in had]
    already = await tx.media.of_account(post.account_id, new) if before else {}
    ids = [one for one in new if one not in already or already[one].post_id != post.id]
    if not await tx.media.attach(post.account_id, post.id, ids):
        raise Unprocessable(public="Validation failed: Media is already attached to another post")


async def describe(
    tx: Transaction, attachments: tuple[Attachment, ...], told: Sequence[Mapping[str, Any]]
) -> tuple[Attachment, ...]:
    """Attachments with what `media_attributes` of an edit say: id, and description or focus of each."""
    by_id = {str(one.get("id")): one for one in told}
    return tuple(
        [
            await _described(tx, one, by_id[one.id]) if one.stored and one.id in by_id else one
            for one in attachments
        ]
    )


async def _described(tx: Transaction, one: Attachment, told: Mapping[str, Any]) -> Attachment:
    values: dict[str, Any] = {}
    if told.get("description") is not None:
        values["description"] = description(str(told["description"]))
    if told.get("focus"):
        values["focus_x"], values["focus_y"] = focus(str(told["focus"]))
    if not values:
        return one
    await tx.media.change(int(one.id), values)
    point = (values["focus_x"], values["focus_y"]) if "focus_x" in values else one.focus
    return msgspec.structs.replace(one, description=values.get("description", one.description), focus=point)


def description(text: str) -> str | None:
    """A description as it is kept. Raises Unprocessable for one that is too long."""
    text = text.strip()
    if len(text) > DESCRIPTION_MAX:
        raise Unprocessable(
            public=f"Validation failed: Description is too long (maximum is {DESCRIPTION_MAX} characters)"
        )
    return text or None


def focus(text: str) -> tuple[float, float]:
    """`x,y`, each moved into -1 to 1. Raises Unprocessable for what is no such pair."""
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise Unprocessable(public="Validation failed: Focus is invalid") from None
    if not (math.isfinite(x) and math.isfinite(y)):
        raise Unprocessable(public="Validation failed: Focus is invalid")
    return min(max(x, -1.0), 1.0), min(max(y, -1.0), 1.0)
