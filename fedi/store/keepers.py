"""Who runs a domain: shown on its pages, so that people know whom they trust and whom to ask."""

from __future__ import annotations

from fedi.model.people import Account
from fedi.store.rows import columns, read
from fedi.store.unit import Unit

_OF = f"""
SELECT {columns(Account, "a.")} FROM users u JOIN accounts a ON a.id = u.id
WHERE a.domain_id = :domain AND u.role IN ('owner', 'admin') AND u.disabled_at IS NULL
AND a.suspended_at IS NULL AND a.deleted_at IS NULL
ORDER BY CASE u.role WHEN 'owner' THEN 0 ELSE 1 END, u.id LIMIT :limit
"""


class Keepers:
    """Tables `users` and `accounts`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def of(self, domain_id: int, limit: int = 6) -> list[Account]:
        """Owners of a domain, then its administrators, in the order in which they joined."""
        return [read(Account, row) for row in await self._db.rows(_OF, {"domain": domain_id, "limit": limit})]
