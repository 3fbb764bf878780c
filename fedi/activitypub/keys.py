"""Keys: making them, loading them, and the one place where a signature meets a key.

Algorithms go by their RFC 9421 names (section 6.2.2); draft-cavage's `rsa-sha256` is `rsa-v1_5-sha256`.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from fedi.errors import BadSignature

PublicKey = rsa.RSAPublicKey | Ed25519PublicKey | ec.EllipticCurvePublicKey
PrivateKey = rsa.RSAPrivateKey | Ed25519PrivateKey

RSA_V1_5 = "rsa-v1_5-sha256"
RSA_PSS = "rsa-pss-sha512"
ED25519 = "ed25519"
# Algorithm and coordinate size in bytes of each curve.
_CURVES = {"secp256r1": ("ecdsa-p256-sha256", 32), "secp384r1": ("ecdsa-p384-sha384", 48)}
ALGORITHMS = frozenset({RSA_V1_5, RSA_PSS, ED25519, *(name for name, _ in _CURVES.values())})

MAX_PEM = 8192
_MAX_EXPONENT_BITS = 32  # verifying costs as much as the exponent is long, and 65537 is what everyone uses
_V1_5 = padding.PKCS1v15()
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA512()), salt_length=64)  # RFC 9421 section 3.3.1
_SHA256, _SHA384, _SHA512 = hashes.SHA256(), hashes.SHA384(), hashes.SHA512()
_ED25519_PREFIX = b"\xed\x01"  # the multicodec ed25519-pub
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class SigningKey(msgspec.Struct, frozen=True):
    """A private key and the URI (`keyId`) under which its public half is published."""

    id: str
    private_pem: str

    def __repr__(self) -> str:
        return f"SigningKey(id={self.id!r})"


class KeyPair(msgspec.Struct, frozen=True):
    """A new key: PKCS 8 and SubjectPublicKeyInfo, both PEM."""

    private_pem: str
    public_pem: str

    def __repr__(self) -> str:
        return f"KeyPair(public_pem={self.public_pem!r})"


def generate_rsa(bits: int = 2048) -> KeyPair:
    """Make an RSA key. Slow (tens of milliseconds to a second): call it in a thread."""
    return _pair(rsa.generate_private_key(public_exponent=65537, key_size=bits))


def generate_ed25519() -> KeyPair:
    """Make an Ed25519 key."""
    return _pair(Ed25519PrivateKey.generate())


def _pair(key: PrivateKey) -> KeyPair:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return KeyPair(private.decode("ascii"), _public_pem(key.public_key()))


def _public_pem(key: rsa.RSAPublicKey | Ed25519PublicKey) -> str:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode("ascii")


@lru_cache(maxsize=2048)
def load_public(pem: str) -> PublicKey:
    """Load a stranger's public key: RSA of 1024 to 8192 bits, Ed25519, or ECDSA on P-256 or P-384.

    Raises BadSignature for anything else, and for RSA keys made to be slow to verify with.
    """
    try:
        key = serialization.load_pem_public_key(_pem_bytes(pem))
    except (ValueError, UnsupportedAlgorithm):
        raise BadSignature("the public key is not a PEM we can read") from None
    if isinstance(key, rsa.RSAPublicKey):
        if not 1024 <= key.key_size <= 8192:
            raise BadSignature(f"an RSA key of {key.key_size} bits")
        if key.public_numbers().e.bit_length() > _MAX_EXPONENT_BITS:
            raise BadSignature("an RSA key with a huge exponent")
        return key
    if isinstance(key, Ed25519PublicKey):
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return key
    raise BadSignature("a public key of a kind we do not verify with")


@lru_cache(maxsize=1024)
def load_private(pem: str) -> PrivateKey:
    """Load one of our own keys, RSA or Ed25519. Raises BadSignature if it is neither."""
    try:
        # We made this key: testing its primes again costs 37 ms, loading it without 0.02 ms (measured).
        key = serialization.load_pem_private_key(
            _pem_bytes(pem), password=None, unsafe_skip_rsa_key_validation=True
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadSignature("the private key is not a PEM we can read") from None
    if isinstance(key, rsa.RSAPrivateKey | Ed25519PrivateKey):
        return key
    raise BadSignature("a private key of a kind we do not sign with")


def _pem_bytes(pem: str) -> bytes:
    if len(pem) > MAX_PEM:
        raise BadSignature(f"a key of more than {MAX_PEM} characters")
    return pem.encode("ascii")


def algorithm_of(key: PublicKey | PrivateKey) -> str:
    """The algorithm a key stands for when a signature names none."""
    if isinstance(key, rsa.RSAPublicKey | rsa.RSAPrivateKey):
        return RSA_V1_5
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _CURVES[key.curve.name][0]
    return ED25519


def sign_bytes(key: PrivateKey, message: bytes) -> bytes:
    """Sign with `algorithm_of(key)`. RSA-2048 takes 0.3 ms with the GIL released: call it in a thread."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, _V1_5, _SHA256)
    return key.sign(message)


