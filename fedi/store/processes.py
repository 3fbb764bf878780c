"""The processes of a deployment: each leases a slot of the id space and renews it while it lives."""

from __future__ import annotations

from fedi.errors import Unavailable
from fedi.store.database import Connection
from fedi.store.ids import SLOTS

LEASE_MS = 120_000


class Processes:
    """Table `processes`."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def claim(self, owner: str, now: int) -> int:
        """The lowest free slot, now `owner`'s until `now + LEASE_MS`."""
        rows = await self._db.rows("SELECT slot, leased_until FROM processes /*postgresql FOR UPDATE */")
        taken = {row["slot"] for row in rows if row["leased_until"] > now}
        for slot in range(SLOTS):
            if slot not in taken:
                await self._db.run(
                    "INSERT INTO processes (slot, owner, leased_until) VALUES (:slot, :owner, :until) "
                    "ON CONFLICT (slot) DO UPDATE SET owner = :owner, leased_until = :until",
                    {"slot": slot, "owner": owner, "until": now + LEASE_MS},
                )
                return slot
        raise Unavailable(f"all {SLOTS} process slots are taken")

    async def renew(self, slot: int, owner: str, now: int) -> bool:
        """Keep the slot; False when it was lost to another (the process must stop)."""
        changed = await self._db.run(
            "UPDATE processes SET leased_until = :until WHERE slot = :slot AND owner = :owner",
            {"slot": slot, "owner": owner, "until": now + LEASE_MS},
        )
        return changed == 1

    async def release(self, slot: int, owner: str) -> None:
        """Give the slot back."""
        await self._db.run(
            "DELETE FROM processes WHERE slot = :slot AND owner = :owner", {"slot": slot, "owner": owner}
        )
