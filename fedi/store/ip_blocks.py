"""Networks that may not sign up here, or not come here at all."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from msgspec import Struct

from fedi.errors import Malformed
from fedi.store.listing import add_to, one_of, page_of, remove_from
from fedi.store.paging import Range
from fedi.store.rows import changed, columns, read
from fedi.store.unit import Unit

APPROVAL = "sign_up_requires_approval"
NO_SIGN_UP = "sign_up_block"
NO_ACCESS = "no_access"
SEVERITIES = (APPROVAL, NO_SIGN_UP, NO_ACCESS)
"""The mildest first."""


class IpBlock(Struct, frozen=True, kw_only=True):
    """A blocked network; `expires_at` in ms since 1970, None: for good."""

    id: int
    ip: str
    severity: str
    comment: str = ""
    expires_at: int | None = None
    created_at: int


class IpBlocks:
    """Table `ip_blocks`."""

    def __init__(self, unit: Unit) -> None:
        self._tx = unit
        self._db = unit.db

    async def page(self, page: Range) -> list[IpBlock]:
        """Blocks, the newest first."""
        return await page_of(self._db, IpBlock, "ip_blocks", page)

    async def by_id(self, block_id: int) -> IpBlock | None:
        """The block with this id."""
        return await one_of(self._db, IpBlock, "ip_blocks", block_id)

    async def active(self) -> tuple[IpBlock, ...]:
        """Every block that is in force now."""
        rows = await self._db.rows(
            f"SELECT {columns(IpBlock)} FROM ip_blocks WHERE expires_at IS NULL OR expires_at > :now",
            {"now": self._tx.now},
        )
        return tuple(read(IpBlock, row) for row in rows)

    async def add(self, block: IpBlock) -> bool:
        """Block a network; False if it is blocked already."""
        return await add_to(self._db, "ip_blocks", block, "ip")

    async def change(self, block_id: int, **values: Any) -> None:
        """Write some columns; the network must not be another block's."""
        await self._db.run(
            f"UPDATE ip_blocks SET {changed(values)} WHERE id = :id", {**values, "id": block_id}
        )

    async def taken(self, ip: str, *, by_other_than: int) -> bool:
        """Whether another block has this network."""
        found = await self._db.value(
            "SELECT id FROM ip_blocks WHERE ip = :ip AND id <> :id", {"ip": ip, "id": by_other_than}
        )
        return found is not None

    async def remove(self, block_id: int) -> bool:
        """Unblock a network; whether it was blocked."""
        return await remove_from(self._db, "ip_blocks", block_id)

    async def forget(self, before: int) -> int:
        """Drop blocks that ended before `before`."""
        return await self._db.run("DELETE FROM ip_blocks WHERE expires_at < :before", {"before": before})


def network(text: str) -> str:
    """A network, or an address, in its one spelling: 192.0.2.0/24. Raises Malformed."""
    try:
        return str(ip_network(text.strip(), strict=False))
    except ValueError as error:
        raise Malformed(f"no network: {text[:60]!r}") from error


def severity_of(blocks: Iterable[IpBlock], ip: str) -> str | None:
    """The strictest of the blocks that an address falls under. What is no address (a unix socket) is free."""
    address = _address(ip)
    if address is None:
        return None
    found = [block.severity for block in blocks if address in _network(block.ip)]
    return max(found, key=SEVERITIES.index, default=None)


def _address(ip: str) -> IPv4Address | IPv6Address | None:
    for text in (ip.strip(), f"{ip.strip()}::"):  # the second: of IPv6 only the /64, as it is counted by
        try:
            address = ip_address(text)
            break
        except ValueError:
            continue
    else:
        return None
    # ::ffff:192.0.2.1 is 192.0.2.1 on a socket that speaks both.
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _network(ip: str) -> IPv4Network | IPv6Network:
    return ip_network(ip)
