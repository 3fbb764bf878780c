"""E-mail addresses that may not sign up: whole providers, and single addresses in any of their spellings."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from fedi.store.listing import add_to, one_of, page_of, remove_from
from fedi.store.paging import Range
from fedi.store.rows import columns, read
from fedi.store.unit import Unit

DAY_MS = 86_400_000
HISTORY_DAYS = 7


class EmailDomainBlock(Struct, frozen=True, kw_only=True):
    """A blocked provider, its subdomains included; `allow_with_approval`: a moderator decides."""

    id: int
    name: str
    allow_with_approval: bool = False
    created_at: int


class DayOfUse(Struct, frozen=True):
    """Attempts to sign up on a day (days since 1970), and from how many addresses."""

    day: int
    uses: int
    accounts: int


class CanonicalEmailBlock(Struct, frozen=True, kw_only=True):
    """A blocked address, by the hash of its canonical form."""

    id: int
    hash: str
    account_id: int | None = None
    created_at: int


_USE = """
INSERT INTO email_domain_block_uses (block_id, day, ip, uses) VALUES (:block, :day, :ip, 1)
ON CONFLICT (block_id, day, ip) DO UPDATE SET uses = email_domain_block_uses.uses + 1
"""
_USES = """
SELECT block_id, day, SUM(uses) AS uses, COUNT(*) AS accounts FROM email_domain_block_uses
WHERE block_id = ANY(:ids) AND day > :day GROUP BY block_id, day
"""


class EmailBlocks:
    """Tables `email_domain_blocks`, `email_domain_block_uses` and `canonical_email_blocks`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    # --- providers ------------------------------------------------------------------------------------

    async def domains(self, page: Range) -> list[EmailDomainBlock]:
        """Blocked providers, the newest first."""
        return await page_of(self._db, EmailDomainBlock, "email_domain_blocks", page)

    async def domain_by_id(self, block_id: int) -> EmailDomainBlock | None:
        """The blocked provider with this id."""
        return await one_of(self._db, EmailDomainBlock, "email_domain_blocks", block_id)

    async def domains_among(self, names: Collection[str]) -> list[EmailDomainBlock]:
        """Which of these names are blocked."""
        rows = await self._db.rows(
            f"SELECT {columns(EmailDomainBlock)} FROM email_domain_blocks WHERE name = ANY(:names)",
            {"names": [*names]},
        )
        return [read(EmailDomainBlock, row) for row in rows]

    async def add_domain(self, block: EmailDomainBlock) -> bool:
        """Block a provider; False if it is blocked already."""
        return await add_to(self._db, "email_domain_blocks", block, "name")

    async def remove_domain(self, block_id: int) -> bool:
        """Unblock a provider; whether it was blocked."""
        return await remove_from(self._db, "email_domain_blocks", block_id)

    async def used(self, block_id: int, ip: str) -> None:
        """Somebody tried to sign up with such an address."""
        await self._db.run(_USE, {"block": block_id, "day": self._tx.now // DAY_MS, "ip": ip[:64]})

    async def history(self, block_ids: Collection[int]) -> dict[int, list[DayOfUse]]:
        """What was tried in the last seven days, by block, for every day, today first."""
        today = self._tx.now // DAY_MS
        rows = await self._db.rows(_USES, {"ids": [*block_ids], "day": today - HISTORY_DAYS})
        found = {
            (row["block_id"], row["day"]): DayOfUse(row["day"], int(row["uses"]), row["accounts"])
            for row in rows
        }
        days = range(today, today - HISTORY_DAYS, -1)
        return {
            block: [found.get((block, day)) or DayOfUse(day, 0, 0) for day in days] for block in block_ids
        }

    async def forget(self) -> int:
        """Drop what was tried longer ago than is shown."""
        return await self._db.run(
            "DELETE FROM email_domain_block_uses WHERE day <= :day",
            {"day": self._tx.now // DAY_MS - HISTORY_DAYS},
        )

    # --- single addresses -----------------------------------------------------------------------------

    async def addresses(self, page: Range) -> list[CanonicalEmailBlock]:
        """Blocked addresses, the newest first."""
        return await page_of(self._db, CanonicalEmailBlock, "canonical_email_blocks", page)

    async def address_by_id(self, block_id: int) -> CanonicalEmailBlock | None:
        """The blocked address with this id."""
        return await one_of(self._db, CanonicalEmailBlock, "canonical_email_blocks", block_id)

    async def address_by_hash(self, digest: str) -> CanonicalEmailBlock | None:
        """The blocked address whose canonical form has this SHA-256."""
        row = await self._db.row(
            f"SELECT {columns(CanonicalEmailBlock)} FROM canonical_email_blocks WHERE hash = :hash",
            {"hash": digest},
        )
        return read(CanonicalEmailBlock, row) if row else None

    async def add_address(self, block: CanonicalEmailBlock) -> bool:
        """Block an address; False if it is blocked already."""
        return await add_to(self._db, "canonical_email_blocks", block, "hash")

    async def remove_address(self, block_id: int) -> bool:
        """Unblock an address; whether it was blocked."""
        return await remove_from(self._db, "canonical_email_blocks", block_id)

    async def release_address_of(self, account_id: int) -> None:
        """The address stays blocked whatever becomes of the account that it was blocked with."""
        await self._db.run(
            "UPDATE canonical_email_blocks SET account_id = NULL WHERE account_id = :id", {"id": account_id}
        )

    async def remove_address_of(self, account_id: int) -> None:
        """Unblock the address that was blocked with an account."""
        await self._db.run("DELETE FROM canonical_email_blocks WHERE account_id = :id", {"id": account_id})
