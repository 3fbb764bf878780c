"""Admin::DomainBlock, Admin::DomainAllow, Admin::EmailDomainBlock, Admin::IpBlock, Admin::CanonicalEmailBlock."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from msgspec import Struct

from fedi.api.entities.here import time
from fedi.store import domain_blocks, email_blocks, ip_blocks

_DAY_SECONDS = 86_400


class DomainBlock(Struct):
    """A blocked server."""

    id: str
    domain: str
    digest: str
    created_at: str
    severity: str
    reject_media: bool
    reject_reports: bool
    private_comment: str | None
    public_comment: str | None
    obfuscate: bool


class DomainAllow(Struct):
    """A server that is let in."""

    id: str
    domain: str
    created_at: str


class DayOfUse(Struct):
    """Attempts of a day; `day` is the second at which it began."""

    day: str
    accounts: str
    uses: str


class EmailDomainBlock(Struct):
    """A blocked mail provider."""

    id: str
    domain: str
    created_at: str
    history: list[DayOfUse]
    allow_with_approval: bool


class IpBlock(Struct):
    """A blocked network."""

    id: str
    ip: str
    severity: str
    comment: str
    created_at: str
    expires_at: str | None


class CanonicalEmailBlock(Struct):
    """A blocked e-mail address."""

    id: str
    canonical_email_hash: str


def domain_block(found: domain_blocks.DomainBlock) -> DomainBlock:
    """The entity of a blocked server."""
    return DomainBlock(
        id=str(found.id),
        domain=found.name,
        digest=hashlib.sha256(found.name.encode()).hexdigest(),
        created_at=time(found.created_at),
        severity=found.severity,
        reject_media=found.reject_media,
        reject_reports=found.reject_reports,
        private_comment=found.private_comment,
        public_comment=found.public_comment,
        obfuscate=found.obfuscate,
    )


def domain_allow(found: domain_blocks.DomainAllow) -> DomainAllow:
    """The entity of a server that is let in."""
    return DomainAllow(str(found.id), found.name, time(found.created_at))


def email_domain_block(
    found: email_blocks.EmailDomainBlock, days: Sequence[email_blocks.DayOfUse]
) -> EmailDomainBlock:
    """The entity of a blocked mail provider, with what was tried on each of the last days."""
    return EmailDomainBlock(
        id=str(found.id),
        domain=found.name,
        created_at=time(found.created_at),
        history=[DayOfUse(str(one.day * _DAY_SECONDS), str(one.accounts), str(one.uses)) for one in days],
        allow_with_approval=found.allow_with_approval,
    )


def ip_block(found: ip_blocks.IpBlock) -> IpBlock:
    """The entity of a blocked network."""
    return IpBlock(
        id=str(found.id),
        ip=found.ip,
        severity=found.severity,
        comment=found.comment,
        created_at=time(found.created_at),
        expires_at=None if found.expires_at is None else time(found.expires_at),
    )


def canonical_email_block(found: email_blocks.CanonicalEmailBlock) -> CanonicalEmailBlock:
    """The entity of a blocked address."""
    return CanonicalEmailBlock(str(found.id), found.hash)
