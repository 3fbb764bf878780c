"""Edits of posts, with what was there before: a part of `tx.posts`."""

from __future__ import annotations

from fedi.model.posts import Edit, Post
from fedi.store.database import Connection
from fedi.store.events import tell
from fedi.store.rows import changed, columns, placeholders, read, to_json, write
from fedi.store.unit import Unit

_EDITED = (
    "url", "type", "title", "summary", "content", "source", "source_media_type", "language", "sensitive",
    "mentions", "tags", "attachments", "emojis", "edited_at", "fetched_at", "poll_id", "is_quote", "quote_policy",
)  # fmt: skip
_UPDATE = f"UPDATE posts SET {changed(dict.fromkeys(_EDITED))} WHERE id = :id"
_KEEP = f"INSERT INTO post_edits ({columns(Edit)}) VALUES ({placeholders(Edit)})"


class Edits:
    """Table `post_edits`."""

    _tx: Unit
    _db: Connection

    async def edit(self, before: Post, after: Post, poll_options: tuple[str, ...] = ()) -> None:
        """Give a post its new form and keep the one before, with the choices of the poll that it had then.

        Who may see it, and what it answers, stays.
        """
        kept = Edit(
            id=self._tx.new_id(),
            post_id=before.id,
            title=before.title,
            summary=before.summary,
            content=before.content,
            source=before.source,
            sensitive=before.sensitive,
            attachments=before.attachments,
            emojis=before.emojis,
            created_at=before.edited_at or before.created_at,
            poll_options=to_json(poll_options) if poll_options else None,
        )
        await self._db.run(_KEEP, write(kept))
        values = write(after)
        changed = {"id": before.id} | {name: values[name] for name in _EDITED}
        await self._db.run(_UPDATE, changed)
        tell(self._tx, "status.update", before.id)

    async def edits(self, post_id: int) -> list[Edit]:
        """What a post was before each of its edits, the oldest form first."""
        rows = await self._db.rows(
            f"SELECT {columns(Edit)} FROM post_edits WHERE post_id = :post ORDER BY id", {"post": post_id}
        )
        return [read(Edit, row) for row in rows]

    async def set_policy(self, post_id: int, policy: str) -> None:
        """Who may quote a post, as `model.quotes.Policy.text` writes it."""
        await self._db.run(
            "UPDATE posts SET quote_policy = :policy WHERE id = :id", {"policy": policy, "id": post_id}
        )

    async def set_card(self, post_id: int, card_id: int | None) -> None:
        """What is behind the first link of a post."""
        await self._db.run(
            "UPDATE posts SET card_id = :card WHERE id = :id", {"card": card_id, "id": post_id}
        )

    async def refreshed(self, post_id: int) -> None:
        """Note that another server's post was looked at again and had not changed."""
        await self._db.run(
            "UPDATE posts SET fetched_at = :now WHERE id = :id", {"now": self._tx.now, "id": post_id}
        )
