"""Warnings that moderators gave, and what people say against them."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from fedi.store.rows import columns, placeholders, read, write
from fedi.store.unit import Unit


class Strike(Struct, frozen=True, kw_only=True):
    """A warning; `action` says what was done besides, `account_id` which moderator did."""

    id: int
    target_id: int
    account_id: int | None
    report_id: int | None = None
    action: str
    text: str = ""
    post_ids: tuple[int, ...] = ()
    created_at: int
    overruled_at: int | None = None


class Appeal(Struct, frozen=True, kw_only=True):
    """What somebody says against a warning; it is open until one of the times is set."""

    id: int
    warning_id: int
    account_id: int
    text: str
    approved_at: int | None = None
    rejected_at: int | None = None
    decided_by_id: int | None = None
    created_at: int

    @property
    def state(self) -> str:
        """Mastodon's word: pending, approved or rejected."""
        return "approved" if self.approved_at else "rejected" if self.rejected_at else "pending"


class Strikes:
    """Tables `warnings`, `appeals` and `warning_presets`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def add(self, strike: Strike) -> None:
        """Keep a warning."""
        await self._db.run(
            f"INSERT INTO warnings ({columns(Strike)}) VALUES ({placeholders(Strike)})", write(strike)
        )

    async def by_ids(self, ids: Collection[int]) -> dict[int, Strike]:
        """Those of `ids` that are here, in one question."""
        if not ids:
            return {}
        rows = await self._db.rows(
            f"SELECT {columns(Strike)} FROM warnings WHERE id = ANY(:ids)", {"ids": [*ids]}
        )
        return {row["id"]: read(Strike, row) for row in rows}

    async def of(self, account_id: int, limit: int = 100) -> list[Strike]:
        """An account's warnings, the newest first."""
        rows = await self._db.rows(
            f"SELECT {columns(Strike)} FROM warnings WHERE target_id = :id ORDER BY id DESC LIMIT :limit",
            {"id": account_id, "limit": limit},
        )
        return [read(Strike, row) for row in rows]

    async def overrule(self, strike_id: int) -> None:
        """A warning should not have been given."""
        await self._db.run(
            "UPDATE warnings SET overruled_at = :now WHERE id = :id", {"id": strike_id, "now": self._tx.now}
        )

    async def preset(self, preset_id: int) -> str | None:
        """The text of a warning that was written beforehand."""
        found: str | None = await self._db.value(
            "SELECT text FROM warning_presets WHERE id = :id", {"id": preset_id}
        )
        return found

    async def add_preset(self, title: str, text: str) -> int:
        """Keep a text to warn with; its id."""
        made = self._tx.new_id()
        await self._db.run(
            "INSERT INTO warning_presets (id, title, text, created_at) VALUES (:id, :title, :text, :now)",
            {"id": made, "title": title, "text": text, "now": self._tx.now},
        )
        return made

    # --- appeals --------------------------------------------------------------------------------------

    async def appeal(self, appeal: Appeal) -> bool:
        """Keep an appeal; False if there is one against that warning already."""
        sql = f"INSERT INTO appeals ({columns(Appeal)}) VALUES ({placeholders(Appeal)})"
        return await self._db.run(f"{sql} ON CONFLICT (warning_id) DO NOTHING", write(appeal)) == 1

    async def appeals(self, strike_ids: Collection[int]) -> dict[int, Appeal]:
        """Appeals by the warnings that they are against."""
        if not strike_ids:
            return {}
        rows = await self._db.rows(
            f"SELECT {columns(Appeal)} FROM appeals WHERE warning_id = ANY(:ids)", {"ids": [*strike_ids]}
        )
        return {row["warning_id"]: read(Appeal, row) for row in rows}

    async def decide(self, appeal_id: int, by_id: int, *, approved: bool) -> bool:
        """Settle an appeal; False if it was settled already."""
        column = "approved_at" if approved else "rejected_at"
        return (
            await self._db.run(
                f"UPDATE appeals SET {column} = :now, decided_by_id = :by "
                "WHERE id = :id AND approved_at IS NULL AND rejected_at IS NULL",
                {"id": appeal_id, "by": by_id, "now": self._tx.now},
            )
            == 1
        )
