"""Digests of a body: the `Digest` header (RFC 3230) and `Content-Digest` (RFC 9530)."""

from __future__ import annotations

import hashlib
import re

from fedi.activitypub.signature_claims import encode
from fedi.errors import BadSignature

MAX_DIGEST_HEADER = 1024
_CONTENT_DIGEST = re.compile(r"[ \t]*+([A-Za-z*][A-Za-z0-9_.*-]*+)=:([A-Za-z0-9+/=]*+):[ \t]*+(?:,|\Z)")


def digest(body: bytes) -> str:
    """The value of `Digest`. The label is upper-case because Threads refuses any other."""
    return f"SHA-256={encode(hashlib.sha256(body).digest())}"


def content_digest(body: bytes) -> str:
    """The value of `Content-Digest`; SHA-256, the one algorithm Mastodon reads."""
    return f"sha-256=:{encode(hashlib.sha256(body).digest())}:"


def check_digest(header: str | None, body: bytes) -> None:
    """Raise BadSignature unless `Digest` lists the SHA-256 of `body`, under a label of any case."""
    found = None
    for entry in _bounded(header).split(","):
        label, _, value = entry.strip(" \t").partition("=")
        if label.lower() == "sha-256":
            if found is not None:
                raise BadSignature("the digest header has two SHA-256 values")
            found = value
    if found is None:
        raise BadSignature("the digest header has no SHA-256 value")
    if found != encode(hashlib.sha256(body).digest()):
        raise BadSignature("the digest does not match the body")


def check_content_digest(header: str | None, body: bytes) -> None:
    """Raise BadSignature unless `Content-Digest` has a SHA-256 or SHA-512, and each it has matches `body`."""
    checked = 0
    for label, value in _content_digests(_bounded(header)).items():
        if label in ("sha-256", "sha-512"):
            if value != encode(hashlib.new(label.replace("-", ""), body).digest()):
                raise BadSignature("the digest does not match the body")
            checked += 1
    if not checked:
        raise BadSignature("the content-digest header has neither SHA-256 nor SHA-512")


def _bounded(header: str | None) -> str:
    if header is None:
        raise BadSignature("the digest header is missing")
    if len(header) > MAX_DIGEST_HEADER:
        raise BadSignature(f"the digest header is over {MAX_DIGEST_HEADER} characters")
    return header


def _content_digests(header: str) -> dict[str, str]:
    """Read the RFC 8941 dictionary. A repeated label is refused, as two readers could choose differently."""
    found: dict[str, str] = {}
    position = 0
    while position < len(header):
        match = _CONTENT_DIGEST.match(header, position)
        if match is None:
            raise BadSignature("the content-digest header is malformed")
        label = match[1].lower()
        if label in found:
            raise BadSignature(f"the content-digest header has two {label} values")
        found[label] = match[2]
        position = match.end()
    return found
