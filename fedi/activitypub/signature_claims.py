"""What a signed request says about itself, and the rules both signature schemes share.

draft-cavage-http-signatures-12 and RFC 9421 differ in grammar; the time window, the form of a
key id, the Host rule and the bounds on hostile headers are the same for both, and live here once.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection
from datetime import datetime
from typing import Literal

import msgspec

from fedi.errors import BadSignature

Scheme = Literal["cavage", "rfc9421"]

MAX_HEADERS = 200
MAX_SIGNATURE_HEADER = 8192  # characters; an RSA-8192 signature is 1,368 of them
MAX_COVERED = 48  # Fedify signs every header it sends, which is about ten
MAX_KEY_ID = 2048

# Mastodon's window (app/lib/signed_request.rb), so that we accept whoever Mastodon accepts: a signature
# lives five minutes unless it says otherwise, never over twelve hours, and clocks may be an hour off
# either way. Unlike Mastodon, a signature without a time is not valid for ever: it is refused.
DEFAULT_LIFETIME = 300
MAX_LIFETIME = 12 * 3600
CLOCK_SKEW = 3600

# A second copy of one of these lets a proxy and us read different requests from the same bytes.
_SINGLE = frozenset({"host", "date", "digest", "content-digest", "content-length", "content-type"})
_KEY_ID = re.compile(
    r"(https?)://((?:[A-Za-z0-9._-]++|\[[0-9A-Fa-f:.]++\])(?::[0-9]{1,5})?)(?:[/?#][!-~]*+)?"
)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class RequestHead(msgspec.Struct, frozen=True):
    """A request before its body.

    `authority` is the Host as received, `target` the raw path with its `?query` as received, `headers` the
    fields in order with lower-case names, duplicates kept, values decoded as Latin-1.
    """

    method: str
    scheme: str
    authority: str
    target: str
    headers: tuple[tuple[str, str], ...]


class Claim(msgspec.Struct, frozen=True):
    """Who says to have signed, when, and over which parts: read from the headers, not yet verified.

    `created` and `expires` are Unix seconds; `expires` is None for the default lifetime. `algorithm` is the
    RFC 9421 name, None where the key's type decides. `parameters` is RFC 9421's `@signature-params` text.
    """

    scheme: Scheme
    key_id: str
    algorithm: str | None
    covered: tuple[str, ...]
    signature: bytes
    created: int
    expires: int | None
    parameters: str = ""

    @property
    def key_host(self) -> str:
        """The host of `key_id`, lower-case, with its port unless that is the scheme's default."""
        match = _match_key_id(self.key_id)
        return normal_authority(match[1], match[2])


def normal_authority(scheme: str, authority: str) -> str:
    """Host and port in the form of RFC 9421 section 2.2.3: lower-case, without a default port."""
    return authority.lower().removesuffix(_DEFAULT_PORTS.get(scheme, "\0"))


def fields(head: RequestHead) -> dict[str, str]:
    """Header values by name; repeated fields are joined with a comma (RFC 9110 section 5.3).

    Raises BadSignature where a field occurs twice that must not, or where Host contradicts `authority`.
    """
    if len(head.headers) > MAX_HEADERS:
        raise BadSignature(f"more than {MAX_HEADERS} headers")
    found: dict[str, str] = {}
    for name, value in head.headers:
        text = value.strip(" \t")
        if name not in found:
            found[name] = text
        elif name in _SINGLE:
            raise BadSignature(f"the {name} header occurs twice")
        else:
            found[name] = f"{found[name]}, {text}"
    # HTTP/2 may carry the host only as :authority, so a signed `host` can always be looked up.
    if found.setdefault("host", head.authority).lower() != head.authority.lower():
        raise BadSignature("the host header is not the authority of the request")
    return found


def signature_field(found: dict[str, str], name: str) -> str:
    """The value of Signature or Signature-Input. Raises BadSignature when absent, empty or too long."""
    value = found.get(name)
    if not value:
        raise BadSignature(f"the request is not signed: no {name} header")
    if len(value) > MAX_SIGNATURE_HEADER:
        raise BadSignature(f"the {name} header is over {MAX_SIGNATURE_HEADER} characters")
    return value


def check_key_id(value: str | None) -> str:
    """A key id that is an http(s) URI with a plain host; Misskey, too, refuses `acct:` and the like."""
    if not value:
        raise BadSignature("the signature has no key id")
    return _match_key_id(value)[0]


def _match_key_id(value: str) -> re.Match[str]:
    match = _KEY_ID.fullmatch(value) if len(value) <= MAX_KEY_ID else None
    if match is None:
        raise BadSignature("the key id is not an http(s) URI")
    return match


def decode(value: str) -> bytes:
    """Strict base64 of a signature. Raises BadSignature."""
    try:
        return binascii.a2b_base64(value, strict_mode=True)
    except ValueError:
        raise BadSignature("the signature is not base64") from None


def encode(value: bytes) -> str:
    """Base64 with padding, as every header here wants it."""
    return base64.b64encode(value).decode("ascii")


def check_covered(covered: tuple[str, ...]) -> None:
    """Refuse a list of signed parts that is too long, or that names one part twice."""
    if len(covered) > MAX_COVERED:
        raise BadSignature(f"more than {MAX_COVERED} signed parts")
    if len(set(covered)) != len(covered):
        raise BadSignature("a part is signed twice")


def needs_digest(method: str) -> bool:
    """Whether a request of this method must sign its body. Any method but GET and HEAD may carry one."""
    return method not in ("GET", "HEAD")


def check_window(claim: Claim, now: datetime) -> None:
    """Raise BadSignature unless `now` (aware) lies in the window of the claim."""
    moment = now.timestamp()
    if claim.created > moment + CLOCK_SKEW:
        raise BadSignature("signed in the future")
    if claim.expires is None:
        deadline = claim.created + DEFAULT_LIFETIME
    else:
        deadline = min(claim.expires, claim.created + MAX_LIFETIME)
    if moment > deadline + CLOCK_SKEW:
        raise BadSignature("the signature has expired")


def check_authority(head: RequestHead, authorities: Collection[str] | None) -> None:
    """Raise BadSignature if the request was made for a host that is not one of `authorities`."""
    if authorities is not None and normal_authority(head.scheme, head.authority) not in authorities:
        raise BadSignature(f"signed for another host: {head.authority}")


def signing_bytes(lines: list[str]) -> bytes:
    """Join the lines of a signing string. Raises BadSignature where a value could forge a line of its own."""
    text = "\n".join(lines)
    if text.count("\n") != len(lines) - 1 or "\r" in text:
        raise BadSignature("a signed part holds a line break")
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise BadSignature("a signed part is not Latin-1") from None
