"""MediaAttachment."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from fedi.api.entities.here import Here
from fedi.model.posts import Attachment


class MediaAttachment(Struct, kw_only=True):
    """A picture, video or sound of a status. `url` is null while it is being processed."""

    id: str
    type: str
    url: str | None
    preview_url: str | None
    remote_url: str | None
    preview_remote_url: str | None
    text_url: str | None
    meta: dict[str, Any]
    description: str | None
    blurhash: str | None


def attachment(found: Attachment, at: Here) -> MediaAttachment:
    """The entity, with addresses of ours: what is on another server is shown through our proxy."""
    if found.stored:
        url, remote = found.url or None, None
        preview = found.preview_url
    else:
        url, remote = at.media(found.url), found.url
        preview = at.media(found.preview_url) if found.preview_url else None
        if preview is None and found.type == "image":
            preview = url
    return MediaAttachment(
        id=found.id,
        type=found.type,
        url=url,
        preview_url=preview,
        remote_url=remote,
        preview_remote_url=None if found.stored else found.preview_url,
        text_url=None,
        meta=_meta(found),
        description=found.description,
        blurhash=found.blurhash,
    )


def _meta(found: Attachment) -> dict[str, Any]:
    """What is known of the size, and of what matters in the picture."""
    meta = dict(found.meta) if found.meta else {}
    if "original" not in meta and found.width and found.height:
        meta["original"] = {
            "width": found.width,
            "height": found.height,
            "size": f"{found.width}x{found.height}",
            "aspect": found.width / found.height,
        }
    if found.focus:
        meta["focus"] = {"x": found.focus[0], "y": found.focus[1]}
    return meta
