"""HTTP signatures as the fediverse grew up with them: draft-cavage-http-signatures-12.

`hs2019`, and no algorithm at all, mean RSA with SHA-256 here, as for Mastodon.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from fedi.activitypub import signature_claims as claims
from fedi.activitypub.keys import RSA_V1_5
from fedi.activitypub.signature_claims import Claim, RequestHead
from fedi.errors import BadSignature

DIGEST = "digest"
# Every server surveyed signs at least these, and Misskey refuses less. Without the target or the host, a
# captured signature could be replayed at another address or another server.
REQUIRED = ("(request-target)", "host")

# Possessive quantifiers (`*+`) keep the match linear whatever is sent.
_PARAMETER = re.compile(
    r"[ \t]*+([A-Za-z]++)[ \t]*+=[ \t]*+"
    r"(?:\"([ !#-\[\]-~]*+)\"|([0-9A-Za-z!#$%&'*+.^_`|~-]++))[ \t]*+(?:,|\Z)"
)
_SECONDS = re.compile(r"[1-9][0-9]{0,11}")
_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ([0-9]{2}) "
    r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT"
)
_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def claim(head: RequestHead, found: dict[str, str]) -> Claim:
    """Read the Signature header. Raises BadSignature, saying why, for what cannot be accepted later."""
    given = parameters(claims.signature_field(found, "signature"))
    algorithm = given.get("algorithm", "hs2019").lower()
    if algorithm not in ("hs2019", "rsa-sha256"):
        raise BadSignature(f"unsupported algorithm {algorithm}")
    hs2019 = algorithm == "hs2019"
    covered = tuple(given.get("headers", "(created)" if hs2019 else "date").lower().split())
    _check_covered(covered, head.method, hs2019)
    key_id = claims.check_key_id(given.get("keyid"))
    if not given.get("signature"):
        raise BadSignature("the signature parameter is missing")
    created, expires = _times(given, covered, found)
    signature = claims.decode(given["signature"])
    return Claim("cavage", key_id, RSA_V1_5, covered, signature, created, expires)


def parameters(header: str) -> dict[str, str]:
    """The parameters of a Signature header by lower-case name. A repeated one is refused."""
    given: dict[str, str] = {}
    position = 0
    while position < len(header):
        match = _PARAMETER.match(header, position)
        if match is None:
            raise BadSignature("the signature header is malformed")
        name, quoted, token = match.groups()
        if (name := name.lower()) in given:
            raise BadSignature(f"duplicate signature parameter {name}")
        given[name] = token if quoted is None else quoted
        position = match.end()
    return given


def _check_covered(covered: tuple[str, ...], method: str, hs2019: bool) -> None:
    claims.check_covered(covered)
    for part in REQUIRED:
        if part not in covered:
            raise BadSignature(f"{part} is not signed")
    if "date" not in covered and "(created)" not in covered:
        raise BadSignature("neither date nor (created) is signed")
    if claims.needs_digest(method) and DIGEST not in covered:
        raise BadSignature("the digest is not signed")
    if not hs2019 and ("(created)" in covered or "(expires)" in covered):
        raise BadSignature("(created) and (expires) need algorithm hs2019")  # draft-cavage-12 section 2.3


def _times(given: dict[str, str], covered: tuple[str, ...], found: dict[str, str]) -> tuple[int, int | None]:
    """When it was signed and when it expires. Only a time that is itself signed can lengthen its life."""
    created = _seconds(given, "created") if "(created)" in covered else parse_date(found.get("date"))
    if "(expires)" in covered:
        return created, _seconds(given, "expires")
    if "expires" in given:
        return created, min(_seconds(given, "expires"), created + claims.DEFAULT_LIFETIME)
    return created, None


def _seconds(given: dict[str, str], name: str) -> int:
    value = given.get(name, "")
    if _SECONDS.fullmatch(value) is None:
        raise BadSignature(f"the {name} parameter is missing or not a Unix time")
    return int(value)


def parse_date(value: str | None) -> int:
    """Unix seconds of an IMF-fixdate (RFC 9110 section 5.6.7). Raises BadSignature."""
    if value is None:
        raise BadSignature("the date header is missing")
    match = _DATE.fullmatch(value)
    if match is None:
        raise BadSignature("the date header is malformed")
    day, month, year, hour, minute, second = match.groups()
    try:
        moment = datetime(
            int(year), _MONTHS.index(month), int(day), int(hour), int(minute), int(second), tzinfo=UTC
        )
    except ValueError:
        raise BadSignature("the date header names no real moment") from None
    return int(moment.timestamp())


def signing_strings(claim: Claim, head: RequestHead, found: dict[str, str]) -> list[bytes]:
    """The strings that may have been signed: with the query, and without, as Akkoma and Misskey do."""
    path, mark, _ = head.target.partition("?")
    times = {"(created)": str(claim.created), "(expires)": str(claim.expires)}
    targets = [head.target, path] if mark else [path]
    return [signing_string(claim.covered, head, found | times, target) for target in targets]


def signing_string(covered: tuple[str, ...], head: RequestHead, found: dict[str, str], target: str) -> bytes:
    """Section 2.3: a line for each signed part; `found` holds the fields, and the times by their names."""
    lines = []
    for name in covered:
        if name == "(request-target)":
            lines.append(f"(request-target): {head.method.lower()} {target}")
        elif name in found:
            lines.append(f"{name}: {found[name]}")
        else:
            raise BadSignature(f"the signed part {name} is not in the request")
    return claims.signing_bytes(lines)


def signature_header(key_id: str, covered: tuple[str, ...], signature: bytes) -> str:
    """The value of Signature that we send."""
    return (
        f'keyId="{key_id}",algorithm="rsa-sha256",headers="{" ".join(covered)}",'
        f'signature="{claims.encode(signature)}"'
    )
