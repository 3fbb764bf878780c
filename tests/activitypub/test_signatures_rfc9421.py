"""RFC 9421: what is accepted, and each refusal by its name."""

import base64
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from signed_requests import (
    BODY,
    CONTENT_DIGEST,
    DATE,
    HEADERS,
    INBOX,
    KEY,
    KEY_ID,
    NOW,
    OTHER,
    PAIR,
    STAMP,
    changed,
    make_head,
    message_by_hand,
    signed,
    twice,
    verify,
)

from fedi.activitypub import keys, signatures
from fedi.activitypub.signatures import RequestHead
from fedi.errors import BadSignature

METHOD = ("@method", "POST")
URI = ("@target-uri", INBOX)
DIGEST = ("content-digest", CONTENT_DIGEST)
LINES = [METHOD, URI, DIGEST]
PARAMETERS = f';created={STAMP};keyid="{KEY_ID}"'


def refused(head: RequestHead, why: str, body: bytes = BODY, **options: Any):
    with pytest.raises(BadSignature, match=why):
        verify(head, body, **options)


def test_post_sends_the_list_of_fedify():
    headers = signatures.sign("rfc9421", "POST", INBOX, BODY, KEY, NOW)
    assert list(headers) == ["Host", "Date", "Content-Type", "Content-Digest", "Signature-Input", "Signature"]
    assert headers["Content-Digest"] == CONTENT_DIGEST
    assert headers["Signature-Input"] == (
        'sig1=("@method" "@target-uri" "@authority" "host" "date" "content-digest")'
        f';created={STAMP};keyid="{KEY_ID}";alg="rsa-v1_5-sha256"'
    )
    claim = verify(signed("rfc9421"))
    assert (claim.scheme, claim.key_id, claim.key_host) == ("rfc9421", KEY_ID, "b.test")


def test_get_and_query_in_the_target():
    verify(signed("rfc9421", "GET", "https://a.test/users/ana?page=1", None), b"")
    refused(
        make_head(dict(signed("rfc9421", "GET", INBOX, None).headers), "GET", "/inbox?x=1"), "not verify", b""
    )


def test_mastodons_least_and_fedifys_order_of_parameters():
    verify(message_by_hand(LINES, PARAMETERS))
    verify(message_by_hand(LINES, f';alg="rsa-v1_5-sha256";keyid="{KEY_ID}";created={STAMP}'))
    verify(message_by_hand(LINES, PARAMETERS + ';nonce="a\\"b";tag="activitypub";x;y=?0;z=:aGk=:'))


@pytest.mark.parametrize(
    "lines",
    [
        [("@authority", "a.test"), ("@path", "/inbox"), ("@query", "?x=1")],
        [("host", "a.test"), ("@path", "/inbox"), ("@query", "?x=1")],
        [("@authority", "a.test"), ("@request-target", "/inbox?x=1")],
        [("@target-uri", INBOX + "?x=1"), ("@scheme", "https"), ("date", DATE)],
    ],
)
def test_equal_ways_to_bind_the_target(lines: list[tuple[str, str]]):
    verify(message_by_hand([METHOD, *lines, DIGEST], PARAMETERS, target="/inbox?x=1"))


def test_absent_query():
    verify(message_by_hand([METHOD, ("@authority", "a.test"), ("@path", "/inbox"), DIGEST], PARAMETERS))
    lines = [METHOD, ("@authority", "a.test"), ("@path", "/inbox"), ("@query", "?"), DIGEST]
    verify(message_by_hand(lines, PARAMETERS))


def test_authority_is_normalised():
    head = signatures.RequestHead("POST", "https", "A.Test:443", "/inbox", signed("rfc9421").headers)
    refused(head, "not the authority")
    headers = {**HEADERS, "host": "A.Test:443"}
    lines = [METHOD, URI, ("@authority", "a.test"), DIGEST]
    shouted = message_by_hand(lines, PARAMETERS, headers=headers)
    verify(signatures.RequestHead("POST", "https", "A.Test:443", "/inbox", shouted.headers))


