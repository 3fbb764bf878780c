"""Uploads, and every file in the storage: tables `media` and `media_files`.

A file is named in `media_files` before it is written, and one that nothing uses is dropped once its time has come:
so nothing is lost when a process is killed between the two.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from fedi.model.media import Media
from fedi.store.rows import changed, columns, placeholders, read, write
from fedi.store.unit import Unit

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_SELECT = f"SELECT {columns(Media)} FROM media"
_INSERT = f"INSERT INTO media ({columns(Media)}) VALUES ({placeholders(Media)})"
_USED = "SELECT COALESCE(SUM(bytes), 0) FROM media_files WHERE account_id = :account"
_INTEND = """
INSERT INTO media_files (name, bytes, account_id, spare_at) VALUES (:name, :bytes, :account, :spare_at)
"""
_SPARE = """
SELECT name FROM media_files
WHERE media_id IS NULL AND (profile IS NULL OR account_id IS NULL) AND spare_at <= :now
ORDER BY spare_at LIMIT :limit
"""
# Of a post's own files only: an id that is on another post by now is not taken away from it.
_ATTACH = """
UPDATE media SET post_id = :post WHERE id = ANY(:ids) AND account_id = :account AND post_id IS NULL
AND state = 'ready'
"""


class Uploads:
    """Tables `media` and `media_files`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, media: Media, files: Collection[str]) -> None:
        """Keep an upload, whose files are in the storage."""
        await self._db.run(_INSERT, write(media))
        await self._claim(media.id, files)

    async def by_id(self, media_id: int) -> Media | None:
        """The upload with this id."""
        row = await self._db.row(f"{_SELECT} WHERE id = :id", {"id": media_id})
        return read(Media, row) if row else None

    async def of_account(self, account_id: int, ids: Collection[int]) -> dict[int, Media]:
        """Those of `ids` that the account uploaded."""
        if not ids:
            return {}
        rows = await self._db.rows(
            f"{_SELECT} WHERE id = ANY(:ids) AND account_id = :account",
            {"ids": list(ids), "account": account_id},
        )
        return {row["id"]: read(Media, row) for row in rows}

    async def change(self, media_id: int, values: Mapping[str, Any]) -> None:
        """Set columns that the code names."""
        await self._db.run(
            f"UPDATE media SET {changed(values)} WHERE id = :media_id", {**values, "media_id": media_id}
        )

    async def finish(self, media_id: int, values: Mapping[str, Any], files: Collection[str]) -> bool:
        """Processing came to its end; what was sent is no longer needed. False if it was not processing."""
        sql = (
            f"UPDATE media SET {changed(values)}, source = NULL WHERE id = :media_id AND state = 'processing'"
        )
        if not await self._db.run(sql, {**values, "media_id": media_id}):
            return False
        await self.free(media_id)
        await self._claim(media_id, files)
        return True

    async def attach(self, account_id: int, post_id: int, ids: Collection[int]) -> bool:
        """Put uploads on a post; False, if one of them is not ready or is on another post already."""
        if not ids:
            return True
        values = {"post": post_id, "ids": list(ids), "account": account_id}
        return await self._db.run(_ATTACH, values) == len(set(ids))

    async def detach(self, post_id: int, *, but: Collection[int] = (), until: int | None = None) -> None:
        """Take uploads off a post (all `but` some); they may be used again until then (None: for a day)."""
        await self._db.run(
            "UPDATE media SET post_id = NULL, spare_at = :until WHERE post_id = :post AND NOT (id = ANY(:but))",
            {"post": post_id, "but": list(but), "until": self._tx.now + DAY_MS if until is None else until},
        )

    async def hold(self, ids: Collection[int], until: int) -> None:
        """Keep uploads that no post uses yet (a scheduled post will) until then, ms since 1970."""
        await self._db.run(
            "UPDATE media SET spare_at = :until WHERE id = ANY(:ids)", {"ids": list(ids), "until": until}
        )

    async def delete(self, media_id: int) -> None:
        """Drop an upload; its files follow."""
        await self.free(media_id)
        await self._db.run("DELETE FROM media WHERE id = :id", {"id": media_id})

    async def used(self, account_id: int) -> int:
        """Bytes that the account stores; until the transaction ends, nobody adds to them."""
        await self._db.row(
            "SELECT id FROM accounts WHERE id = :account /*postgresql FOR UPDATE */", {"account": account_id}
        )
        return int(await self._db.value(_USED, {"account": account_id}))

    async def intend(self, account_id: int, files: Mapping[str, int]) -> None:
        """Name files that are about to be written, with their bytes: unused, they are dropped after an hour."""
        spare_at = self._tx.now + HOUR_MS
        await self._db.run_many(
            _INTEND,
            [
                {"name": name, "bytes": size, "account": account_id, "spare_at": spare_at}
                for name, size in files.items()
            ],
        )

    async def free(self, media_id: int) -> None:
        """The upload no longer uses its files."""
        await self._db.run(
            "UPDATE media_files SET media_id = NULL, spare_at = :now WHERE media_id = :id",
            {"id": media_id, "now": self._tx.now},
        )

    async def unuse(self, names: Collection[str]) -> None:
        """Files of an upload that others replaced."""
        await self._db.run(
            "UPDATE media_files SET media_id = NULL, spare_at = :now WHERE name = ANY(:names)",
            {"names": list(names), "now": self._tx.now},
        )

    async def use(self, media_id: int, names: Collection[str]) -> None:
        """Files that an upload uses besides those it has."""
        await self._claim(media_id, names)

    async def use_for_profile(self, account_id: int, kind: str, name: str | None) -> None:
        """Make a file the account's avatar or header, in place of the one there was; None: there is none."""
        await self._db.run(
            "UPDATE media_files SET profile = NULL, spare_at = :now "
            "WHERE account_id = :account AND profile = :kind",
            {"account": account_id, "kind": kind, "now": self._tx.now},
        )
        if name is not None:
            await self._db.run(
                "UPDATE media_files SET profile = :kind WHERE name = :name", {"kind": kind, "name": name}
            )

    async def forget_spare(self, limit: int) -> int:
        """Drop uploads that no post uses and whose time is over; how many there were."""
        rows = await self._db.rows(
            "SELECT id FROM media WHERE post_id IS NULL AND spare_at <= :now ORDER BY spare_at LIMIT :limit "
            "/*postgresql FOR UPDATE SKIP LOCKED */",
            {"now": self._tx.now, "limit": limit},
        )
        ids = [row["id"] for row in rows]
        if ids:
            await self._db.run(
                "UPDATE media_files SET media_id = NULL, spare_at = :now WHERE media_id = ANY(:ids)",
                {"ids": ids, "now": self._tx.now},
            )
            await self._db.run("DELETE FROM media WHERE id = ANY(:ids) AND post_id IS NULL", {"ids": ids})
        return len(ids)

    async def spare_files(self, limit: int) -> list[str]:
        """Files that nothing uses."""
        return [row["name"] for row in await self._db.rows(_SPARE, {"now": self._tx.now, "limit": limit})]

    async def forget_files(self, names: Collection[str]) -> None:
        """Files that are no longer in the storage."""
        await self._db.run("DELETE FROM media_files WHERE name = ANY(:names)", {"names": list(names)})

    async def _claim(self, media_id: int, files: Collection[str]) -> None:
        await self._db.run(
            "UPDATE media_files SET media_id = :id WHERE name = ANY(:names)",
            {"id": media_id, "names": list(files)},
        )
