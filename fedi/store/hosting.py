"""The first moment of a domain: several processes may start at once, and one of them sets it up."""

from __future__ import annotations

from fedi.store.unit import Unit


class Hosting:
    """Table `domains`, to add to."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def begin(self, name: str, url: str) -> int | None:
        """Host a domain; its id, or None where its name or url is hosted already.

        On PostgreSQL this waits for another transaction that does the same, so that when it returns None, what
        that one committed can be read.
        """
        domain_id: int | None = await self._db.value(
            "INSERT INTO domains (id, name, url, created_at) VALUES (:id, :name, :url, :now) "
            "ON CONFLICT DO NOTHING RETURNING id",
            {"id": self._tx.new_id(), "name": name.lower(), "url": url, "now": self._tx.now},
        )
        return domain_id

    async def people(self, domain_id: int) -> int:
        """How many accounts a domain has or had, beside its own actor."""
        return int(
            await self._db.value(
                "SELECT COUNT(*) FROM accounts WHERE domain_id = :id AND type <> 'Application'",
                {"id": domain_id},
            )
        )

    async def end(self, domain_id: int) -> None:
        """No longer host a domain on which nobody ever was: its row, and the actor that signed for it."""
        await self._db.run("UPDATE domains SET actor_id = NULL WHERE id = :id", {"id": domain_id})
        await self._db.run("DELETE FROM accounts WHERE domain_id = :id", {"id": domain_id})
        await self._db.run("DELETE FROM domains WHERE id = :id", {"id": domain_id})
