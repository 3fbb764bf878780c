"""Keys: what is made, what is loaded, what is refused, and the Multikey form."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from fedi.activitypub import keys
from fedi.errors import BadSignature

MESSAGE = b"a message"


def pem_of(public_key: Any) -> str:
    return public_key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def private_pem_of(private_key: Any) -> str:
    return private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def rsa_public(bits: int, exponent: int = 65537) -> str:
    """A public key of the right size that nobody has the private half of; quick to make at any size."""
    return pem_of(rsa.RSAPublicNumbers(exponent, (1 << (bits - 1)) + 1).public_key())


@pytest.mark.parametrize("make", [keys.generate_rsa, keys.generate_ed25519])
def test_new_keys_sign_and_verify(make: Callable[[], keys.KeyPair]):
    pair = make()
    key = keys.load_public(pair.public_pem)
    private = keys.load_private(pair.private_pem)
    signature = keys.sign_bytes(private, MESSAGE)
    keys.check(key, None, signature, MESSAGE)
    keys.check(key, keys.algorithm_of(private), signature, MESSAGE)
    with pytest.raises(BadSignature, match="does not verify"):
        keys.check(key, None, signature, MESSAGE + b"!")


def test_secrets_stay_out_of_repr():
    pair = keys.generate_ed25519()
    secret = pair.private_pem.splitlines()[1]
    key = keys.SigningKey("https://a.test/k", pair.private_pem)
    assert "https://a.test/k" in repr(key)
    assert secret not in f"{pair!r} {pair} {key!r} {key} {[key, pair]}"


@pytest.mark.parametrize(
    ("curve", "name"), [(ec.SECP256R1(), "ecdsa-p256-sha256"), (ec.SECP384R1(), "ecdsa-p384-sha384")]
)
def test_ecdsa_signatures_are_two_plain_integers(curve: ec.EllipticCurve, name: str):
    private, size = ec.generate_private_key(curve), curve.key_size // 8
    key = keys.load_public(pem_of(private.public_key()))
    der = private.sign(MESSAGE, ec.ECDSA(hashes.SHA256() if size == 32 else hashes.SHA384()))
    signature = b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(der))
    keys.check(key, None, signature, MESSAGE)
    keys.check(key, name, signature, MESSAGE)
    for wrong in (
        der,
        signature[:-1],
        signature + b"\0",
        bytes(2 * size),
        signature[size:] + signature[:size],
    ):
        with pytest.raises(BadSignature, match="does not verify"):
            keys.check(key, name, wrong, MESSAGE)
    with pytest.raises(BadSignature, match="not one for"):
        keys.check(key, "ed25519", signature, MESSAGE)


def test_rsa_pss():
    private = rsa.generate_private_key(65537, 2048)
    key = keys.load_public(pem_of(private.public_key()))
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA512()), salt_length=64)
    signature = private.sign(MESSAGE, pss, hashes.SHA512())
    keys.check(key, keys.RSA_PSS, signature, MESSAGE)
    with pytest.raises(BadSignature, match="does not verify"):
        keys.check(key, None, signature, MESSAGE)


def test_rsa_sizes():
    for bits in (1024, 8192):
        assert isinstance(keys.load_public(rsa_public(bits)), rsa.RSAPublicKey)
    for bits in (1023, 8200, 16384):
        with pytest.raises(BadSignature, match=f"{bits} bits|cannot|PEM|characters"):
            keys.load_public(rsa_public(bits))


def test_rsa_exponents_that_make_verification_slow():
    with pytest.raises(BadSignature, match="exponent"):
        keys.load_public(rsa_public(2048, (1 << 2000) + 1))


@pytest.mark.parametrize(
    "pem", ["", "x", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "ü", "x" * 9000]
)
def test_bad_pem(pem: str):
    with pytest.raises(BadSignature, match=r"PEM|characters"):
        keys.load_public(pem)
    with pytest.raises(BadSignature, match=r"PEM|characters"):
        keys.load_private(pem)


def test_other_kinds_of_key():
    curve = ec.generate_private_key(ec.SECP521R1())
    other = dsa.DSAPublicNumbers(3, dsa.DSAParameterNumbers((1 << 2047) + 1, (1 << 255) + 1, 2)).public_key()
    for pem in (pem_of(curve.public_key()), pem_of(other)):
        with pytest.raises(BadSignature, match="do not verify"):
            keys.load_public(pem)
    with pytest.raises(BadSignature, match="do not sign"):
        keys.load_private(private_pem_of(curve))


def test_a_private_key_is_no_public_key():
    pair = keys.generate_ed25519()
    with pytest.raises(BadSignature, match="PEM"):
        keys.load_public(pair.private_pem)
    with pytest.raises(BadSignature, match="PEM"):
        keys.load_private(pair.public_pem)


def test_multikey_of_a_published_key():
    """The example of the W3C Data Integrity EdDSA Cryptosuites, appendix B."""
    multikey = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQXJXPt2swbTQ2"
    assert keys.encode_multikey(keys.decode_multikey(multikey)) == multikey


@given(st.binary(min_size=32, max_size=32))
def test_multikey_round_trip(raw: bytes):
    pem = pem_of(keys.Ed25519PublicKey.from_public_bytes(raw))
    multikey = keys.encode_multikey(pem)
    assert multikey.startswith("z6Mk")
    assert keys.decode_multikey(multikey) == pem


@given(st.text(max_size=60) | st.text(alphabet="z6Mk123abc", min_size=48, max_size=48))
def test_multikey_of_anything_else(text: str):
    try:
        pem = keys.decode_multikey(text)
    except BadSignature:
        return
    assert keys.encode_multikey(pem) == text


def test_multikey_refusals():
    good = keys.encode_multikey(keys.generate_ed25519().public_pem)
    for text in (
        "",
        "z",
        "m" + good[1:],
        good[:-1],
        good + "1",
        good[:-1] + "0",
        "z" + "1" * 47,
        "z" + "z" * 47,
    ):
        with pytest.raises(BadSignature):
            keys.decode_multikey(text)
    with pytest.raises(BadSignature, match="only Ed25519"):
        keys.encode_multikey(rsa_public(2048))
