"""Which servers are blocked, how, and in a closed federation which ones are let in: a part of `tx.blocks`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from fedi.activitypub.uris import host_of, normal_host
from fedi.errors import Malformed
from fedi.store.listing import add_to, one_of, page_of, remove_from
from fedi.store.paging import Range
from fedi.store.rows import changed, columns, read
from fedi.store.unit import Unit

SUSPEND = "suspend"
"""Nothing comes from there, and nothing goes there."""
SILENCE = "silence"
"""What comes from there is seen by those who follow it."""
NOOP = "noop"
"""Nothing by itself: for what else a block can do."""
SEVERITIES = (SUSPEND, SILENCE, NOOP)
"""The strictest first."""


class DomainBlock(Struct, frozen=True, kw_only=True):
    """A block of a server and its subdomains."""

    id: int
    name: str
    severity: str
    reject_media: bool = False
    reject_reports: bool = False
    private_comment: str | None = None
    public_comment: str | None = None
    obfuscate: bool = False
    created_at: int


class DomainAllow(Struct, frozen=True):
    """A server that is let in where `federation.mode` is `allowlist`, with its subdomains."""

    id: int
    name: str
    created_at: int


class Rule(Struct, frozen=True):
    """What holds for a host: the strictest of its block and of those above it. `severity` None: it is not blocked."""

    severity: str | None = None
    reject_media: bool = False
    reject_reports: bool = False
    silenced_at: int | None = None
    """When it was limited, so that lifting the block finds its people again."""


FREE = Rule()
CLOSED = Rule(SUSPEND, True, True)
_SELECT = f"SELECT {columns(DomainBlock)} FROM domain_blocks"


class DomainBlocks:
    """Tables `domain_blocks` and `domain_allows`."""

    _tx: Unit

    async def add_domain(self, block: DomainBlock) -> bool:
        """Block a server and its subdomains; False if it is blocked already. Its name is normal (`domain_name`)."""
        return await add_to(self._tx.db, "domain_blocks", block, "name")

    async def change_domain(self, block_id: int, **values: Any) -> None:
        """Change how a server is blocked."""
        sql = f"UPDATE domain_blocks SET {changed(values)} WHERE id = :id"
        await self._tx.db.run(sql, {**values, "id": block_id})

    async def remove_domain(self, block_id: int) -> bool:
        """Unblock a server; whether it was blocked."""
        return await remove_from(self._tx.db, "domain_blocks", block_id)

    async def domain_by_id(self, block_id: int) -> DomainBlock | None:
        """The block with this id."""
        return await one_of(self._tx.db, DomainBlock, "domain_blocks", block_id)

    async def domain_by_name(self, name: str) -> DomainBlock | None:
        """The block of this very name, in any spelling. Raises Malformed."""
        row = await self._tx.db.row(f"{_SELECT} WHERE name = :name", {"name": domain_name(name)})
        return read(DomainBlock, row) if row else None

    async def domain_above(self, name: str) -> DomainBlock | None:
        """The strictest block of a name or of a domain above it."""
        rows = await self._tx.db.rows(f"{_SELECT} WHERE name = ANY(:names)", {"names": and_above(name)})
        found = [read(DomainBlock, row) for row in rows]
        return min(found, key=lambda block: SEVERITIES.index(block.severity), default=None)

    async def domains(self) -> list[DomainBlock]:
        """Every blocked server, by name."""
        rows = await self._tx.db.rows(f"{_SELECT} ORDER BY name")
        return [read(DomainBlock, row) for row in rows]

    async def domain_page(self, page: Range) -> list[DomainBlock]:
        """Blocked servers, the newest block first."""
        return await page_of(self._tx.db, DomainBlock, "domain_blocks", page)

    async def domain_severity(self, host: str) -> str | None:
        """How a host is blocked, in any spelling of its name: suspend, silence, noop or None."""
        return (await self.domain_rule(host)).severity

    async def domain_severities(self, hosts: Iterable[str]) -> dict[str, str]:
        """How those of `hosts` are blocked that are: the strictest block of the name or one above it holds."""
        rules = await self.domain_rules(hosts)
        return {host: rule.severity for host, rule in rules.items() if rule.severity is not None}

    async def domain_rule(self, host: str) -> Rule:
        """What holds for a host, in any spelling of its name."""
        return (await self.domain_rules([host]))[host]

    async def domain_rules(self, hosts: Iterable[str]) -> dict[str, Rule]:
        """What holds for each of `hosts`, in one question (in a closed federation, in two)."""
        wanted = {host: and_above(host) for host in hosts}
        names = sorted({name for above in wanted.values() for name in above})
        rows = await self._tx.db.rows(f"{_SELECT} WHERE name = ANY(:names)", {"names": names})
        blocks = {row["name"]: read(DomainBlock, row) for row in rows}
        allowed = await self._allowed(names) if self._tx.limited_federation else None
        return {host: _rule(above, blocks, allowed) for host, above in wanted.items()}

    async def _allowed(self, names: list[str]) -> set[str]:
        rows = await self._tx.db.rows(
            "SELECT name FROM domain_allows WHERE name = ANY(:names)", {"names": names}
        )
        ours = await self._tx.db.rows("SELECT name, url FROM domains")
        own = {name for row in ours for name in (row["name"], host_of(row["url"]))}
        return {row["name"] for row in rows} | {domain_name(name) for name in own}

    # --- servers let in -------------------------------------------------------------------------------

    async def allows(self, page: Range) -> list[DomainAllow]:
        """Servers that are let in, the newest first."""
        return await page_of(self._tx.db, DomainAllow, "domain_allows", page)

    async def allow_by_id(self, allow_id: int) -> DomainAllow | None:
        """The server let in by this id."""
        return await one_of(self._tx.db, DomainAllow, "domain_allows", allow_id)

    async def allow_by_name(self, name: str) -> DomainAllow | None:
        """The server let in under this very name, in any spelling. Raises Malformed."""
        row = await self._tx.db.row(
            f"SELECT {columns(DomainAllow)} FROM domain_allows WHERE name = :name",
            {"name": domain_name(name)},
        )
        return read(DomainAllow, row) if row else None

    async def add_allow(self, allow: DomainAllow) -> bool:
        """Let a server in; False if it is already."""
        return await add_to(self._tx.db, "domain_allows", allow, "name")

    async def remove_allow(self, allow_id: int) -> bool:
        """No longer let a server in; whether it was."""
        return await remove_from(self._tx.db, "domain_allows", allow_id)


def _rule(above: list[str], blocks: dict[str, DomainBlock], allowed: set[str] | None) -> Rule:
    if allowed is not None and not allowed.intersection(above):
        return CLOSED
    matching = [blocks[name] for name in above if name in blocks]
    if not matching:
        return FREE
    strictest = min(matching, key=lambda block: SEVERITIES.index(block.severity))
    return Rule(
        strictest.severity,
        any(block.reject_media for block in matching),
        any(block.reject_reports for block in matching),
        strictest.created_at if strictest.severity == SILENCE else None,
    )


def domain_name(text: str) -> str:
    """A domain name as blocks are kept and looked up: lower case, punycode, no final dot, no port.

    Raises Malformed. (Spellings that slipped past a block: GHSA-v3xf-c9qf-j667, CVE-2023-42451.)
    """
    host = text.strip()
    name, colon, port = host.rpartition(":")
    if colon and not host.endswith("]") and (not port or port.isdecimal()):
        host = name
    return normal_host(host)


def and_above(host: str) -> list[str]:
    """A name and those above it: a.b.example, b.example, example. None of what is no host name."""
    try:
        name = domain_name(host)
    except Malformed:
        # Nothing can be fetched from, or signed by, what is not a host name.
        return []
    labels = name.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]
