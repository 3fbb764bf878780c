"""Translations of posts, kept a while, and what is being fetched of conversations."""

from __future__ import annotations

from msgspec import Struct

from fedi.store.rows import read
from fedi.store.unit import Unit

_PUT = """
INSERT INTO translations (post_id, language, form, answer, created_at) VALUES (:post, :language, :form, :answer, :now)
ON CONFLICT (post_id, language) DO UPDATE
SET form = excluded.form, answer = excluded.answer, created_at = excluded.created_at
"""


class Translations:
    """Table `translations`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def find(self, post_id: int, language: str, form: str) -> str | None:
        """What the engine answered for a post of this form."""
        found: str | None = await self._db.value(
            "SELECT answer FROM translations WHERE post_id = :post AND language = :language AND form = :form",
            {"post": post_id, "language": language, "form": form},
        )
        return found

    async def put(self, post_id: int, language: str, form: str, answer: str) -> None:
        """Keep an answer."""
        params = {"post": post_id, "language": language, "form": form, "answer": answer, "now": self._tx.now}
        await self._db.run(_PUT, params)

    async def forget(self, before: int) -> int:
        """Drop answers from before `before`."""
        return await self._db.run("DELETE FROM translations WHERE created_at < :before", {"before": before})


class Refresh(Struct, frozen=True):
    """That answers to a post are being fetched, or were; times in ms since 1970."""

    id: int
    post_id: int
    state: str
    found: int
    started_at: int


class Refreshes:
    """Table `refreshes`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def of_post(self, post_id: int) -> Refresh | None:
        """The last one for a post."""
        return await self._one("post_id", post_id)

    async def by_id(self, refresh_id: int) -> Refresh | None:
        """The one with this id."""
        return await self._one("id", refresh_id)

    async def start(self, post_id: int) -> Refresh:
        """Begin one for a post, in place of an earlier one."""
        await self._db.run("DELETE FROM refreshes WHERE post_id = :post", {"post": post_id})
        made = Refresh(self._tx.new_id(), post_id, "running", 0, self._tx.now)
        await self._db.run(
            "INSERT INTO refreshes (id, post_id, state, found, started_at) "
            "VALUES (:id, :post, :state, 0, :now) ON CONFLICT (post_id) DO NOTHING",
            {"id": made.id, "post": post_id, "state": made.state, "now": self._tx.now},
        )
        return made

    async def note(self, refresh_id: int, found: int, *, finished: bool) -> None:
        """How many answers have come so far."""
        await self._db.run(
            "UPDATE refreshes SET found = :found, state = :state WHERE id = :id",
            {"found": found, "state": "finished" if finished else "running", "id": refresh_id},
        )

    async def forget(self, before: int) -> int:
        """Drop those from before `before`."""
        return await self._db.run("DELETE FROM refreshes WHERE started_at < :before", {"before": before})

    async def _one(self, column: str, value: int) -> Refresh | None:
        row = await self._db.row(
            f"SELECT id, post_id, state, found, started_at FROM refreshes WHERE {column} = :value",
            {"value": value},
        )
        return read(Refresh, row) if row else None
