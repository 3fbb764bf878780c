"""Files that people here uploaded, as the store keeps them."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from fedi.model.posts import Attachment

DESCRIPTION_MAX = 1_500
"""Characters of a description, as Mastodon counts them."""


class Media(Struct, frozen=True, kw_only=True):
    """An upload. `state` is processing, ready or failed; the rest is in the schema."""

    id: int
    account_id: int
    post_id: int | None = None
    state: str
    type: str
    base: str
    file: str | None = None
    preview: str | None = None
    source: str | None = None
    media_type: str | None = None
    description: str | None = None
    focus_x: float | None = None
    focus_y: float | None = None
    width: int | None = None
    height: int | None = None
    blurhash: str | None = None
    meta: str = "{}"
    spare_at: int
    created_at: int

    @property
    def focus(self) -> tuple[float, float] | None:
        """What matters in the picture: x and y from -1 to 1, the middle being 0, 0."""
        return None if self.focus_x is None or self.focus_y is None else (self.focus_x, self.focus_y)

    def attachment(self) -> Attachment:
        """What a post keeps of it; `url` is empty while it is processed."""
        return Attachment(
            id=str(self.id),
            type=self.type,
            url=f"{self.base}/{self.file}" if self.file else "",
            preview_url=f"{self.base}/{self.preview}" if self.preview else None,
            media_type=self.media_type,
            description=self.description,
            width=self.width,
            height=self.height,
            blurhash=self.blurhash,
            focus=self.focus,
            meta=msgspec.json.decode(self.meta, type=dict),
            stored=True,
        )
