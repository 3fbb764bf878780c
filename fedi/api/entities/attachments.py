"""MediaAttachment."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from fedi.model.posts import Attachment


class MediaAttachment(Struct, kw_only=True):
    """A picture, video or sound of a status."""

    id: str
    type: str
    url: str
    preview_url: str | None
    remote_url: str | None
    meta: dict[str, Any]
    description: str | None
    blurhash: str | None


def attachment(found: Attachment) -> MediaAttachment:
    """The entity. `meta` holds what is known of the size and of what matters in the picture."""
    meta: dict[str, Any] = {}
    if found.width and found.height:
        meta["original"] = {
            "width": found.width,
            "height": found.height,
            "size": f"{found.width}x{found.height}",
            "aspect": found.width / found.height,
        }
    if found.focus:
        meta["focus"] = {"x": found.focus[0], "y": found.focus[1]}
    return MediaAttachment(
        id=found.id,
        type=found.type,
        url=found.url,
        preview_url=found.url if found.type == "image" else None,
        remote_url=None,
        meta=meta,
        description=found.description,
        blurhash=found.blurhash,
    )
