"""Who may sign up: by network, by mail provider, by address."""

from __future__ import annotations

import pytest

from fedi.model.emails import canonical_hash
from fedi.social import signup_rules
from fedi.social.signup_rules import Verdict
from fedi.store.email_blocks import CanonicalEmailBlock, EmailDomainBlock
from fedi.store.ip_blocks import IpBlock, severity_of
from fedi.store.store import Store


@pytest.mark.parametrize(
    ("email", "ip", "verdict"),
    [
        ("ana@mail.test", "198.51.100.1", Verdict("allowed")),
        ("ana@mail.test", "", Verdict("allowed")),
        ("ana@mail.test", "192.0.2.7", Verdict("blocked", "ip")),
        ("ana@mail.test", "::ffff:192.0.2.7", Verdict("blocked", "ip")),
        ("ana@mail.test", "2001:db8::7", Verdict("blocked", "ip")),
        ("ana@mail.test", "2001:0db8:0000:0000", Verdict("blocked", "ip")),
        ("ana@mail.test", "203.0.113.9", Verdict("approval")),
        ("ana@spam.test", "198.51.100.1", Verdict("blocked", "email")),
        ("ana@x.SPAM.test.", "198.51.100.1", Verdict("blocked", "email")),
        ("ana@notspam.test", "198.51.100.1", Verdict("allowed")),
        ("ana@odd.test", "198.51.100.1", Verdict("approval")),
        ("b.a.d+1@mail.test", "198.51.100.1", Verdict("blocked", "email")),
        ("ana@mail.test", "192.0.3.1", Verdict("allowed")),
    ],
)
async def test_who_may_sign_up(store: Store, email: str, ip: str, verdict: Verdict) -> None:
    async with store.write() as tx:
        for name, severity, ends in (
            ("192.0.2.0/24", "sign_up_block", None),
            ("2001:db8::/32", "no_access", None),
            ("203.0.113.0/24", "sign_up_requires_approval", None),
            ("192.0.3.0/24", "no_access", 1),
        ):
            await tx.ip_blocks.add(
                IpBlock(id=tx.new_id(), ip=name, severity=severity, expires_at=ends, created_at=1)
            )
        for name, lenient in (("spam.test", False), ("odd.test", True)):
            block = EmailDomainBlock(id=tx.new_id(), name=name, allow_with_approval=lenient, created_at=1)
            await tx.email_blocks.add_domain(block)
        bad = CanonicalEmailBlock(id=tx.new_id(), hash=canonical_hash("bad@mail.test"), created_at=1)
        await tx.email_blocks.add_address(bad)
        found = await signup_rules.check(tx, email, ip)
    assert found == verdict
    assert (found.is_blocked, found.needs_approval) == (
        verdict.outcome == "blocked",
        verdict.outcome == "approval",
    )


def test_the_strictest_block_of_a_network_holds() -> None:
    def block(ip: str, severity: str) -> IpBlock:
        return IpBlock(id=1, ip=ip, severity=severity, created_at=1)

    blocks = [block("10.0.0.0/8", "sign_up_requires_approval"), block("10.1.0.0/16", "no_access")]
    assert severity_of(blocks, "10.1.2.3") == "no_access"
    assert severity_of(blocks, "10.2.2.3") == "sign_up_requires_approval"
    assert severity_of(blocks, "nowhere") is None
