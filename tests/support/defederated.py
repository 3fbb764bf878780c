"""Servers that moderators blocked, as a row alone: nothing follows from it."""

from __future__ import annotations

from fedi.store.domain_blocks import DomainBlock, domain_name
from fedi.store.store import Transaction


async def block_domain(tx: Transaction, name: str, severity: str = "suspend") -> None:
    """Block a server."""
    made = DomainBlock(id=tx.new_id(), name=domain_name(name), severity=severity, created_at=tx.now)
    await tx.blocks.add_domain(made)
