"""Signed requests for the signature tests, made by hand where the code under test must not make them."""

import base64
import hashlib
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import msgspec

from fedi.activitypub import keys, signatures
from fedi.activitypub.signatures import Claim, RequestHead, Scheme, SigningKey

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
DATE = "Sun, 22 Nov 2026 12:00:00 GMT"
STAMP = int(NOW.timestamp())
KEY_ID = "https://b.test/users/bo#main-key"
BODY = b'{"type": "Follow", "actor": "https://b.test/users/bo"}'
INBOX = "https://a.test/inbox"
PAIR = keys.generate_rsa()
OTHER = keys.generate_rsa()
KEY = SigningKey(KEY_ID, PAIR.private_pem)
DIGEST = "SHA-256=" + base64.b64encode(hashlib.sha256(BODY).digest()).decode()
CONTENT_DIGEST = "sha-256=:" + base64.b64encode(hashlib.sha256(BODY).digest()).decode() + ":"
HEADERS = {"host": "a.test", "date": DATE, "digest": DIGEST, "content-digest": CONTENT_DIGEST}


def make_head(headers: dict[str, str], method: str = "POST", target: str = "/inbox") -> RequestHead:
    return RequestHead(method, "https", "a.test", target, tuple(headers.items()))


def signed(
    scheme: Scheme = "cavage",
    method: str = "POST",
    url: str = INBOX,
    body: bytes | None = BODY,
    now: datetime = NOW,
    key: SigningKey = KEY,
    **options: Any,
) -> RequestHead:
    """A request as our own `sign` makes it."""
    headers = signatures.sign(scheme, method, url, body, key, now, **options)
    target = "/" + url.split("/", 3)[3]
    return make_head({name.lower(): value for name, value in headers.items()}, method, target)


def changed(head: RequestHead, **fields: str | None) -> RequestHead:
    """The head with fields set (an underscore stands for a hyphen), or left out where None."""
    names = {name.replace("_", "-"): value for name, value in fields.items()}
    headers = {**dict(head.headers), **names}
    kept = tuple((name, value) for name, value in headers.items() if value is not None)
    return msgspec.structs.replace(head, headers=kept)


def twice(head: RequestHead, name: str, value: str) -> RequestHead:
    return msgspec.structs.replace(head, headers=(*head.headers, (name, value)))


def sign_text(text: str, pem: str = PAIR.private_pem) -> str:
    return base64.b64encode(keys.sign_bytes(keys.load_private(pem), text.encode())).decode()


def by_hand(
    covered: str,
    *,
    algorithm: str | None = None,
    headers: dict[str, str] = HEADERS,
    method: str = "POST",
    target: str = "/inbox",
    **parameters: object,
) -> RequestHead:
    """A draft-cavage request over `covered`, its signing string put together here."""
    values = {"(request-target)": f"{method.lower()} {target}", **headers}
    values |= {f"({name})": value for name, value in parameters.items()}
    text = "\n".join(f"{name}: {values[name]}" for name in covered.split())
    given = {"keyId": KEY_ID, "headers": covered, "signature": sign_text(text)}
    given |= {name: str(value) for name, value in parameters.items()}
    if algorithm:
        given["algorithm"] = algorithm
    line = ",".join(f'{name}="{value}"' for name, value in given.items())
    return make_head({**headers, "signature": line}, method, target)


def message_by_hand(
    lines: list[tuple[str, str]],
    parameters: str,
    *,
    label: str = "sig1",
    headers: dict[str, str] = HEADERS,
    method: str = "POST",
    target: str = "/inbox",
    pem: str | None = None,
) -> RequestHead:
    """An RFC 9421 request over `lines` (component, value), its signature base put together here."""
    names = " ".join(f'"{name}"' for name, _ in lines)
    text = "\n".join(
        [f'"{name}": {value}' for name, value in lines] + [f'"@signature-params": ({names}){parameters}']
    )
    fields = {
        **headers,
        "signature-input": f"{label}=({names}){parameters}",
        "signature": f"{label}=:{sign_text(text, pem or PAIR.private_pem)}:",
    }
    return make_head(fields, method, target)


def verify(
    head: RequestHead,
    body: bytes = BODY,
    *,
    pem: str = PAIR.public_pem,
    now: datetime = NOW,
    authorities: Collection[str] | None = ("a.test",),
) -> Claim:
    claim = signatures.claim(head)
    signatures.verify(claim, head, body, pem, now, authorities=authorities)
    return claim
