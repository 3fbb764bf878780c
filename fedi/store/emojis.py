"""Custom emojis of the domains hosted here."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from fedi.store.rows import columns, placeholders, read, write
from fedi.store.unit import Unit


class Emoji(Struct, frozen=True, kw_only=True):
    """A custom emoji; `shortcode` without colons."""

    id: int
    domain_id: int
    shortcode: str
    url: str
    static_url: str
    category: str | None = None
    visible_in_picker: bool = True
    disabled: bool = False
    created_at: int
    updated_at: int


_ADD = f"""
INSERT INTO custom_emojis ({columns(Emoji)}) VALUES ({placeholders(Emoji)})
ON CONFLICT (domain_id, shortcode) DO UPDATE SET url = excluded.url, static_url = excluded.static_url,
  category = excluded.category, visible_in_picker = excluded.visible_in_picker, disabled = excluded.disabled,
  updated_at = excluded.updated_at
"""


class Emojis:
    """Table `custom_emojis`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def of(self, domain_id: int, *, disabled: bool = False) -> list[Emoji]:
        """All of a domain by name; with `disabled`, those that are turned off as well."""
        rows = await self._db.rows(
            f"SELECT {columns(Emoji)} FROM custom_emojis "
            "WHERE domain_id = :domain AND (NOT disabled OR :disabled) ORDER BY shortcode",
            {"domain": domain_id, "disabled": disabled},
        )
        return [read(Emoji, row) for row in rows]

    async def named(self, domain_id: int, shortcodes: Collection[str]) -> dict[str, Emoji]:
        """Those of `shortcodes` that there are."""
        if not shortcodes:
            return {}
        rows = await self._db.rows(
            f"SELECT {columns(Emoji)} FROM custom_emojis "
            "WHERE domain_id = :domain AND shortcode = ANY(:names) AND NOT disabled",
            {"domain": domain_id, "names": list(shortcodes)},
        )
        return {row["shortcode"]: read(Emoji, row) for row in rows}

    async def put(self, emoji: Emoji) -> None:
        """Add an emoji, or give the one with its name another picture."""
        await self._db.run(_ADD, write(emoji))

    async def remove(self, domain_id: int, shortcode: str) -> bool:
        """Remove an emoji; whether there was one. What was written with it keeps its picture's address."""
        gone = await self._db.run(
            "DELETE FROM custom_emojis WHERE domain_id = :domain AND shortcode = :name",
            {"domain": domain_id, "name": shortcode},
        )
        return gone == 1