def test_ed25519_key():
    pair = keys.generate_ed25519()
    key = signatures.SigningKey(KEY_ID, pair.private_pem)
    head = signed("rfc9421", key=key)
    assert 'alg="ed25519"' in dict(head.headers)["signature-input"]
    verify(head, pem=pair.public_pem)
    verify(message_by_hand(LINES, PARAMETERS, pem=pair.private_pem), pem=pair.public_pem)
    refused(head, "key is not one for ed25519")
    with pytest.raises(BadSignature, match="need an RSA key"):
        signatures.sign("cavage", "POST", INBOX, BODY, key, NOW)


@pytest.mark.parametrize("algorithm", ["rsa-pss-sha512", "ed25519", "ecdsa-p256-sha256"])
def test_algorithm_that_does_not_fit(algorithm: str):
    refused(message_by_hand(LINES, PARAMETERS + f';alg="{algorithm}"'), "not verify|not one for")


@pytest.mark.parametrize("algorithm", ['"hmac-sha256"', '"none"', '""', "rsa-v1_5-sha256"])
def test_unsupported_algorithm(algorithm: str):
    refused(
        message_by_hand(LINES, f"{PARAMETERS};alg={algorithm}"), "unsupported algorithm|not a plain string"
    )


def test_sha512_digest_and_both():
    sha512 = "sha-512=:" + base64.b64encode(hashlib.sha512(BODY).digest()).decode() + ":"
    for value in (sha512, f"{CONTENT_DIGEST}, {sha512}", f"{CONTENT_DIGEST},md5=:eHg=:"):
        headers = {**HEADERS, "content-digest": value}
        verify(message_by_hand([METHOD, URI, ("content-digest", value)], PARAMETERS, headers=headers))


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("sha-512=:eHg=:", "does not match"),
        (CONTENT_DIGEST + ", sha-512=:eHg=:", "does not match"),
        ("md5=:eHg=:", "neither"),
        ("sha-256=abc", "malformed"),
        (f"{CONTENT_DIGEST}, {CONTENT_DIGEST}", "two sha-256"),
        ("x" * 2000, "over 1024"),
    ],
)
def test_wrong_digest(value: str, why: str):
    headers = {**HEADERS, "content-digest": value}
    refused(message_by_hand([METHOD, URI, ("content-digest", value)], PARAMETERS, headers=headers), why)
    refused(signed("rfc9421"), "does not match", b"{}")


def test_missing_digest():
    refused(changed(signed("rfc9421"), content_digest=None), "digest header is missing")
    refused(twice(signed("rfc9421"), "content-digest", CONTENT_DIGEST), "occurs twice")


def test_digest_not_signed():
    refused(message_by_hand([METHOD, URI], PARAMETERS), "content-digest is not signed")
    refused(message_by_hand([("@method", "GET"), URI], PARAMETERS, method="GET"), "body that is not signed")


@pytest.mark.parametrize("lines", [[URI, DIGEST], [METHOD, DIGEST], [METHOD, ("@path", "/inbox"), DIGEST]])
def test_cve_2026_28432_signatures_over_too_little_are_refused(lines: list[tuple[str, str]]):
    refused(message_by_hand(lines, PARAMETERS), "signed")


def test_unsigned_query():
    lines = [METHOD, ("@authority", "a.test"), ("@path", "/inbox"), DIGEST]
    refused(message_by_hand(lines, PARAMETERS, target="/inbox?x=1"), "all of its parts")


def test_window():
    verify(signed("rfc9421"), now=NOW + timedelta(minutes=64))
    refused(signed("rfc9421"), "expired", now=NOW + timedelta(minutes=66))
    refused(signed("rfc9421"), "future", now=NOW - timedelta(minutes=61))
    brief = message_by_hand(LINES, f"{PARAMETERS};expires={STAMP + 10}")
    verify(brief, now=NOW + timedelta(minutes=60))
    refused(brief, "expired", now=NOW + timedelta(minutes=61))


@pytest.mark.parametrize(
    "created", ["", ";created=0", ";created=-1", ';created="1"', ";created=1.5", ";created"]
)
def test_timeless_signature_is_refused(created: str):
    refused(message_by_hand(LINES, f'{created};keyid="{KEY_ID}"'), "created")


@pytest.mark.parametrize(
    "key_id", ["", ';keyid="acct:bo@b.test"', ";keyid=x", ';keyid=""', ';keyid="https://b.test/\\""']
)
def test_key_ids_that_are_not_http_uris_are_refused(key_id: str):
    refused(message_by_hand(LINES, f";created={STAMP}{key_id}"), "key id|plain string")


