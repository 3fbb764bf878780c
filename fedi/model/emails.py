"""E-mail addresses: one person's, in whatever spelling."""

from __future__ import annotations

import hashlib


def canonical(address: str) -> str:
    """The spelling that all of an address's spellings share: no capitals, no dots before the @, nothing after a +."""
    local, _, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{domain}"


def canonical_hash(address: str) -> str:
    """The SHA-256 of the canonical spelling, in hexadecimal: to know an address again without keeping it."""
    return hashlib.sha256(canonical(address).encode()).hexdigest()


def domains_of(address: str) -> list[str]:
    """The domain of an address and those above it: mail.example.org, example.org, org."""
    labels = address.strip().lower().rpartition("@")[2].rstrip(".").split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]
