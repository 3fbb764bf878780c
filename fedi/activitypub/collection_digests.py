"""Digests of partial follower collections (FEP-8fcf): the XOR of the SHA-256 of every follower's id.

XOR needs no order and takes a member out as it put it in, so that a digest is kept up to date with 32 bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

EMPTY = bytes(32)
"""The digest of no followers."""


def toggled(digest: bytes, uris: Iterable[str]) -> bytes:
    """`digest` (32 bytes) with each of `uris` put in, or taken out if it was in."""
    value = int.from_bytes(digest, "big")
    for uri in uris:
        value ^= int.from_bytes(sha256(uri.encode()).digest(), "big")
    return value.to_bytes(32, "big")


def digest_of(uris: Iterable[str]) -> bytes:
    """The digest of a collection that has each of `uris` once."""
    return toggled(EMPTY, set(uris))
