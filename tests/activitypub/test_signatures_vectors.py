"""Published test vectors: RFC 9421 appendix B and section 4.3, draft-cavage-12 appendix C.

Most of them sign less than we ask of a request, so they check the signing string and the key, not the rules.
"""

import pytest
from signature_vectors import BODY, CAVAGE, CAVAGE_VECTORS, CONTENT_DIGEST, ED25519_PRIVATE, VECTORS

from fedi.activitypub import cavage, digests, keys, rfc9421, signature_claims, signature_input, signatures
from fedi.errors import BadSignature


def base_of(host: str, headers: dict[str, str], raw: str) -> bytes:
    head = signatures.RequestHead("POST", "https", host, "/foo?param=Value&Pet=dog", tuple(headers.items()))
    entry = signature_input.inputs(f"sig={raw}")[0]
    assert entry.raw == raw
    return rfc9421.signature_base(entry.components, entry.raw, head, signature_claims.fields(head))


@pytest.mark.parametrize("name", VECTORS)
def test_rfc9421(name: str):
    pem, algorithm, host, headers, raw, signature = VECTORS[name]
    base, key = base_of(host, headers, raw), keys.load_public(pem)
    keys.check(key, algorithm, signature_claims.decode(signature), base)
    with pytest.raises(BadSignature):
        keys.check(key, algorithm, signature_claims.decode(signature), base + b" ")


def test_rfc9421_b26_is_signed_to_the_byte():
    _, _, host, headers, raw, signature = VECTORS["B.2.6 ed25519"]
    private = keys.load_private(ED25519_PRIVATE)
    assert signature_claims.encode(keys.sign_bytes(private, base_of(host, headers, raw))) == signature


def test_rfc9421_component_parameters_are_not_read():
    raw = '("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key"'
    assert signature_input.inputs(f"sig-b22={raw}")[0].components is None


def test_components_of_a_response_have_no_value_in_a_request():
    with pytest.raises(BadSignature, match="unknown component @status"):
        base_of("example.com", {}, '("@status");created=1')


def test_rfc9530_content_digest():
    digests.check_content_digest(CONTENT_DIGEST, BODY)
    assert digests.content_digest(b"") == "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"


@pytest.mark.parametrize(("covered", "signature"), CAVAGE_VECTORS)
def test_draft_cavage_appendix_c(covered: str, signature: str):
    headers = {
        "host": "example.com",
        "date": "Sun, 05 Jan 2014 21:31:40 GMT",
        "content-type": "application/json",
        "digest": "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
        "content-length": "18",
    }
    target = "/foo?param=value&pet=dog"
    head = signatures.RequestHead("POST", "https", "example.com", target, tuple(headers.items()))
    message = cavage.signing_string(tuple(covered.split()), head, headers, target)
    keys.check(keys.load_public(CAVAGE), keys.RSA_V1_5, signature_claims.decode(signature), message)
    digests.check_digest(headers["digest"], BODY)
