"""Link previews, one for each address."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from fedi.model.cards import Card
from fedi.store.rows import changed, columns, placeholders, read, write
from fedi.store.unit import Unit

_SELECT = f"SELECT {columns(Card)} FROM cards"
_PUT = f"""
INSERT INTO cards ({columns(Card)}) VALUES ({placeholders(Card)})
ON CONFLICT (url) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in Card.__struct_fields__[2:])}
RETURNING id
"""


class Cards:
    """Table `cards`; which posts show one is a column of theirs."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def by_url(self, url: str) -> Card | None:
        """The preview of this address."""
        row = await self._db.row(f"{_SELECT} WHERE url = :url", {"url": url})
        return read(Card, row) if row else None

    async def by_ids(self, ids: Collection[int]) -> dict[int, Card]:
        """Previews by their ids."""
        rows = await self._db.rows(f"{_SELECT} WHERE id = ANY(:ids)", {"ids": list(ids)})
        return {row["id"]: read(Card, row) for row in rows}

    async def put(self, card: Card) -> int:
        """Add a preview, or make it the new one of its address; its id, which may be an older one."""
        return int(await self._db.value(_PUT, write(card)))

    async def change(self, card: Card, **values: object) -> Card:
        """Set columns of a preview."""
        await self._db.run(
            f"UPDATE cards SET {changed(values)} WHERE id = :card", {**values, "card": card.id}
        )
        return msgspec.structs.replace(card, **values)
