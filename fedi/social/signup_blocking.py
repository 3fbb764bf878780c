"""What moderators decide about who may sign up: networks, mail providers, single addresses."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Struct

from fedi.errors import Malformed, Unprocessable
from fedi.model.emails import canonical_hash
from fedi.store import ip_blocks
from fedi.store.domain_blocks import domain_name
from fedi.store.email_blocks import CanonicalEmailBlock, EmailDomainBlock
from fedi.store.ip_blocks import IpBlock
from fedi.store.store import Transaction

COMMENT_MAX = 1_000
_LONGEST_SECONDS = 100 * 365 * 86_400
_HASH = re.compile(r"[0-9a-f]{64}")
_TAKEN = "Validation failed: {} has already been taken"


class Network(Struct, frozen=True, kw_only=True):
    """How a network is blocked; `expires_in` in seconds, None: for good."""

    ip: str
    severity: str
    comment: str = ""
    expires_in: int | None = None


async def block_network(tx: Transaction, wanted: Network, *, by_id: int) -> IpBlock:
    """Block a network. Raises Unprocessable."""
    values = _network(tx, wanted)
    made = IpBlock(id=tx.new_id(), created_at=tx.now, **values)
    if not await tx.ip_blocks.add(made):
        raise Unprocessable(public=_TAKEN.format("Ip"))
    await tx.audit.add(by_id, "create", "IpBlock", made.id, made.ip, severity=made.severity)
    return made


async def change_network(
    tx: Transaction, known: IpBlock, wanted: Network, *, new_end: bool, by_id: int
) -> IpBlock:
    """Block a network in another way; without `new_end` it ends when it would. Raises Unprocessable."""
    values = _network(tx, wanted)
    if not new_end:
        values["expires_at"] = known.expires_at
    if await tx.ip_blocks.taken(values["ip"], by_other_than=known.id):
        raise Unprocessable(public=_TAKEN.format("Ip"))
    await tx.ip_blocks.change(known.id, **values)
    await tx.audit.add(by_id, "update", "IpBlock", known.id, known.ip, severity=values["severity"])
    return msgspec.structs.replace(known, **values)


async def unblock_network(tx: Transaction, known: IpBlock, *, by_id: int) -> None:
    """No longer block a network."""
    await tx.ip_blocks.remove(known.id)
    await tx.audit.add(by_id, "destroy", "IpBlock", known.id, known.ip)


async def block_provider(
    tx: Transaction, name: str, *, allow_with_approval: bool, by_id: int
) -> EmailDomainBlock:
    """Block a mail provider and its subdomains. Raises Unprocessable."""
    if not name.strip():
        raise Unprocessable(public="Validation failed: Domain can't be blank")
    try:
        normal = domain_name(name.strip().removeprefix("@"))
    except Malformed as error:
        raise Unprocessable(
            error.detail, public="Validation failed: Domain is not a valid domain name"
        ) from error
    made = EmailDomainBlock(
        id=tx.new_id(), name=normal, allow_with_approval=allow_with_approval, created_at=tx.now
    )
    if not await tx.email_blocks.add_domain(made):
        raise Unprocessable(public=_TAKEN.format("Domain"))
    await tx.audit.add(by_id, "create", "EmailDomainBlock", made.id, normal)
    return made


async def unblock_provider(tx: Transaction, known: EmailDomainBlock, *, by_id: int) -> None:
    """No longer block a mail provider."""
    await tx.email_blocks.remove_domain(known.id)
    await tx.audit.add(by_id, "destroy", "EmailDomainBlock", known.id, known.name)


async def block_address(tx: Transaction, *, email: str, digest: str, by_id: int) -> CanonicalEmailBlock:
    """Block an e-mail address in all its spellings, or by the hash of its canonical one. Raises Unprocessable."""
    hashed = canonical_hash(email) if email.strip() else digest.strip().lower()
    if (email.strip() and "@" not in email) or not _HASH.fullmatch(hashed):
        raise Unprocessable(public="Validation failed: Canonical email hash can't be blank")
    made = CanonicalEmailBlock(id=tx.new_id(), hash=hashed, created_at=tx.now)
    if not await tx.email_blocks.add_address(made):
        raise Unprocessable(public=_TAKEN.format("Canonical email hash"))
    await tx.audit.add(by_id, "create", "CanonicalEmailBlock", made.id, hashed)
    return made


async def unblock_address(tx: Transaction, known: CanonicalEmailBlock, *, by_id: int) -> None:
    """No longer block an e-mail address."""
    await tx.email_blocks.remove_address(known.id)
    await tx.audit.add(by_id, "destroy", "CanonicalEmailBlock", known.id, known.hash)


def _network(tx: Transaction, wanted: Network) -> dict[str, Any]:
    if wanted.severity not in ip_blocks.SEVERITIES:
        blank = "can't be blank" if not wanted.severity else "is not included in the list"
        raise Unprocessable(public=f"Validation failed: Severity {blank}")
    if len(wanted.comment) > COMMENT_MAX:
        raise Unprocessable(public=f"Validation failed: Comment has more than {COMMENT_MAX} characters")
    try:
        network = ip_blocks.network(wanted.ip)
    except Malformed as error:
        raise Unprocessable(error.detail, public="Validation failed: Ip is invalid") from error
    seconds = wanted.expires_in
    return {
        "ip": network,
        "severity": wanted.severity,
        "comment": wanted.comment,
        "expires_at": None if not seconds else tx.now + min(seconds, _LONGEST_SECONDS) * 1_000,
    }
