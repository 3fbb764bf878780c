"""Whether somebody may sign up: by network, by mail provider, by address."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from fedi.model.emails import canonical_hash, domains_of
from fedi.store.ip_blocks import APPROVAL, severity_of
from fedi.store.store import Transaction


class Verdict(Struct, frozen=True):
    """`allowed`, `approval` (a moderator has to let them in, whatever the mode) or `blocked`.

    `field` says why it is blocked: `email` is worth a 422 for that field, `ip` a 403 without a reason.
    """

    outcome: Literal["allowed", "approval", "blocked"]
    field: Literal["email", "ip"] | None = None

    @property
    def is_blocked(self) -> bool:
        """Whether nobody may sign up like this."""
        return self.outcome == "blocked"

    @property
    def needs_approval(self) -> bool:
        """Whether a moderator has to let them in."""
        return self.outcome == "approval"


ALLOWED = Verdict("allowed")


async def check(tx: Transaction, email: str, ip: str) -> Verdict:
    """Whether somebody at the address `ip` may sign up with `email`.

    An attempt with a blocked provider is counted, so call it in a transaction that is committed whatever the answer.
    """
    severity = severity_of(await tx.ip_blocks.active(), ip)
    if severity not in (None, APPROVAL):
        return Verdict("blocked", "ip")
    providers = await tx.email_blocks.domains_among(domains_of(email))
    for provider in providers:
        await tx.email_blocks.used(provider.id, ip)
    if any(not provider.allow_with_approval for provider in providers):
        return Verdict("blocked", "email")
    if await tx.email_blocks.address_by_hash(canonical_hash(email)) is not None:
        return Verdict("blocked", "email")
    return Verdict("approval") if severity or providers else ALLOWED