def check(key: PublicKey, algorithm: str | None, signature: bytes, message: bytes) -> None:
    """Raise BadSignature unless `signature` over `message` was made with `key`; None: the key decides how."""
    name = algorithm or algorithm_of(key)
    try:
        if isinstance(key, rsa.RSAPublicKey) and name == RSA_V1_5:
            key.verify(signature, message, _V1_5, _SHA256)
        elif isinstance(key, rsa.RSAPublicKey) and name == RSA_PSS:
            key.verify(signature, message, _PSS, _SHA512)
        elif isinstance(key, Ed25519PublicKey) and name == ED25519:
            key.verify(signature, message)
        elif isinstance(key, ec.EllipticCurvePublicKey) and name == algorithm_of(key):
            _check_ecdsa(key, signature, message)
        else:
            raise BadSignature(f"the key is not one for {name}")
    except InvalidSignature:
        raise BadSignature("the signature does not verify with this key") from None


def _check_ecdsa(key: ec.EllipticCurvePublicKey, signature: bytes, message: bytes) -> None:
    """RFC 9421 sections 3.3.4 and 3.3.5: r and s as plain integers side by side, not ASN.1."""
    size = _CURVES[key.curve.name][1]
    if len(signature) != 2 * size:
        raise InvalidSignature
    r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    key.verify(encode_dss_signature(r, s), message, ec.ECDSA(_SHA256 if size == 32 else _SHA384))


def encode_multikey(public_pem: str) -> str:
    """An Ed25519 public key as `publicKeyMultibase` (FEP-521a): `z`, then base58btc of 0xed01 and the key."""
    key = load_public(public_pem)
    if not isinstance(key, Ed25519PublicKey):
        raise BadSignature("only Ed25519 keys are published as a Multikey")
    number, text = int.from_bytes(_ED25519_PREFIX + key.public_bytes_raw(), "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return f"z{text}"


def decode_multikey(multibase: str) -> str:
    """The PEM of an Ed25519 `publicKeyMultibase`. Raises BadSignature for other keys, bases and lengths."""
    if len(multibase) != 48 or multibase[0] != "z":  # 34 bytes that start with 0xed are 47 digits
        raise BadSignature("not the Multikey of an Ed25519 key")
    number = 0
    for character in multibase[1:]:
        digit = _BASE58.find(character)
        if digit < 0:
            raise BadSignature("a Multikey that is not base58btc")
        number = number * 58 + digit
    data = (number.to_bytes(35, "big")).lstrip(b"\0")
    if len(data) != 34 or not data.startswith(_ED25519_PREFIX):
        raise BadSignature("not the Multikey of an Ed25519 key")
    return _public_pem(Ed25519PublicKey.from_public_bytes(data[2:]))
