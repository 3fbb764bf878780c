"""Web Push: a message only the app can read, and headers that say who sends it. Pure: nothing is sent here.

Two spellings: RFC 8291 with RFC 8292, and for older apps the fourth draft of the one with the first of the other.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fedi.errors import Unprocessable
from fedi.later import later

if TYPE_CHECKING:
    import http_ece
    import py_vapid
else:
    http_ece = later("http_ece")
    py_vapid = later("py_vapid")

_CLAIM_SECONDS = 12 * 3600  # RFC 8292 section 2: at most 24 hours
_POINT_BYTES, _SECRET_BYTES = 65, 16


class VapidKey(msgspec.Struct, frozen=True):
    """The key that identifies this server to push services; `public_key` is base64url of the point."""

    public_key: str
    private_pem: str

    def __repr__(self) -> str:
        return f"VapidKey(public_key={self.public_key!r})"


class Receiver(msgspec.Struct, frozen=True):
    """Who can read a message: the app's key and secret, base64url as it gave them, and which spelling it reads."""

    p256dh: str
    auth: str
    standard: bool


class Envelope(msgspec.Struct, frozen=True):
    """What is to be POSTed to the endpoint."""

    headers: Mapping[str, str]
    body: bytes


def new_vapid_key() -> VapidKey:
    """Make a key."""
    made = py_vapid.Vapid02(ec.generate_private_key(ec.SECP256R1()))
    point = made.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return VapidKey(base64.urlsafe_b64encode(point).decode("ascii"), made.private_pem().decode("ascii"))


def check(receiver: Receiver) -> None:
    """Raise Unprocessable unless a message can be encrypted for these keys."""
    try:
        _point(receiver.p256dh)
        if len(_decoded(receiver.auth)) != _SECRET_BYTES:
            raise ValueError("the secret has another length")
    except (ValueError, binascii.Error) as error:
        raise Unprocessable(
            f"keys of a push subscription: {error}",
            public="Validation failed: The key p256dh or auth is invalid",
        ) from None


def seal(
    message: bytes, receiver: Receiver, endpoint: str, key: VapidKey, *, contact: str, now: int
) -> Envelope:
    """Encrypt a message and sign for it. `contact` is a mailto: or https: address of ours, `now` in seconds."""
    salt, mine = secrets.token_bytes(16), ec.generate_private_key(ec.SECP256R1())
    encoding = "aes128gcm" if receiver.standard else "aesgcm"
    body: bytes = http_ece.encrypt(
        message,
        salt=salt,
        private_key=mine,
        dh=_point(receiver.p256dh),
        auth_secret=_decoded(receiver.auth),
        version=encoding,
    )
    headers = {"Content-Type": "application/octet-stream", "Content-Encoding": encoding}
    claims = {"aud": origin(endpoint), "sub": contact, "exp": now + _CLAIM_SECONDS}
    # Not strict: its idea of an address leaves out those of labs, such as a host with a port.
    if receiver.standard:
        signer = py_vapid.Vapid02.from_pem(key.private_pem.encode())
        signer.conf = {"no-strict": True}
        return Envelope(headers | signer.sign(claims), body)
    dh = mine.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    signer = py_vapid.Vapid01.from_pem(key.private_pem.encode())
    signer.conf = {"no-strict": True}
    signed = signer.sign(claims, f"dh={_encoded(dh)}")
    return Envelope(headers | signed | {"Encryption": f"salt={_encoded(salt)}"}, body)


def origin(endpoint: str) -> str:
    """Scheme and authority: the audience of a claim (RFC 8292 section 2)."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def _point(p256dh: str) -> bytes:
    """The public key, which is a point on the curve. Raises ValueError."""
    found = _decoded(p256dh)
    if len(found) != _POINT_BYTES:
        raise ValueError("the public key has another length")
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), found)
    return found


def _decoded(text: str) -> bytes:
    """Base64, of either alphabet, with padding or without: apps send all of these. Raises ValueError."""
    if len(text) > 200:
        raise ValueError("too long")
    plain = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
