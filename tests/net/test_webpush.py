"""Web Push messages: only the app can read them, and push services see who sent them."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid01, Vapid02

from fedi.errors import Unprocessable
from fedi.net.webpush import Receiver, check, new_vapid_key, origin, seal

NOW = 1_900_000_000
ENDPOINT = "https://push.test:8443/some/where?x=1"


def b64(data: bytes, *, padded: bool = False) -> str:
    text = base64.urlsafe_b64encode(data).decode()
    return text if padded else text.rstrip("=")


class App:
    """What an app keeps to itself."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.secret = secrets.token_bytes(16)
        self.point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def receiver(self, *, standard: bool) -> Receiver:
        return Receiver(b64(self.point), b64(self.secret), standard)


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(unpadded(token.split(".")[1]))
    return found


def test_the_standard_encryption_is_read_by_the_app_alone() -> None:
    app, key = App(), new_vapid_key()
    sealed = seal(b"hi", app.receiver(standard=True), ENDPOINT, key, contact="https://a.test", now=NOW)
    assert sealed.headers["Content-Encoding"] == "aes128gcm"
    assert "Encryption" not in sealed.headers
    assert http_ece.decrypt(sealed.body, private_key=app.private, auth_secret=app.secret) == b"hi"
    stranger = App()
    with pytest.raises(http_ece.ECEException):
        http_ece.decrypt(sealed.body, private_key=stranger.private, auth_secret=app.secret)
    scheme, _, rest = sealed.headers["Authorization"].partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(","))
    assert scheme == "vapid"
    assert parts["k"] == key.public_key.rstrip("=")
    assert Vapid02.verify(sealed.headers["Authorization"])
    assert claims(parts["t"]) == {
        "aud": "https://push.test:8443",
        "sub": "https://a.test",
        "exp": NOW + 12 * 3600,
    }


def test_the_older_encryption_tells_its_key_and_salt_in_headers() -> None:
    app, key = App(), new_vapid_key()
    sealed = seal(b"hi", app.receiver(standard=False), ENDPOINT, key, contact="mailto:ana@a.test", now=NOW)
    assert sealed.headers["Content-Encoding"] == "aesgcm"
    crypto = dict(part.split("=", 1) for part in sealed.headers["Crypto-Key"].split(";"))
    salt = sealed.headers["Encryption"].removeprefix("salt=")
    opened = http_ece.decrypt(
        sealed.body,
        salt=unpadded(salt),
        private_key=app.private,
        dh=unpadded(crypto["dh"]),
        auth_secret=app.secret,
        version="aesgcm",
    )
    assert opened == b"hi"
    assert crypto["p256ecdsa"] == key.public_key.rstrip("=")
    assert sealed.headers["Authorization"].startswith("WebPush ")
    assert Vapid01.verify(crypto["p256ecdsa"], sealed.headers["Authorization"])


def test_every_message_has_a_key_of_its_own() -> None:
    app, key = App(), new_vapid_key()
    receiver = app.receiver(standard=True)
    bodies = {seal(b"hi", receiver, ENDPOINT, key, contact="x", now=NOW).body for _ in range(3)}
    assert len(bodies) == 3


def test_keys_come_in_every_spelling_of_base64() -> None:
    app = App()
    usual = base64.b64encode
    for p256dh, auth in (
        (b64(app.point), b64(app.secret)),
        (b64(app.point, padded=True), b64(app.secret, padded=True)),
        (usual(app.point).decode(), usual(app.secret).decode()),
    ):
        check(Receiver(p256dh, auth, True))


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", ""),
        ("no key", "x"),
        (b64(b"\x04" + bytes(64)), b64(bytes(16))),  # no point of the curve
        (b64(b"\x04" + bytes(30)), b64(bytes(16))),
        ("A" * 300, b64(bytes(16))),
    ],
)
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(Unprocessable):
        check(Receiver(p256dh, auth, True))


def test_a_secret_of_another_length_is_refused() -> None:
    with pytest.raises(Unprocessable):
        check(Receiver(b64(App().point), b64(bytes(15)), True))


def test_a_key_never_shows_its_private_half() -> None:
    key = new_vapid_key()
    assert "PRIVATE" in key.private_pem
    assert "PRIVATE" not in repr(key)
    assert len(unpadded(key.public_key.rstrip("="))) == 65


def test_the_audience_is_the_origin() -> None:
    assert origin("http://127.0.0.1:99/a?b#c") == "http://127.0.0.1:99"