@pytest.mark.parametrize("name", ["@status", "@query-param", "@signature-params", "@x"])
def test_unknown_component(name: str):
    refused(message_by_hand([*LINES, (name, "x")], PARAMETERS), "unknown component")


@pytest.mark.parametrize("tail", [";sf", ";bs", ";req", ";tr", ';key="a"'])
def test_component_parameters(tail: str):
    line = dict(signed("rfc9421").headers)["signature-input"].replace('"@method"', f'"@method"{tail}')
    refused(changed(signed("rfc9421"), signature_input=line), "component parameters")


def test_signed_part_that_is_not_there():
    refused(message_by_hand([*LINES, ("x-a", "1")], PARAMETERS), "x-a is not in the request")


def test_part_signed_twice():
    refused(message_by_hand([*LINES, METHOD], PARAMETERS), "signed twice")


@pytest.mark.parametrize("name", ["created", "keyid"])
def test_duplicate_parameter(name: str):
    refused(message_by_hand(LINES, f"{PARAMETERS};{name}=1"), "duplicate signature parameter")


def test_duplicate_labels():
    head = signed("rfc9421")
    for name in ("signature", "signature-input"):
        refused(twice(head, name, dict(head.headers)[name]), "duplicate label")


def test_takahe_unsigned_is_refused():
    refused(changed(signed("rfc9421"), signature=None), "not signed")
    refused(changed(signed("rfc9421"), signature_input=""), "not signed")
    other = changed(
        signed("rfc9421"), signature=dict(signed("rfc9421").headers)["signature"].replace("sig1", "sig2")
    )
    refused(other, "no signature is labelled sig1")


def test_a_cavage_signature_does_not_stand_in():
    refused(changed(signed(), signature_input="sig1=()"), "malformed")


def test_first_signature_we_could_verify_is_chosen():
    proxy = message_by_hand([*LINES, ("x-a", "1")], f'{PARAMETERS};alg="hmac-sha256"', label="proxy")
    ours = message_by_hand(LINES, PARAMETERS)
    both = {
        name: f"{dict(proxy.headers)[name]}, {dict(ours.headers)[name]}"
        for name in ("signature", "signature-input")
    }
    assert len(verify(make_head({**HEADERS, **both})).covered) == 3
    halves = twice(proxy, "signature", dict(ours.headers)["signature"])
    verify(twice(halves, "signature-input", dict(ours.headers)["signature-input"]))


def test_too_many_signatures():
    one = dict(signed("rfc9421").headers)["signature-input"]
    many = ",".join(one.replace("sig1", f"sig{n}") for n in range(9))
    refused(changed(signed("rfc9421"), signature_input=many), "more than 8")


@pytest.mark.parametrize(
    "line",
    ["x", "sig1", "sig1=1", "sig1=(", 'sig1=("a"  "b")', 'sig1=( "a")', 'sig1=("a" )', 'sig1=("A")',
     'sig1=("a"); x=1', 'sig1=("a")x', 'SIG=("a")', "sig1=(a)", 'sig1=("a);b'],
)  # fmt: skip
def test_malformed_input(line: str):
    refused(changed(signed("rfc9421"), signature_input=line), "malformed")


@pytest.mark.parametrize(
    "value", ["sig1=abc", "sig1=::", "sig1=:a:b", "sig1=:a", "sig1=:abc:", "sig1=:a===:"]
)
def test_truncated_base64(value: str):
    refused(changed(signed("rfc9421"), signature=value), "malformed|not base64")


def test_oversized_headers():
    refused(changed(signed("rfc9421"), signature_input="a" * 9000), "over 8192")
    many = [(f"x-{n}", "1") for n in range(50)]
    refused(message_by_hand([*LINES, *many], PARAMETERS), "more than 48")


def test_other_method_host_or_key():
    headers = dict(signed("rfc9421").headers)
    refused(make_head(headers, method="PUT"), "does not verify")
    refused(signed("rfc9421"), "another host", authorities=("c.test",))
    refused(signed("rfc9421"), "does not verify", pem=OTHER.public_pem)
    plain = signatures.RequestHead("POST", "http", "a.test", "/inbox", tuple(headers.items()))
    refused(plain, "does not verify", pem=PAIR.public_pem)
