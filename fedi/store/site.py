"""What admins set while the server runs."""

from __future__ import annotations

from typing import Any

import msgspec

from fedi.model.site import KEYS, Site
from fedi.store.rows import to_json
from fedi.store.unit import Unit


class SiteSettings:
    """Table `site`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def of(self, domain_id: int) -> Site:
        """All of a domain's; what was never set has its default."""
        rows = await self._db.rows(
            "SELECT key, value, updated_at FROM site WHERE domain_id = :domain", {"domain": domain_id}
        )
        values: dict[str, Any] = {
            row["key"]: msgspec.json.decode(row["value"]) for row in rows if row["key"] in KEYS
        }
        return msgspec.convert({**values, "updated": {row["key"]: row["updated_at"] for row in rows}}, Site)

    async def put(self, domain_id: int, key: str, value: Any) -> None:
        """Set a key of `Site`."""
        await self._db.run(
            "INSERT INTO site (domain_id, key, value, updated_at) VALUES (:domain, :key, :value, :now) "
            "ON CONFLICT (domain_id, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
            {"domain": domain_id, "key": key, "value": to_json(value), "now": self._tx.now},
        )

    async def reset(self, domain_id: int, key: str) -> None:
        """Have the default again."""
        await self._db.run(
            "DELETE FROM site WHERE domain_id = :domain AND key = :key", {"domain": domain_id, "key": key}
        )
